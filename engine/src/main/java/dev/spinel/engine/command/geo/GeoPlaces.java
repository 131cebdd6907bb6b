package dev.spinel.engine.command.geo;

import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands on single places: GEOADD, GEODIST, GEOHASH and GEOPOS. */
final class GeoPlaces {
    private static final int ARGS_PER_PLACE = 3;
    private static final int GEOHASH_LENGTH = 11;

    private GeoPlaces() {}

    static void geoadd(Call call) {
        boolean onlyNew = false;
        boolean onlyExisting = false;
        boolean countChanged = false;
        int first = 2;
        for (boolean options = true; options && first < call.argCount(); ) {
            if (call.argIs(first, "NX")) {
                onlyNew = true;
            } else if (call.argIs(first, "XX")) {
                onlyExisting = true;
            } else if (call.argIs(first, "CH")) {
                countChanged = true;
            } else {
                options = false;
                continue;
            }
            first++;
        }
        int placeArgs = call.argCount() - first;
        if (placeArgs % ARGS_PER_PLACE != 0 || (onlyNew && onlyExisting)) {
            throw Errors.syntax();
        }
        for (int i = first; i < call.argCount(); i += ARGS_PER_PLACE) {
            Place.check(call.realArg(i), call.realArg(i + 1));
        }
        if (placeArgs == 0) {
            throw Errors.syntax();
        }
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        SortedSetValue places = onlyExisting ? keys.modify(SORTED_SET, key) : keys.modifyOrCreate(SORTED_SET, key);
        int added = 0;
        int moved = 0;
        if (places != null) {
            for (int i = first; i < call.argCount(); i += ARGS_PER_PLACE) {
                double score = Geohash.score(call.realArg(i), call.realArg(i + 1));
                double old = places.score(call.arg(i + 2));
                boolean admitted = Double.isNaN(old) ? !onlyExisting : !onlyNew;
                if (admitted && score != old) {
                    if (places.put(call.arg(i + 2), score)) {
                        added++;
                    } else {
                        moved++;
                    }
                }
            }
        }
        if (added + moved > 0) {
            call.changed(key, KeyEvent.SORTED_SET, "zadd");
        }
        call.reply().integer(countChanged ? added + moved : added);
    }

    static void geodist(Call call) {
        if (call.argCount() > 5) {
            throw Errors.syntax();
        }
        double unitMeters = call.argCount() == 5 ? DistanceUnit.parse(call, 4).meters() : DistanceUnit.M.meters();
        SortedSetValue places = call.keys().read(SORTED_SET, call.arg(1));
        double score1 = places == null ? Double.NaN : places.score(call.arg(2));
        double score2 = places == null ? Double.NaN : places.score(call.arg(3));
        if (Double.isNaN(score1) || Double.isNaN(score2)) {
            call.reply().nil();
            return;
        }
        double meters = EarthDistance.meters(
                Geohash.longitude(score1),
                Geohash.latitude(score1),
                Geohash.longitude(score2),
                Geohash.latitude(score2));
        Place.replyDistance(call, meters / unitMeters);
    }

    static void geohash(Call call) {
        ReplyWriter reply = call.reply();
        SortedSetValue places = call.keys().read(SORTED_SET, call.arg(1));
        byte[] text = new byte[GEOHASH_LENGTH];
        reply.array(call.argCount() - 2);
        for (int i = 2; i < call.argCount(); i++) {
            double score = places == null ? Double.NaN : places.score(call.arg(i));
            if (Double.isNaN(score)) {
                reply.nil();
            } else {
                int length = Geohash.format(Geohash.longitude(score), Geohash.latitude(score), text);
                reply.bulk(text, 0, length);
            }
        }
    }

    static void geopos(Call call) {
        ReplyWriter reply = call.reply();
        SortedSetValue places = call.keys().read(SORTED_SET, call.arg(1));
        reply.array(call.argCount() - 2);
        for (int i = 2; i < call.argCount(); i++) {
            double score = places == null ? Double.NaN : places.score(call.arg(i));
            if (Double.isNaN(score)) {
                reply.nilArray();
            } else {
                Place.replyPosition(reply, score);
            }
        }
    }
}
