package dev.spinel.engine.command.geo;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The commands on places: which specification each handler fulfils. */
public final class GeoCommands implements ServerPlugin {
    @Override
    public String name() {
        return "geo";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(GeoSpecs.GEOADD, GeoPlaces::geoadd),
                Command.of(GeoSpecs.GEODIST, GeoPlaces::geodist),
                Command.of(GeoSpecs.GEOHASH, GeoPlaces::geohash),
                Command.of(GeoSpecs.GEOPOS, GeoPlaces::geopos),
                Command.of(GeoSpecs.GEORADIUS, GeoSearch::georadius),
                Command.of(GeoSpecs.GEORADIUSBYMEMBER, GeoSearch::georadiusbymember),
                Command.of(GeoSpecs.GEORADIUSBYMEMBER_RO, GeoSearch::georadiusbymemberRo),
                Command.of(GeoSpecs.GEORADIUS_RO, GeoSearch::georadiusRo),
                Command.of(GeoSpecs.GEOSEARCH, GeoSearch::geosearch),
                Command.of(GeoSpecs.GEOSEARCHSTORE, GeoSearch::geosearchstore));
    }
}
