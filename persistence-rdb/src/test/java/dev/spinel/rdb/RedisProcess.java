package dev.spinel.rdb;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A redis-server of its own with a connection to it. Values of bytes are shown as Latin-1. */
final class RedisProcess implements AutoCloseable {
    private static final int START_TIMEOUT_SECONDS = 10;

    private final Process process;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RedisProcess(Process process, Socket socket) throws IOException {
        this.process = process;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** Starts the redis-server of the PATH. It loads and saves {@code dump.rdb} in a directory. */
    static RedisProcess start(Path directory, String... options) throws IOException, InterruptedException {
        return startProgram("redis-server", directory, options);
    }

    /** Starts a server that takes the arguments of redis-server. It loads and saves {@code dump.rdb} in a directory. */
    static RedisProcess startProgram(String program, Path directory, String... options)
            throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of(
                program,
                "--port",
                String.valueOf(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                directory.toString(),
                "--enable-debug-command",
                "yes"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("redis.log").toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                RedisProcess server = new RedisProcess(process, new Socket(InetAddress.getLoopbackAddress(), port));
                while (server.call("PING").startsWith("-LOADING")) {
                    Thread.onSpinWait();
                }
                return server;
            } catch (ConnectException notYet) {
                Thread.sleep(5);
            }
        }
        process.destroyForcibly();
        throw new IOException(program + " does not start: " + Files.readString(directory.resolve("redis.log")));
    }

    int port() {
        return socket.getPort();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Runs a command; the reply as text, an error with its {@code -}, an array in brackets. */
    String call(String... arguments) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(bytes("*" + arguments.length + "\r\n"));
        for (String argument : arguments) {
            request.writeBytes(bytes("$" + argument.length() + "\r\n" + argument + "\r\n"));
        }
        out.write(request.toByteArray());
        return reply();
    }

    private String reply() throws IOException {
        String line = line();
        switch (line.charAt(0)) {
            case '$' -> {
                int length = Integer.parseInt(line.substring(1));
                if (length < 0) {
                    return "nil";
                }
                String text = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
                in.readNBytes(2);
                return text;
            }
            case '*' -> {
                List<String> elements = new ArrayList<>();
                for (int count = Integer.parseInt(line.substring(1)); count > 0; count--) {
                    elements.add(reply());
                }
                return elements.toString();
            }
            case '-' -> {
                return line;
            }
            default -> {
                return line.substring(1);
            }
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server closed the connection");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        process.destroy();
        try {
            if (!process.waitFor(START_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
