package dev.spinel.engine.command.geo;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.real;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.MOVABLEKEYS;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.WRITE;
import static dev.spinel.api.command.KeySpec.Flag.ACCESS;
import static dev.spinel.api.command.KeySpec.Flag.OW;
import static dev.spinel.api.command.KeySpec.Flag.RO;
import static dev.spinel.api.command.KeySpec.Flag.RW;
import static dev.spinel.api.command.KeySpec.Flag.UPDATE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of the commands on places, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class GeoSpecs {
    private static final Argument KEY = key("key", 0);
    private static final Argument LONGITUDE = real("longitude");
    private static final Argument LATITUDE = real("latitude");
    private static final Argument MEMBER = string("member");
    private static final Argument UNIT =
            oneOf("unit", word("m", "M"), word("km", "KM"), word("ft", "FT"), word("mi", "MI"));
    private static final Argument WITHCOORD = word("withcoord", "WITHCOORD").optional();
    private static final Argument WITHDIST = word("withdist", "WITHDIST").optional();
    private static final Argument WITHHASH = word("withhash", "WITHHASH").optional();
    private static final Argument ORDER =
            oneOf("order", word("asc", "ASC"), word("desc", "DESC")).optional();
    private static final Argument ANY = word("any", "ANY").optional();
    private static final Argument COUNT = count(ANY);
    private static final Argument COUNT_WITH_LATER_ANY = count(ANY.since("6.2.0"));
    private static final Argument STORE = key("key", 1).token("STORE").optional();
    private static final Argument STOREDIST = key("key", 2).token("STOREDIST").optional();
    private static final Argument FROM = oneOf(
            "from",
            string("member").token("FROMMEMBER"),
            block("longitude_latitude", LONGITUDE, LATITUDE).token("FROMLONLAT"));
    private static final Argument BY = oneOf(
            "by",
            block("circle", real("radius").token("BYRADIUS"), UNIT),
            block("box", real("width").token("BYBOX"), real("height"), UNIT),
            block(
                            "polygon",
                            integer("num-vertices").token("BYPOLYGON"),
                            block("longitude_latitude", LONGITUDE, LATITUDE).multiple())
                    .since("9.0.0"));
    private static final String SEARCH_COMPLEXITY = "O(N+log(M)) for N members near the area and M members found.";

    static final CommandSpec GEOADD = command("GEOADD")
            .since("3.2.0")
            .arity(-5)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(
                    KEY,
                    oneOf("condition", word("nx", "NX"), word("xx", "XX"))
                            .optional()
                            .since("6.2.0"),
                    word("change", "CH").optional().since("6.2.0"),
                    block("longitude_latitude_member", LONGITUDE, LATITUDE, MEMBER)
                            .multiple())
            .summary("Adds places to a sorted set or moves them, creating it when absent.")
            .complexity("O(M*log(N)) for M places named and N in the set.")
            .changed("6.2.0", "Options CH, NX and XX.")
            .build();

    static final CommandSpec GEODIST = command("GEODIST")
            .since("3.2.0")
            .arity(-4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, string("member1"), string("member2"), UNIT.optional())
            .summary("Returns the distance of two places.")
            .complexity("O(1)")
            .build();

    static final CommandSpec GEOHASH = command("GEOHASH")
            .since("3.2.0")
            .arity(-2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, MEMBER.multiple())
            .summary("Returns the standard geohashes of places.")
            .complexity("O(1) for each place.")
            .build();

    static final CommandSpec GEOPOS = command("GEOPOS")
            .since("3.2.0")
            .arity(-2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, MEMBER.multiple())
            .summary("Returns the longitudes and latitudes of places.")
            .complexity("O(1) for each place.")
            .build();

    static final CommandSpec GEORADIUS = command("GEORADIUS")
            .since("3.2.0")
            .arity(-6)
            .flags(WRITE, DENYOOM, MOVABLEKEYS)
            .keys(
                    KeySpec.at(1, RO, ACCESS),
                    KeySpec.after("STORE", 6, OW, UPDATE),
                    KeySpec.after("STOREDIST", 6, OW, UPDATE))
            .arguments(
                    KEY,
                    LONGITUDE,
                    LATITUDE,
                    real("radius"),
                    UNIT,
                    WITHCOORD,
                    WITHDIST,
                    WITHHASH,
                    COUNT_WITH_LATER_ANY,
                    ORDER,
                    STORE,
                    STOREDIST)
            .summary("Finds or stores the places around a position.")
            .complexity(SEARCH_COMPLEXITY)
            .changed("6.2.0", "Option ANY of COUNT.")
            .changed("7.0.0", "The unit may be in upper case.")
            .deprecated("6.2.0", "GEOSEARCH and GEOSEARCHSTORE with BYRADIUS")
            .build();

    static final CommandSpec GEORADIUSBYMEMBER = command("GEORADIUSBYMEMBER")
            .since("3.2.0")
            .arity(-5)
            .flags(WRITE, DENYOOM, MOVABLEKEYS)
            .keys(
                    KeySpec.at(1, RO, ACCESS),
                    KeySpec.after("STORE", 5, OW, UPDATE),
                    KeySpec.after("STOREDIST", 5, OW, UPDATE))
            .arguments(KEY, MEMBER, real("radius"), UNIT, WITHCOORD, WITHDIST, WITHHASH, COUNT, ORDER, STORE, STOREDIST)
            .summary("Finds or stores the places around another place.")
            .complexity(SEARCH_COMPLEXITY)
            .changed("7.0.0", "The unit may be in upper case.")
            .deprecated("6.2.0", "GEOSEARCH and GEOSEARCHSTORE with BYRADIUS and FROMMEMBER")
            .build();

    static final CommandSpec GEORADIUSBYMEMBER_RO = command("GEORADIUSBYMEMBER_RO")
            .since("3.2.10")
            .arity(-5)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, MEMBER, real("radius"), UNIT, WITHCOORD, WITHDIST, WITHHASH, COUNT, ORDER)
            .summary("Finds the places around another place.")
            .complexity(SEARCH_COMPLEXITY)
            .deprecated("6.2.0", "GEOSEARCH with BYRADIUS and FROMMEMBER")
            .build();

    static final CommandSpec GEORADIUS_RO = command("GEORADIUS_RO")
            .since("3.2.10")
            .arity(-6)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    LONGITUDE,
                    LATITUDE,
                    real("radius"),
                    UNIT,
                    WITHCOORD,
                    WITHDIST,
                    WITHHASH,
                    COUNT_WITH_LATER_ANY,
                    ORDER)
            .summary("Finds the places around a position.")
            .complexity(SEARCH_COMPLEXITY)
            .changed("6.2.0", "Option ANY of COUNT.")
            .deprecated("6.2.0", "GEOSEARCH with BYRADIUS")
            .build();

    static final CommandSpec GEOSEARCH = command("GEOSEARCH")
            .since("6.2.0")
            .arity(-7)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, FROM, BY, ORDER, COUNT, WITHCOORD, WITHDIST, WITHHASH)
            .summary("Finds the places in a circle, a box or a polygon.")
            .complexity(SEARCH_COMPLEXITY)
            .changed("7.0.0", "The unit may be in upper case.")
            .changed("9.0.0", "Option BYPOLYGON, of Valkey.")
            .build();

    static final CommandSpec GEOSEARCHSTORE = command("GEOSEARCHSTORE")
            .since("6.2.0")
            .arity(-8)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, OW, UPDATE), KeySpec.at(2, RO, ACCESS))
            .arguments(
                    key("destination", 0),
                    key("source", 1),
                    FROM,
                    BY,
                    ORDER,
                    COUNT,
                    word("storedist", "STOREDIST").optional())
            .summary("Stores the places in a circle, a box or a polygon, or their distances.")
            .complexity(SEARCH_COMPLEXITY)
            .changed("7.0.0", "The unit may be in upper case.")
            .changed("9.0.0", "Option BYPOLYGON, of Valkey.")
            .build();

    private GeoSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.GEO).acl(AclCategory.GEO);
    }

    private static Argument count(Argument any) {
        return block("count", integer("count").token("COUNT"), any).optional();
    }
}
