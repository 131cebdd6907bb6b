package dev.spinel.engine.admin;

import java.util.Locale;

/** The text of INFO while it is written: sections of {@code name:value} lines. */
public final class InfoText {
    private static final String[] UNITS = {"B", "K", "M", "G", "T", "P"};
    private static final int UNIT_STEP = 1024;
    /** Below this, a double has its decimals exactly enough. */
    private static final double MAX_SCALED = 1e15;

    private final StringBuilder text = new StringBuilder();

    /** Begins anew. */
    void clear() {
        text.setLength(0);
    }

    void section(String title) {
        if (text.length() > 0) {
            text.append("\r\n");
        }
        text.append("# ").append(title).append("\r\n");
    }

    public InfoText add(String name, String value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    public InfoText add(String name, long value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    /** A number with two decimals. */
    public InfoText decimal(String name, double value) {
        text.append(name).append(':');
        fixed(text, value, 2);
        text.append("\r\n");
        return this;
    }

    /** Seconds with six decimals. */
    public InfoText seconds(String name, double value) {
        text.append(name).append(':');
        fixed(text, value, 6);
        text.append("\r\n");
        return this;
    }

    /** Bytes, and a second field {@code name_human} with a unit. */
    public InfoText bytes(String name, long value) {
        return add(name, value).add(name + "_human", human(value));
    }

    private static String human(long bytes) {
        if (bytes < UNIT_STEP) {
            return bytes + "B";
        }
        double amount = bytes;
        int unit = 0;
        while (amount >= UNIT_STEP && unit < UNITS.length - 1) {
            amount /= UNIT_STEP;
            unit++;
        }
        StringBuilder human = new StringBuilder();
        fixed(human, amount, 2);
        return human.append(UNITS[unit]).toString();
    }

    /** Appends a number with so many decimals, as {@code %.nf} does at a fiftieth of the cost; INFO has some hundred. */
    static void fixed(StringBuilder target, double value, int decimals) {
        long scale = 1;
        for (int i = 0; i < decimals; i++) {
            scale *= 10;
        }
        double scaled = Math.abs(value) * scale;
        if (!(scaled < MAX_SCALED)) {
            target.append(String.format(Locale.ROOT, "%." + decimals + "f", value));
            return;
        }
        long rounded = Math.round(scaled);
        if (value < 0 && rounded > 0) {
            target.append('-');
        }
        target.append(rounded / scale).append('.');
        long fraction = rounded % scale;
        for (long digit = scale / 10; digit > 0; digit /= 10) {
            target.append((char) ('0' + fraction / digit % 10));
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
