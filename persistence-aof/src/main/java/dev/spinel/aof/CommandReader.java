package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Reads the commands of a file of a log, and checks every byte that is not contents of an argument.
 *
 * <p>One thread at a time. In steady state nothing is allocated.
 */
final class CommandReader implements Closeable {
    /*
     * A command is parsed when it is in the buffer as a whole; when more of it has to be read, parsing starts over, with the
     * bytes that are known to be needed. The buffer never grows to more than the rest of the file, and the array of arguments
     * to no more than that can hold, whatever a damaged length says.
     */
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int INITIAL_ARGS = 16;
    private static final int MAX_LINE_BYTES = 1024;
    private static final int MAX_DIGITS = 18;
    private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

    /** The smallest argument: {@code $0}, two line ends. */
    private static final int MIN_ARG_BYTES = 6;

    private static final int INCOMPLETE = -1;
    private static final byte[] TIMESTAMP = "#TS:".getBytes(StandardCharsets.US_ASCII);

    private final FileChannel channel;
    private final long fileBytes;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private long bufferOffset;
    private int start;
    private int limit;
    private int at;
    private int needed;
    private Bytes[] args = new Bytes[INITIAL_ARGS];
    private int argCount;
    private long commandOffset;
    private long position;
    private int lines;
    private long timestamp;

    private CommandReader(FileChannel channel, long offset) throws IOException {
        this.channel = channel;
        this.fileBytes = channel.size();
        this.bufferOffset = offset;
        this.position = offset;
        channel.position(offset);
        Arrays.setAll(args, i -> new Bytes());
    }

    /**
     * Opens a file.
     *
     * @param offset index of the byte at which the first command starts
     */
    static CommandReader open(Path path, long offset) throws IOException {
        return new CommandReader(FileChannel.open(path, StandardOpenOption.READ), offset);
    }

    /**
     * Reads the next command or annotation.
     *
     * @return false when the file ended
     * @throws TruncatedLogException if the file ends amid it
     * @throws InvalidLogException if it is malformed
     */
    boolean next() throws IOException {
        needed = 1;
        do {
            if (limit - start < needed && !fill()) {
                if (start == limit) {
                    return false;
                }
                throw new TruncatedLogException(
                        fileBytes, "Expected to read " + needed + " bytes, got " + (limit - start) + " bytes");
            }
        } while (!parse());
        commandOffset = bufferOffset + start;
        start = at;
        position = bufferOffset + at;
        return true;
    }

    /** Reads the bytes that are needed; returns whether they are there. */
    private boolean fill() throws IOException {
        long left = fileBytes - (bufferOffset + start);
        if (needed > left) {
            // Still reads the rest, for what messages say of it.
            read(Math.min(left, buffer.length));
            return false;
        }
        return read(needed);
    }

    private boolean read(long wanted) throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, limit - start);
            bufferOffset += start;
            limit -= start;
            start = 0;
        }
        if (wanted > buffer.length) {
            long left = fileBytes - bufferOffset;
            buffer = Arrays.copyOf(
                    buffer, (int) Math.min(MAX_ARRAY_BYTES, Math.min(left, Math.max(wanted, 2L * buffer.length))));
        }
        ByteBuffer target = ByteBuffer.wrap(buffer, limit, buffer.length - limit);
        while (limit < wanted) {
            int count = channel.read(target);
            if (count < 0) {
                return false;
            }
            limit += count;
        }
        return true;
    }

    /** Parses what starts at {@code start}; false when it is not complete, with {@code needed} set. */
    private boolean parse() throws IOException {
        at = start;
        byte type = buffer[at];
        if (type == '#') {
            return annotation();
        }
        lines = 0;
        long count = number('*');
        if (count == INCOMPLETE) {
            return false;
        }
        if (count == 0 || count * MIN_ARG_BYTES > fileBytes - (bufferOffset + at)) {
            throw count == 0
                    ? new InvalidLogException(
                            bufferOffset + start, "Expected a command of one argument at least, got none")
                    : new TruncatedLogException(
                            bufferOffset + start, "Expected " + count + " arguments, more than the file holds");
        }
        if (count > args.length) {
            int before = args.length;
            args = Arrays.copyOf(args, (int) count);
            for (int i = before; i < count; i++) {
                args[i] = new Bytes();
            }
        }
        for (int i = 0; i < count; i++) {
            if (!argument(args[i])) {
                return false;
            }
        }
        argCount = (int) count;
        return true;
    }

    private boolean argument(Bytes arg) throws IOException {
        int head = at;
        long length = number('$');
        if (length == INCOMPLETE) {
            return false;
        }
        long end = at + length + 2;
        long left = fileBytes - (bufferOffset + at);
        if (length + 2 > left) {
            throw new TruncatedLogException(
                    bufferOffset + head, "Expected to read " + length + " bytes, got " + left + " bytes");
        }
        if (end > limit) {
            long total = end - start;
            if (total > MAX_ARRAY_BYTES || total > Runtime.getRuntime().maxMemory() / 2) {
                throw new InvalidLogException(
                        bufferOffset + head, "a command of " + total + " bytes is more than the heap has room for");
            }
            needed = (int) total;
            return false;
        }
        arg.set(buffer, at, (int) length);
        at = (int) end;
        if (buffer[at - 2] != '\r' || buffer[at - 1] != '\n') {
            throw lineEndExpected(at - 2);
        }
        lines++;
        return true;
    }

    private InvalidLogException lineEndExpected(int index) {
        return new InvalidLogException(
                bufferOffset + index,
                String.format("Expected \\r\\n, got: %02x%02x", buffer[index] & 0xff, buffer[index + 1] & 0xff));
    }

    /** Parses a line of a type and a number; {@link #INCOMPLETE} when it is not there as a whole, with {@code needed} set. */
    private long number(char type) throws IOException {
        if (at >= limit) {
            needed = limit - start + 1;
            return INCOMPLETE;
        }
        if (buffer[at] != type) {
            throw new InvalidLogException(
                    bufferOffset + at, "Expected prefix '" + type + "', got: '" + printable(buffer[at]) + "'");
        }
        int digits = at + 1;
        int index = digits;
        long value = 0;
        while (index < limit && buffer[index] >= '0' && buffer[index] <= '9') {
            value = value * 10 + (buffer[index] - '0');
            index++;
            if (index - digits > MAX_DIGITS) {
                throw new InvalidLogException(bufferOffset + digits, "Expected a number, got too many digits");
            }
        }
        if (index + 1 >= limit) {
            needed = index + 2 - start;
            return INCOMPLETE;
        }
        if (index == digits || buffer[index] != '\r' || buffer[index + 1] != '\n') {
            throw lineEndExpected(index);
        }
        at = index + 2;
        lines++;
        return value;
    }

    private static String printable(byte b) {
        return b >= ' ' && b < 127 ? String.valueOf((char) b) : String.format("\\x%02x", b & 0xff);
    }

    /** Parses a line that starts with {@code #}. */
    private boolean annotation() throws IOException {
        int index = start;
        while (index < limit && buffer[index] != '\n') {
            index++;
        }
        if (index - start >= MAX_LINE_BYTES) {
            throw new InvalidLogException(bufferOffset + start, "Expected the end of an annotation");
        }
        if (index == limit) {
            needed = limit - start + 1;
            return false;
        }
        at = index + 1;
        argCount = 0;
        lines = 1;
        timestamp = 0;
        int digits = start + TIMESTAMP.length;
        if (index > digits && Arrays.equals(buffer, start, digits, TIMESTAMP, 0, TIMESTAMP.length)) {
            timestamp = timestampOf(digits, buffer[index - 1] == '\r' ? index - 1 : index);
        }
        return true;
    }

    private long timestampOf(int from, int to) throws InvalidLogException {
        long value = 0;
        for (int i = from; i < to; i++) {
            if (buffer[i] < '0' || buffer[i] > '9' || i - from >= MAX_DIGITS) {
                throw new InvalidLogException(bufferOffset + start, "Invalid timestamp annotation");
            }
            value = value * 10 + (buffer[i] - '0');
        }
        return value;
    }

    /** Whether what was read last is an annotation, not a command. */
    boolean isAnnotation() {
        return argCount == 0;
    }

    /** The Unix time in seconds that the annotation gives, 0 for any other annotation. */
    long timestamp() {
        return timestamp;
    }

    /** Arguments of the command, valid until the next one is read; there may be more than {@link #argCount()}. */
    Bytes[] args() {
        return args;
    }

    int argCount() {
        return argCount;
    }

    /** Index in the file of the first byte of what was read last. */
    long commandOffset() {
        return commandOffset;
    }

    /** Index in the file of the byte behind what was read last. */
    long position() {
        return position;
    }

    /** Number of lines of what was read last, each argument's contents counted as one. */
    int lines() {
        return lines;
    }

    /** Length of the file when it was opened. */
    long fileBytes() {
        return fileBytes;
    }

    /**
     * Whether behind what could not be read whole commands follow a line end, up to the end of the file: then a length was
     * damaged. Commands that end amid one are taken for the contents of a value that was cut off. Nothing can be read
     * afterwards; the position stays.
     */
    boolean isFollowedByCommands() throws IOException {
        long before = position;
        boolean follow = skipToCommands();
        position = before;
        return follow;
    }

    private boolean skipToCommands() throws IOException {
        while (skipToCommand()) {
            try {
                boolean more;
                do {
                    more = next();
                } while (more);
                return true;
            } catch (InvalidLogException notACommand) {
                // What follows its start may be one.
            }
        }
        return false;
    }

    /** Goes on to the next line that may start a command; false when there is none. */
    private boolean skipToCommand() throws IOException {
        boolean more = true;
        while (more) {
            for (int i = start; i + 2 < limit; i++) {
                if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '*') {
                    start = i + 2;
                    return true;
                }
            }
            start = Math.max(start, limit - 2);
            long left = fileBytes - (bufferOffset + start);
            more = bufferOffset + limit < fileBytes && read(Math.min(left, BUFFER_BYTES));
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
