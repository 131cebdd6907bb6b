package dev.spinel.engine.command.geo;

/** Distances on a sphere of the earth's quadratic mean radius (WGS 84), by the haversine formula, in meters. */
final class EarthDistance {
    static final double RADIUS_METERS = 6372797.560856;

    private static final double RADIANS_PER_DEGREE = Math.PI / 180;

    private EarthDistance() {}

    /** The distance of two positions in degrees. */
    static double meters(double longitude1, double latitude1, double longitude2, double latitude2) {
        double v = Math.sin((radians(longitude2) - radians(longitude1)) / 2);
        if (v == 0) {
            return meters(latitude1, latitude2);
        }
        double y1 = radians(latitude1);
        double y2 = radians(latitude2);
        double u = Math.sin((y2 - y1) / 2);
        double a = u * u + Math.cos(y1) * Math.cos(y2) * v * v;
        return 2 * RADIUS_METERS * Math.asin(Math.sqrt(a));
    }

    /** The distance of two latitudes on one meridian. */
    static double meters(double latitude1, double latitude2) {
        return RADIUS_METERS * Math.abs(radians(latitude2) - radians(latitude1));
    }

    static double radians(double degrees) {
        return degrees * RADIANS_PER_DEGREE;
    }

    static double degrees(double radians) {
        return radians / RADIANS_PER_DEGREE;
    }
}
