package dev.spinel.engine.command.geo;

/**
 * Positions as geohashes: the fractions of a position in its ranges of longitude and latitude, their bits interleaved,
 * longitude first.
 *
 * <pre>
 *   bit      51    50    49    48        1     0
 *          | lon | lat | lon | lat | ... lon | lat |    52 bits: 26 steps
 * </pre>
 *
 * A geohash of fewer steps is the cell of all positions whose geohashes start with it. Scores are geohashes of 26 steps in
 * the ranges of the web Mercator projection (EPSG:900913), whole numbers that a double holds exactly.
 */
final class Geohash {
    static final int STEPS = 26;
    static final double MIN_LONGITUDE = -180;
    static final double MAX_LONGITUDE = 180;
    static final double MIN_LATITUDE = -85.05112878;
    static final double MAX_LATITUDE = 85.05112878;

    private static final int ALL_BITS = 2 * STEPS;
    private static final long LATITUDE_BITS = 0x5555_5555_5555_5555L;

    private static final String ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
    private static final int TEXT_LENGTH = 11;
    private static final int BITS_PER_LETTER = 5;
    /** The latitudes of geohashes as others write them. */
    private static final double POLE = 90;

    private Geohash() {}

    /** The score of a position in the ranges. */
    static long score(double longitude, double latitude) {
        return cell(longitude, latitude, STEPS);
    }

    /** The cell that a position lies in. */
    static long cell(double longitude, double latitude, int steps) {
        return encode(longitude, latitude, MIN_LATITUDE, MAX_LATITUDE, steps);
    }

    /** As {@link #cell(double, double, int)}, for a position on the eastern or northern edge of the ranges too. */
    static long cellWithin(double longitude, double latitude, int steps) {
        long last = (1L << steps) - 1;
        double column = (longitude - MIN_LONGITUDE) / cellWidth(steps);
        double row = (latitude - MIN_LATITUDE) / cellHeight(steps);
        return cell(Math.min(last, (long) column), Math.min(last, (long) row));
    }

    /** Degrees of longitude that a cell has. */
    static double cellWidth(int steps) {
        return (MAX_LONGITUDE - MIN_LONGITUDE) / (1L << steps);
    }

    /** Degrees of latitude that a cell has. */
    static double cellHeight(int steps) {
        return (MAX_LATITUDE - MIN_LATITUDE) / (1L << steps);
    }

    private static long encode(double longitude, double latitude, double minLatitude, double maxLatitude, int steps) {
        double x = (longitude - MIN_LONGITUDE) / (MAX_LONGITUDE - MIN_LONGITUDE) * (1L << steps);
        double y = (latitude - minLatitude) / (maxLatitude - minLatitude) * (1L << steps);
        return cell((long) x, (long) y);
    }

    private static long cell(long column, long row) {
        return (spread(column) << 1) | spread(row);
    }

    /** Puts a zero before each of the lower 32 bits. */
    private static long spread(long bits) {
        long spread = bits & 0xFFFF_FFFFL;
        spread = (spread | (spread << 16)) & 0x0000_FFFF_0000_FFFFL;
        spread = (spread | (spread << 8)) & 0x00FF_00FF_00FF_00FFL;
        spread = (spread | (spread << 4)) & 0x0F0F_0F0F_0F0F_0F0FL;
        spread = (spread | (spread << 2)) & 0x3333_3333_3333_3333L;
        return (spread | (spread << 1)) & LATITUDE_BITS;
    }

    /** The reverse of {@link #spread}: every other bit. */
    private static long gather(long bits) {
        long gathered = bits & LATITUDE_BITS;
        gathered = (gathered | (gathered >>> 1)) & 0x3333_3333_3333_3333L;
        gathered = (gathered | (gathered >>> 2)) & 0x0F0F_0F0F_0F0F_0F0FL;
        gathered = (gathered | (gathered >>> 4)) & 0x00FF_00FF_00FF_00FFL;
        gathered = (gathered | (gathered >>> 8)) & 0x0000_FFFF_0000_FFFFL;
        return (gathered | (gathered >>> 16)) & 0xFFFF_FFFFL;
    }

    /** The longitude of the western edge of a cell, or of the eastern one when {@code edge} is 1. */
    static double longitude(long cell, int steps, int edge) {
        return edge(gather(cell >>> 1) + edge, steps, MIN_LONGITUDE, MAX_LONGITUDE);
    }

    /** The latitude of the southern edge of a cell, or of the northern one when {@code edge} is 1. */
    static double latitude(long cell, int steps, int edge) {
        return edge(gather(cell) + edge, steps, MIN_LATITUDE, MAX_LATITUDE);
    }

    private static double edge(long index, int steps, double min, double max) {
        return min + (double) index / (1L << steps) * (max - min);
    }

    /** The longitude that a score stands for: the middle of its cell. */
    static double longitude(double score) {
        long cell = (long) score;
        double middle = (longitude(cell, STEPS, 0) + longitude(cell, STEPS, 1)) / 2;
        return Math.max(MIN_LONGITUDE, Math.min(MAX_LONGITUDE, middle));
    }

    /** The latitude that a score stands for: the middle of its cell. */
    static double latitude(double score) {
        long cell = (long) score;
        double middle = (latitude(cell, STEPS, 0) + latitude(cell, STEPS, 1)) / 2;
        return Math.max(MIN_LATITUDE, Math.min(MAX_LATITUDE, middle));
    }

    /** The cell so many columns to the east and rows to the north, negative to the west and south; it wraps around. */
    static long neighbour(long cell, int steps, int columns, int rows) {
        long mask = (1L << steps) - 1;
        long x = gather(cell >>> 1);
        long y = gather(cell);
        return cell(columns == 0 ? x : (x + columns) & mask, rows == 0 ? y : (y + rows) & mask);
    }

    /** The lowest score of the cell. The scores of the next cell start where its own end. */
    static double lowestScore(long cell, int steps) {
        return cell << (ALL_BITS - 2 * steps);
    }

    /**
     * Writes the geohash of a position as others know it, with latitudes up to the poles: 11 letters, the last of which,
     * for which there are no bits, is always 0; returns their number.
     */
    static int format(double longitude, double latitude, byte[] target) {
        long hash = encode(longitude, latitude, -POLE, POLE, STEPS);
        for (int i = 0; i < TEXT_LENGTH; i++) {
            int shift = ALL_BITS - (i + 1) * BITS_PER_LETTER;
            target[i] = (byte) ALPHABET.charAt(shift < 0 ? 0 : (int) (hash >>> shift) & 0x1F);
        }
        return TEXT_LENGTH;
    }
}
