package dev.spinel.engine.admin;

/** A spinel as it grows: an octahedron, seen from the side, its facets in two shades. */
final class SpinelDrawing {
    static final int DEFAULT_SIZE = 7;
    static final int MAX_SIZE = 40;

    private SpinelDrawing() {}

    /** Draws a crystal; {@code size} rows above and below its girdle. */
    static String draw(int size) {
        StringBuilder text = new StringBuilder();
        for (int row = -size; row <= size; row++) {
            int half = size - Math.abs(row);
            text.append(" ".repeat(size - half));
            for (int column = -half; column <= half; column++) {
                text.append(facet(size, row, column, half));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static char facet(int size, int row, int column, int half) {
        if (half == 0) {
            return row < 0 ? '^' : 'v';
        }
        if (Math.abs(column) == half) {
            return column < 0 == row < 0 ? '/' : '\\';
        }
        if (row == 0) {
            return '=';
        }
        // The edge from the tip to the girdle divides the two facets that are seen.
        int edge = half / 3;
        if (column == edge) {
            return row < 0 ? '\\' : '/';
        }
        boolean light = column < edge == row < 0;
        return light ? (column + row + size) % 4 == 0 ? '.' : ' ' : ':';
    }
}
