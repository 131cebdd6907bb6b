package dev.spinel.engine.command.geo;

import dev.spinel.api.data.SortedSetValue;
import java.util.List;

/**
 * A circle or a box around a position, and how to find the places in it.
 *
 * <p>The search looks at the cell around the centre and at its eight neighbours, of a size that makes them cover the area;
 * each cell is one range of scores. Cells that the area does not reach are left out. Cells and their order are those of
 * Redis, so that COUNT with ANY stops at the same places.
 *
 * @param longitude of the centre
 * @param latitude of the centre
 * @param widthMeters of a box; of a circle its diameter
 * @param heightMeters of a box; of a circle its diameter
 * @param radiusMeters of a circle, or of the circle around a box
 * @param circle whether the area is the circle or the box
 */
record SearchAround(
        double longitude, double latitude, double widthMeters, double heightMeters, double radiusMeters, boolean circle)
        implements SearchArea {
    /** Half the length of the equator in the Mercator projection, in meters. */
    private static final double MERCATOR_MAX = 20037726.37;
    /** Columns and rows of the cells to search, relative to the centre's. */
    private static final int[][] CELLS = {
        {0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1},
    };

    private static final int LEAST_STEPS_TO_LEAVE_OUT = 2;

    static SearchAround circle(double longitude, double latitude, double radiusMeters) {
        return new SearchAround(longitude, latitude, 2 * radiusMeters, 2 * radiusMeters, radiusMeters, true);
    }

    /**
     * A box whose sides run along meridians and parallels.
     *
     * @param unitMeters how many meters the unit of width and height is
     */
    static SearchAround box(double longitude, double latitude, double width, double height, double unitMeters) {
        double diagonal = Math.sqrt((width / 2) * (width / 2) + (height / 2) * (height / 2));
        return new SearchAround(
                longitude, latitude, width * unitMeters, height * unitMeters, diagonal * unitMeters, false);
    }

    @Override
    public void find(SortedSetValue places, List<Place> found, long limit) {
        double halfHeight = EarthDistance.degrees(heightMeters / 2 / EarthDistance.RADIUS_METERS);
        // The parallel farther from the equator is the shorter one, so that more degrees lie between two meridians.
        double farther = latitude < 0 ? latitude - halfHeight : latitude + halfHeight;
        double halfWidth = EarthDistance.degrees(
                widthMeters / 2 / EarthDistance.RADIUS_METERS / Math.cos(EarthDistance.radians(farther)));
        double west = longitude - halfWidth;
        double east = longitude + halfWidth;
        double south = latitude - halfHeight;
        double north = latitude + halfHeight;

        int steps = estimatedSteps();
        long centre = Geohash.cell(longitude, latitude, steps);
        if (steps > 1 && !neighboursReach(centre, steps, west, east, south, north)) {
            steps--;
            centre = Geohash.cell(longitude, latitude, steps);
        }
        boolean leaveOut = steps >= LEAST_STEPS_TO_LEAVE_OUT;
        boolean noWest = leaveOut && Geohash.longitude(centre, steps, 0) < west;
        boolean noEast = leaveOut && Geohash.longitude(centre, steps, 1) > east;
        boolean noSouth = leaveOut && Geohash.latitude(centre, steps, 0) < south;
        boolean noNorth = leaveOut && Geohash.latitude(centre, steps, 1) > north;

        long previous = -1;
        for (int[] offset : CELLS) {
            int column = offset[0];
            int row = offset[1];
            if ((column < 0 && noWest) || (column > 0 && noEast) || (row < 0 && noSouth) || (row > 0 && noNorth)) {
                continue;
            }
            long cell = Geohash.neighbour(centre, steps, column, row);
            // Around a very large area the same cell lies on both sides.
            if (cell == previous) {
                continue;
            }
            if (isFull(found, limit)) {
                return;
            }
            findInCell(places, cell, steps, found, limit);
            previous = cell;
        }
    }

    private static boolean isFull(List<Place> found, long limit) {
        return limit > 0 && found.size() >= limit;
    }

    // The steps of a cell of about the size of the area.
    private int estimatedSteps() {
        if (radiusMeters == 0) {
            return Geohash.STEPS;
        }
        int steps = 1;
        for (double range = radiusMeters; range < MERCATOR_MAX; range *= 2) {
            steps++;
        }
        steps -= 2;
        // Towards the poles the same number of degrees is a shorter way.
        double fromEquator = Math.abs(latitude);
        if (fromEquator > 66) {
            steps--;
        }
        if (fromEquator > 80) {
            steps--;
        }
        return Math.max(1, Math.min(Geohash.STEPS, steps));
    }

    private static boolean neighboursReach(
            long centre, int steps, double west, double east, double south, double north) {
        return !(Geohash.latitude(Geohash.neighbour(centre, steps, 0, 1), steps, 1) < north)
                && !(Geohash.latitude(Geohash.neighbour(centre, steps, 0, -1), steps, 0) > south)
                && !(Geohash.longitude(Geohash.neighbour(centre, steps, 1, 0), steps, 1) < east)
                && !(Geohash.longitude(Geohash.neighbour(centre, steps, -1, 0), steps, 0) > west);
    }

    private void findInCell(SortedSetValue places, long cell, int steps, List<Place> found, long limit) {
        double end = Geohash.lowestScore(cell + 1, steps);
        long rank = places.countBelow(Geohash.lowestScore(cell, steps), false);
        SortedSetValue.Cursor cursor = places.cursor(rank, false);
        while (!isFull(found, limit) && cursor.next() && cursor.score() < end) {
            double score = cursor.score();
            double placeLongitude = Geohash.longitude(score);
            double placeLatitude = Geohash.latitude(score);
            if (contains(placeLongitude, placeLatitude)) {
                double distance = EarthDistance.meters(longitude, latitude, placeLongitude, placeLatitude);
                if (!circle || distance <= radiusMeters) {
                    found.add(new Place(cursor.member().copy(), score, distance));
                }
            }
        }
    }

    // Whether a position lies in the box; always for a circle.
    private boolean contains(double placeLongitude, double placeLatitude) {
        return circle
                || (EarthDistance.meters(placeLatitude, latitude) <= heightMeters / 2
                        && EarthDistance.meters(placeLongitude, placeLatitude, longitude, placeLatitude)
                                <= widthMeters / 2);
    }
}
