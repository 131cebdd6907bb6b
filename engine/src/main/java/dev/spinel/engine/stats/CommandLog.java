package dev.spinel.engine.stats;

import dev.spinel.api.data.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The last commands that took more of something (time, or bytes of their request or reply) than a threshold, newest first.
 *
 * <p>Engine thread only.
 */
public final class CommandLog {
    private static final int MAX_ARGUMENTS = 32;
    private static final int MAX_ARGUMENT_BYTES = 128;

    /** What an entry takes of the heap beside its arguments, and an argument beside its bytes. */
    private static final int ENTRY_BYTES = 96;

    private static final int ARGUMENT_BYTES = 24;

    private final Deque<Entry> entries = new ArrayDeque<>();
    private long threshold;
    private int maxEntries = 128;
    private long maxBytes = Long.MAX_VALUE;
    private long bytes;
    private long nextId;

    /**
     * A log of up to 128 commands.
     *
     * @param threshold see {@link #threshold(long)}
     */
    public CommandLog(long threshold) {
        this.threshold = threshold;
    }

    /**
     * One command.
     *
     * @param id counts up from 0 since the server started
     * @param unixSeconds when it ran
     * @param amount how much it took, in microseconds or bytes
     * @param arguments its arguments, shortened
     * @param clientAddress where the client was connected from
     * @param clientName what the client called itself
     */
    public record Entry(
            long id, long unixSeconds, long amount, List<byte[]> arguments, String clientAddress, String clientName) {
        private long heapBytes() {
            long bytes = ENTRY_BYTES;
            for (int i = 0; i < arguments.size(); i++) {
                bytes += ARGUMENT_BYTES + arguments.get(i).length;
            }
            return bytes;
        }
    }

    /** Sets from how many microseconds or bytes on a command is logged; 0 for all, a negative number for none. */
    public void threshold(long amount) {
        threshold = amount;
    }

    /** Whether a command that took an amount is to be logged. */
    public boolean logs(long amount) {
        return threshold >= 0 && amount >= threshold;
    }

    /** Whether any command is logged. */
    public boolean isOn() {
        return threshold >= 0;
    }

    public void maxEntries(int count) {
        maxEntries = count;
        trim();
    }

    /** Sets how many bytes of the heap entries may take; the newest is kept whatever it takes. */
    void maxBytes(long value) {
        maxBytes = value;
        trim();
    }

    long heapBytes() {
        return bytes;
    }

    /** Logs a command. */
    public void add(
            long unixSeconds, long amount, Bytes[] args, int argCount, String clientAddress, String clientName) {
        if (maxEntries == 0) {
            return;
        }
        Entry entry = new Entry(nextId++, unixSeconds, amount, shorten(args, argCount), clientAddress, clientName);
        entries.addFirst(entry);
        bytes += entry.heapBytes();
        trim();
    }

    private static List<byte[]> shorten(Bytes[] args, int argCount) {
        int kept = Math.min(argCount, MAX_ARGUMENTS);
        List<byte[]> arguments = new ArrayList<>(kept);
        for (int i = 0; i < kept; i++) {
            if (kept != argCount && i == kept - 1) {
                arguments.add(ascii("... (" + (argCount - kept + 1) + " more arguments)"));
            } else if (args[i].length() > MAX_ARGUMENT_BYTES) {
                byte[] note = ascii("... (" + (args[i].length() - MAX_ARGUMENT_BYTES) + " more bytes)");
                byte[] shortened = new byte[MAX_ARGUMENT_BYTES + note.length];
                System.arraycopy(args[i].array(), args[i].offset(), shortened, 0, MAX_ARGUMENT_BYTES);
                System.arraycopy(note, 0, shortened, MAX_ARGUMENT_BYTES, note.length);
                arguments.add(shortened);
            } else {
                arguments.add(args[i].toByteArray());
            }
        }
        return arguments;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void trim() {
        while (entries.size() > maxEntries || (bytes > maxBytes && entries.size() > 1)) {
            bytes -= entries.removeLast().heapBytes();
        }
    }

    /** The entries, newest first. */
    public Iterable<Entry> entries() {
        return entries;
    }

    public int size() {
        return entries.size();
    }

    public void clear() {
        entries.clear();
        bytes = 0;
    }
}
