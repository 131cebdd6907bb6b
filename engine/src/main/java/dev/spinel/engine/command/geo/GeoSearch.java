package dev.spinel.engine.command.geo;

import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commands that look for places in an area: GEOSEARCH, GEOSEARCHSTORE, GEORADIUS, GEORADIUSBYMEMBER and their forms that
 * only read.
 *
 * <p>An instance is one search. Its arguments are checked in Redis's order, in which the source comes before them.
 */
final class GeoSearch {
    private static final Comparator<Place> NEAREST_FIRST = Comparator.comparingDouble(Place::distanceMeters);
    private static final Comparator<Place> FARTHEST_FIRST = NEAREST_FIRST.reversed();

    private static final int LEAST_VERTICES = 3;

    private final Call call;
    private final Form form;
    private final @Nullable SortedSetValue places;

    private boolean withDistance;
    private boolean withHash;
    private boolean withPosition;
    private boolean fromMember;
    private boolean fromPosition;
    private boolean byRadius;
    private boolean byBox;
    private boolean any;
    private long count;
    private @Nullable Comparator<Place> order;
    private @Nullable Bytes destination;
    private boolean storeDistance;

    private double longitude;
    private double latitude;
    private double radius;
    private double width;
    private double height;
    private DistanceUnit unit = DistanceUnit.M;
    private @Nullable SearchPolygon polygon;

    private GeoSearch(Call call, Form form) {
        this.call = call;
        this.form = form;
        this.places = call.keys().read(SORTED_SET, call.arg(form.sourceIndex));
    }

    /** The forms of the commands. */
    private enum Form {
        /** Centre and radius at fixed places, any options. */
        RADIUS(1, 6, true),
        RADIUS_READ_ONLY(1, 6, false),
        RADIUS_BY_MEMBER(1, 5, true),
        RADIUS_BY_MEMBER_READ_ONLY(1, 5, false),
        /** Everything given by options. */
        SEARCH(1, 2, false),
        SEARCH_AND_STORE(2, 3, false);

        private final int sourceIndex;
        private final int firstOption;
        private final boolean takesDestination;

        Form(int sourceIndex, int firstOption, boolean takesDestination) {
            this.sourceIndex = sourceIndex;
            this.firstOption = firstOption;
            this.takesDestination = takesDestination;
        }

        private boolean isSearch() {
            return this == SEARCH || this == SEARCH_AND_STORE;
        }
    }

    static void georadius(Call call) {
        new GeoSearch(call, Form.RADIUS).aroundPosition();
    }

    static void georadiusRo(Call call) {
        new GeoSearch(call, Form.RADIUS_READ_ONLY).aroundPosition();
    }

    static void georadiusbymember(Call call) {
        new GeoSearch(call, Form.RADIUS_BY_MEMBER).aroundMember();
    }

    static void georadiusbymemberRo(Call call) {
        new GeoSearch(call, Form.RADIUS_BY_MEMBER_READ_ONLY).aroundMember();
    }

    static void geosearch(Call call) {
        new GeoSearch(call, Form.SEARCH).execute();
    }

    static void geosearchstore(Call call) {
        GeoSearch search = new GeoSearch(call, Form.SEARCH_AND_STORE);
        search.destination = call.arg(1);
        search.execute();
    }

    private void aroundPosition() {
        parsePosition(2);
        parseRadius(4);
        execute();
    }

    private void aroundMember() {
        if (places != null) {
            takePositionOf(2);
            parseRadius(3);
        }
        execute();
    }

    private void parsePosition(int index) {
        longitude = call.realArg(index);
        latitude = call.realArg(index + 1);
        Place.check(longitude, latitude);
    }

    private void takePositionOf(int index) {
        double score = places == null ? Double.NaN : places.score(call.arg(index));
        if (Double.isNaN(score)) {
            throw Errors.err("could not decode requested zset member");
        }
        longitude = Geohash.longitude(score);
        latitude = Geohash.latitude(score);
    }

    private void parseRadius(int index) {
        radius = DistanceUnit.parseLength(call, index, "radius");
        if (radius < 0) {
            throw Errors.err("radius cannot be negative");
        }
        unit = DistanceUnit.parse(call, index + 1);
        byRadius = true;
    }

    private void parseBox(int index) {
        width = DistanceUnit.parseLength(call, index, "width");
        height = DistanceUnit.parseLength(call, index + 1, "height");
        if (height < 0 || width < 0) {
            throw Errors.err("height or width cannot be negative");
        }
        unit = DistanceUnit.parse(call, index + 2);
        byBox = true;
    }

    /** Takes over the vertices, whose number is the argument at {@code index}; returns how many arguments they take. */
    private int parsePolygon(int index) {
        long vertices = call.integerArg(index, Integer.MIN_VALUE, Integer.MAX_VALUE, "invalid number of vertices");
        if (vertices < LEAST_VERTICES || vertices > (call.argCount() - index - 1) / 2) {
            throw Errors.err("GEOSEARCH BYPOLYGON must have at least 3 vertices");
        }
        double[] longitudes = new double[(int) vertices];
        double[] latitudes = new double[longitudes.length];
        for (int i = 0; i < longitudes.length; i++) {
            parsePosition(index + 1 + 2 * i);
            longitudes[i] = longitude;
            latitudes[i] = latitude;
        }
        polygon = new SearchPolygon(longitudes, latitudes);
        return 2 * longitudes.length;
    }

    private void execute() {
        for (int at = form.firstOption; at < call.argCount(); ) {
            at += 1 + parseOption(at, call.argCount() - at - 1);
        }
        check();
        List<Place> found = new ArrayList<>();
        if (places != null) {
            area().find(places, found, any ? count : 0);
        }
        Comparator<Place> wanted = order == null && count > 0 && !any ? NEAREST_FIRST : order;
        if (wanted != null) {
            found.sort(wanted);
        }
        List<Place> taken = count > 0 && count < found.size() ? found.subList(0, (int) count) : found;
        if (destination == null) {
            reply(taken);
        } else {
            store(destination, taken);
        }
    }

    private SearchArea area() {
        if (polygon != null) {
            return polygon;
        }
        return byBox
                ? SearchAround.box(longitude, latitude, width, height, unit.meters())
                : SearchAround.circle(longitude, latitude, radius * unit.meters());
    }

    /** Takes over an option that {@code following} arguments follow; returns how many of them belong to it. */
    private int parseOption(int at, int following) {
        if (call.argIs(at, "WITHDIST")) {
            withDistance = true;
        } else if (call.argIs(at, "WITHHASH")) {
            withHash = true;
        } else if (call.argIs(at, "WITHCOORD")) {
            withPosition = true;
        } else if (call.argIs(at, "ANY")) {
            any = true;
        } else if (call.argIs(at, "ASC")) {
            order = NEAREST_FIRST;
        } else if (call.argIs(at, "DESC")) {
            order = FARTHEST_FIRST;
        } else if (call.argIs(at, "COUNT") && following > 0) {
            count = call.integerArg(at + 1);
            if (count <= 0) {
                throw Errors.err("COUNT must be > 0");
            }
            return 1;
        } else if (call.argIs(at, "STOREDIST") && form == Form.SEARCH_AND_STORE) {
            storeDistance = true;
        } else {
            return form.isSearch() ? parseSearchOption(at, following) : parseDestination(at, following);
        }
        return 0;
    }

    private int parseDestination(int at, int following) {
        boolean distance = call.argIs(at, "STOREDIST");
        if (!form.takesDestination || following == 0 || !(distance || call.argIs(at, "STORE"))) {
            throw Errors.syntax();
        }
        destination = call.arg(at + 1);
        storeDistance = distance;
        return 1;
    }

    private int parseSearchOption(int at, int following) {
        if (polygon != null) {
            throw Errors.syntax();
        }
        if (call.argIs(at, "FROMMEMBER") && following > 0 && !fromPosition) {
            if (places != null) {
                takePositionOf(at + 1);
            }
            fromMember = true;
            return 1;
        }
        if (call.argIs(at, "FROMLONLAT") && following > 1 && !fromMember) {
            parsePosition(at + 1);
            fromPosition = true;
            return 2;
        }
        if (call.argIs(at, "BYRADIUS") && following > 1 && !byBox) {
            parseRadius(at + 1);
            return 2;
        }
        if (call.argIs(at, "BYBOX") && following > 2 && !byRadius) {
            parseBox(at + 1);
            return 3;
        }
        if (call.argIs(at, "BYPOLYGON") && following > 0 && !byRadius && !byBox && !fromMember && !fromPosition) {
            return 1 + parsePolygon(at + 1);
        }
        throw Errors.syntax();
    }

    private void check() {
        if (destination != null && (withDistance || withHash || withPosition)) {
            throw Errors.err((form == Form.SEARCH_AND_STORE ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS")
                    + " is not compatible with WITHDIST, WITHHASH and WITHCOORD options");
        }
        boolean needsCentre = form.isSearch() && polygon == null;
        if (needsCentre && !fromMember && !fromPosition) {
            throw missing("FROMMEMBER or FROMLONLAT");
        }
        if (needsCentre && !byRadius && !byBox) {
            throw missing("BYRADIUS and BYBOX");
        }
        if (any && count == 0) {
            throw Errors.err("the ANY argument requires COUNT argument");
        }
    }

    private CommandException missing(String options) {
        Bytes name = call.arg(0);
        return Errors.err("exactly one of " + options + " can be specified for " + name.quotable(name.length()));
    }

    private void reply(List<Place> found) {
        ReplyWriter reply = call.reply();
        int extras = (withDistance ? 1 : 0) + (withHash ? 1 : 0) + (withPosition ? 1 : 0);
        reply.array(found.size());
        for (Place place : found) {
            if (extras > 0) {
                reply.array(extras + 1);
            }
            reply.bulk(place.member());
            if (withDistance) {
                Place.replyDistance(call, place.distanceMeters() / unit.meters());
            }
            if (withHash) {
                reply.integer((long) place.score());
            }
            if (withPosition) {
                Place.replyPosition(reply, place.score());
            }
        }
    }

    private void store(Bytes key, List<Place> found) {
        Keyspace keys = call.keys();
        if (!found.isEmpty()) {
            SortedSetValue stored = keys.replace(SORTED_SET, key);
            for (Place place : found) {
                stored.put(place.member(), storeDistance ? place.distanceMeters() / unit.meters() : place.score());
            }
            call.changed(key, KeyEvent.SORTED_SET, form.isSearch() ? "geosearchstore" : "georadiusstore");
        } else if (keys.remove(key)) {
            call.changed(key, KeyEvent.GENERIC, "del");
        }
        call.reply().integer(found.size());
    }
}
