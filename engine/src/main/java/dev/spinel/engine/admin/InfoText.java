package dev.spinel.engine.admin;

import java.util.Locale;

/** The text of INFO while it is written: sections of {@code name:value} lines. */
public final class InfoText {
    private static final String[] UNITS = {"B", "K", "M", "G", "T", "P"};
    private static final int UNIT_STEP = 1024;

    private final StringBuilder text = new StringBuilder();

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
        return add(name, String.format(Locale.ROOT, "%.2f", value));
    }

    /** Seconds with six decimals. */
    public InfoText seconds(String name, double value) {
        return add(name, String.format(Locale.ROOT, "%.6f", value));
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
        return String.format(Locale.ROOT, "%.2f%s", amount, UNITS[unit]);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
