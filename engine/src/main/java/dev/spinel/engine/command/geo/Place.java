package dev.spinel.engine.command.geo;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A place that a search found.
 *
 * @param member a copy, valid for ever
 * @param score its geohash
 * @param distanceMeters its distance from the centre of the search
 */
record Place(Bytes member, double score, double distanceMeters) {
    /** Fails unless a position lies where places can be. */
    static void check(double longitude, double latitude) {
        if (longitude < Geohash.MIN_LONGITUDE
                || longitude > Geohash.MAX_LONGITUDE
                || latitude < Geohash.MIN_LATITUDE
                || latitude > Geohash.MAX_LATITUDE) {
            throw Errors.err("invalid longitude,latitude pair " + sixDigits(longitude) + "," + sixDigits(latitude));
        }
    }

    private static String sixDigits(double value) {
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        double magnitude = Math.abs(value);
        return sign
                + (Double.isInfinite(magnitude)
                        ? "inf"
                        : new BigDecimal(magnitude)
                                .setScale(6, RoundingMode.HALF_EVEN)
                                .toPlainString());
    }

    /** Answers the position that a score stands for: longitude and latitude. */
    static void replyPosition(ReplyWriter reply, double score) {
        byte[] text = new byte[FixedPoint.MAX_COORDINATE_LENGTH];
        reply.array(2);
        reply.realDigits(text, 0, FixedPoint.formatCoordinate(Geohash.longitude(score), text));
        reply.realDigits(text, 0, FixedPoint.formatCoordinate(Geohash.latitude(score), text));
    }

    /** Answers a distance. */
    static void replyDistance(Call call, double distance) {
        byte[] text = new byte[FixedPoint.MAX_DISTANCE_LENGTH];
        call.reply().bulk(text, 0, FixedPoint.formatDistance(distance, text));
    }
}
