package dev.spinel.engine.command.geo;

import dev.spinel.api.data.SortedSetValue;
import java.util.List;

/**
 * A polygon, and how to find the places in it.
 *
 * <p>Its edges are straight in longitude and latitude and do not cross the 180th meridian; where edges cross each other, a
 * place is inside when a ray from it crosses an odd number of them. Distances are those from the middle of the vertices on the
 * sphere.
 *
 * <p>The search looks at the cells in which the corners of the bounding box lie, of the smallest size at which they cover it.
 */
final class SearchPolygon implements SearchArea {
    private final double[] longitudes;
    private final double[] latitudes;
    private double west = Double.POSITIVE_INFINITY;
    private double east = Double.NEGATIVE_INFINITY;
    private double south = Double.POSITIVE_INFINITY;
    private double north = Double.NEGATIVE_INFINITY;
    private final double centreLongitude;
    private final double centreLatitude;

    /** The polygon with vertices at the positions in the arrays, at least three, in order. */
    SearchPolygon(double[] longitudes, double[] latitudes) {
        this.longitudes = longitudes;
        this.latitudes = latitudes;
        double x = 0;
        double y = 0;
        double z = 0;
        for (int i = 0; i < longitudes.length; i++) {
            west = Math.min(west, longitudes[i]);
            east = Math.max(east, longitudes[i]);
            south = Math.min(south, latitudes[i]);
            north = Math.max(north, latitudes[i]);
            double longitude = EarthDistance.radians(longitudes[i]);
            double latitude = EarthDistance.radians(latitudes[i]);
            x += Math.cos(latitude) * Math.cos(longitude);
            y += Math.cos(latitude) * Math.sin(longitude);
            z += Math.sin(latitude);
        }
        centreLongitude = EarthDistance.degrees(Math.atan2(y, x));
        centreLatitude = EarthDistance.degrees(Math.atan2(z, Math.hypot(x, y)));
    }

    @Override
    public void find(SortedSetValue places, List<Place> found, long limit) {
        int steps = 1;
        while (steps < Geohash.STEPS
                && east - west <= Geohash.cellWidth(steps + 1)
                && north - south <= Geohash.cellHeight(steps + 1)) {
            steps++;
        }
        long southWest = Geohash.cellWithin(west, south, steps);
        long southEast = Geohash.cellWithin(east, south, steps);
        long northWest = Geohash.cellWithin(west, north, steps);
        findInCell(places, southWest, steps, found, limit);
        if (southEast != southWest) {
            findInCell(places, southEast, steps, found, limit);
        }
        if (northWest != southWest) {
            findInCell(places, northWest, steps, found, limit);
        }
        if (southEast != southWest && northWest != southWest) {
            findInCell(places, Geohash.cellWithin(east, north, steps), steps, found, limit);
        }
    }

    private void findInCell(SortedSetValue places, long cell, int steps, List<Place> found, long limit) {
        double end = Geohash.lowestScore(cell + 1, steps);
        SortedSetValue.Cursor cursor = places.cursor(places.countBelow(Geohash.lowestScore(cell, steps), false), false);
        while ((limit == 0 || found.size() < limit) && cursor.next() && cursor.score() < end) {
            double score = cursor.score();
            double longitude = Geohash.longitude(score);
            double latitude = Geohash.latitude(score);
            if (contains(longitude, latitude)) {
                double distance = EarthDistance.meters(centreLongitude, centreLatitude, longitude, latitude);
                found.add(new Place(cursor.member().copy(), score, distance));
            }
        }
    }

    /** Whether a ray to the east crosses an odd number of edges. */
    private boolean contains(double longitude, double latitude) {
        boolean inside = false;
        for (int i = 0, previous = longitudes.length - 1; i < longitudes.length; previous = i++) {
            if ((latitudes[i] > latitude) != (latitudes[previous] > latitude)) {
                double share = (latitude - latitudes[i]) / (latitudes[previous] - latitudes[i]);
                if (longitude < longitudes[i] + share * (longitudes[previous] - longitudes[i])) {
                    inside = !inside;
                }
            }
        }
        return inside;
    }
}
