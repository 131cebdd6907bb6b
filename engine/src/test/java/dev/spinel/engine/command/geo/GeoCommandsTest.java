package dev.spinel.engine.command.geo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the commands on places; the expectations were asked of redis-server 7.0.15. */
class GeoCommandsTest {
    private final CommandTester server = new CommandTester();

    @BeforeEach
    void addPlaces() {
        server.send("GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania");
    }

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    @Test
    void geoadd_optionsSelectAndCount() {
        assertReply("GEOADD Sicily NX 1 1 Palermo 2 2 Rome", "1");
        assertReply("GEOADD Sicily XX CH 1 1 Palermo 3 3 Milan", "1");
        assertReply("GEOADD none XX 1 1 a", "0");
        assertReply("EXISTS none", "0");
    }

    @Test
    void geoadd_wrongPosition_changesNothing() {
        assertReply("GEOADD g 1 1 a 181 10 b", "-ERR invalid longitude,latitude pair 181.000000,10.000000");
        assertReply("GEOADD g NX XX 1 1 a", "-ERR syntax error");
        assertReply("GEOADD g 1 1 a 2", "-ERR syntax error");
        assertReply("GEOADD g x 1 a", "-ERR value is not a valid float");
        assertReply("EXISTS g", "0");
    }

    @Test
    void placesAndDistances() {
        assertReply("GEODIST Sicily Palermo Catania", "166274.1516");
        assertReply("GEODIST Sicily Palermo Catania MI", "103.3182");
        assertReply("GEODIST Sicily Palermo Rome", "nil");
        assertReply("GEODIST Sicily Palermo Catania foo", "-ERR unsupported unit provided. please use M, KM, FT, MI");
        assertReply("GEOHASH Sicily Palermo Rome Catania", "[sqc8b49rny0 nil sqdtr74hyu0]");
        assertReply("GEOPOS Sicily Palermo Rome", "[[13.36138933897018433 38.11555639549629859] nil-array]");
    }

    @Nested
    class Search {
        @Test
        void circleAndBox_answerWhatIsAskedFor() {
            assertReply("GEORADIUS Sicily 15 37 200 km DESC", "[Palermo Catania]");
            assertReply(
                    "GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 200 km ASC WITHDIST",
                    "[[Palermo 0.0000] [Catania 166.2742]]");
            assertReply(
                    "GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km COUNT 1 WITHCOORD WITHHASH",
                    "[[Catania 3479447370796909 [15.08726745843887329 37.50266842333162032]]]");
            assertReply("GEORADIUSBYMEMBER_RO Sicily Palermo 100 km", "[Palermo]");
            assertReply("GEORADIUSBYMEMBER Sicily Rome 100 km", "-ERR could not decode requested zset member");
        }

        @Test
        void store_keepsGeohashOrDistance() {
            assertReply("GEOSEARCHSTORE d Sicily FROMLONLAT 15 37 BYRADIUS 100 km", "1");
            assertReply("ZSCORE d Catania", "3479447370796909");
            assertReply("GEORADIUS Sicily 15 37 200 km STOREDIST d", "2");
            assertThat(server.send("ZSCORE d Palermo")).startsWith("190.4424");
            assertReply("GEORADIUS Sicily 100 37 1 km STORE d", "0");
            assertReply("EXISTS d", "0");
        }

        @Test
        void contradictions_rejected() {
            assertReply(
                    "GEOSEARCH Sicily BYRADIUS 1 km ASC DESC",
                    "-ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH");
            assertReply(
                    "geosearch Sicily FROMLONLAT 1 1 ASC ASC ASC",
                    "-ERR exactly one of BYRADIUS and BYBOX can be specified for geosearch");
            assertReply("GEORADIUS Sicily 1 1 1 km ANY", "-ERR the ANY argument requires COUNT argument");
            assertReply("GEORADIUS Sicily 1 1 1 km COUNT 0", "-ERR COUNT must be > 0");
            assertReply("GEORADIUS Sicily 1 1 -1 km", "-ERR radius cannot be negative");
            assertReply("GEORADIUS_RO Sicily 1 1 1 km STORE d", "-ERR syntax error");
            assertReply(
                    "GEORADIUS Sicily 1 1 1 km WITHDIST STORE d",
                    "-ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options");
        }

        @Test
        void randomCircles_findAllPlacesInReach() {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            for (int i = 0; i < 300; i++) {
                server.send("GEOADD g " + (random.nextDouble() * 360 - 180) + " " + (random.nextDouble() * 160 - 80)
                        + " p" + i);
            }
            for (int i = 0; i < 50; i++) {
                String centre = "p" + random.nextInt(300);
                double radius = Math.pow(10, random.nextDouble() * 4);
                int reached = 0;
                for (int j = 0; j < 300; j++) {
                    reached +=
                            Double.parseDouble(server.send("GEODIST g " + centre + " p" + j + " km")) <= radius ? 1 : 0;
                }
                server.send("GEOSEARCHSTORE d g FROMMEMBER " + centre + " BYRADIUS " + radius + " km");
                assertThat(server.send("ZCARD d"))
                        .as("seed %d, %s, %s km", seed, centre, radius)
                        .isEqualTo("" + reached);
            }
        }
    }

    /** The expectations are the examples and the tests of Valkey 9.0. */
    @Nested
    class Polygon {
        private static final String SYDNEY = "BYPOLYGON 11 151.21619137411474 -33.869643764947696 151.20408853981647"
                + " -33.87845382042545 151.2123775086366 -33.87864711938855 151.21046943124387 -33.87588862400425"
                + " 151.21701035939626 -33.874286511854834 151.2239557405701 -33.8735722632175 151.22495056246407"
                + " -33.87893571656996 151.2274447496748 -33.882307713036354 151.23212935868654 -33.88136096120022"
                + " 151.23097291274465 -33.87456240592362 151.22475424781445 -33.87099633192101";

        private void givenSydney() {
            server.send("GEOADD s 151.20932132005692 -33.877723137822436 elizabeth 151.2119820713997"
                    + " -33.87697539508043 connaught 151.2119820713997 -33.87156123068408 james 151.2229523062706"
                    + " -33.883973760201364 oxford 151.22852593660355 -33.88116782387797 goodhope 151.2224105000496"
                    + " -33.87544442350019 kings 151.22953444719315 -33.874838625143106 oval");
        }

        @Test
        void distances_areFromTheMiddleOfTheVertices() {
            givenSydney();
            assertReply(
                    "GEOSEARCH s " + SYDNEY + " WITHDIST ASC",
                    "[[oval 858.3013] [goodhope 929.4979] [elizabeth 1035.7735]]");
            server.send("GEOSEARCHSTORE d s " + SYDNEY + " ASC STOREDIST COUNT 2");
            assertReply("ZRANGE d 0 -1", "[oval goodhope]");
        }

        @Test
        void crossingEdges_excludeWhatTheyEncloseTwice() {
            givenSydney();
            server.send("GEOSEARCHSTORE d s BYPOLYGON 5 151.2154285314146 -33.867438205607186 151.20024487595015"
                    + " -33.88138572784347 151.2374118848648 -33.87601765283626 151.19695829592922 -33.87272872054441"
                    + " 151.2278336546125 -33.88345323146266");
            assertThat(server.send("ZRANGE d 0 -1")).contains("elizabeth", "james", "kings");
            assertReply("ZCARD d", "3");
        }

        @Test
        void box_findsWhatLiesInIt() {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            for (int i = 0; i < 300; i++) {
                server.send("GEOADD g " + (random.nextDouble() * 360 - 180) + " " + (random.nextDouble() * 160 - 80)
                        + " p" + i);
            }
            String[] positions = new String[300];
            for (int i = 0; i < 300; i++) {
                positions[i] = server.send("GEOPOS g p" + i).replaceAll("[\\[\\]]", "");
            }
            for (int i = 0; i < 50; i++) {
                double west = random.nextDouble() * 360 - 180;
                double east = west + random.nextDouble() * (180 - west);
                double south = random.nextDouble() * 170 - 85;
                double north = south + random.nextDouble() * (85 - south);
                int inside = 0;
                for (String position : positions) {
                    double longitude = Double.parseDouble(position.split(" ")[0]);
                    double latitude = Double.parseDouble(position.split(" ")[1]);
                    inside += longitude > west && longitude < east && latitude > south && latitude < north ? 1 : 0;
                }
                server.send("GEOSEARCHSTORE d g BYPOLYGON 4 " + west + " " + south + " " + east + " " + south + " "
                        + east + " " + north + " " + west + " " + north);
                assertThat(server.send("ZCARD d"))
                        .as("seed %d, box %d", seed, i)
                        .isEqualTo("" + inside);
            }
        }

        @Test
        void malformed_rejected() {
            String few = "-ERR GEOSEARCH BYPOLYGON must have at least 3 vertices";
            assertReply("GEOSEARCH s BYPOLYGON 2 1 1 2 2", few);
            assertReply("GEOSEARCH s BYPOLYGON 3 1 1 2 2 ASC", few);
            assertReply("GEOSEARCH s BYPOLYGON 2147483647 1 1 2 2 3 1", few);
            assertReply("GEOSEARCH s BYPOLYGON 2147483648 1 1 2 2 3 1", "-ERR invalid number of vertices");
            assertReply("GEOSEARCH s BYPOLYGON x 1 1 2 2 3 1", "-ERR invalid number of vertices");
            for (String other : new String[] {"BYBOX 4 4 km", "FROMLONLAT 1 1", "BYPOLYGON 3 1 1 2 2 3 1"}) {
                assertReply("GEOSEARCH s BYPOLYGON 3 1 1 2 2 3 1 " + other, "-ERR syntax error");
                assertReply("GEOSEARCH s " + other + " BYPOLYGON 3 1 1 2 2 3 1", "-ERR syntax error");
            }
            assertReply(
                    "GEOSEARCH s BYPOLYGON 3 1 1 2 2 300 1",
                    "-ERR invalid longitude,latitude pair 300.000000,1.000000");
        }
    }

    @Test
    void formatCoordinate_roundsAsExactArithmetic() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] text = new byte[FixedPoint.MAX_COORDINATE_LENGTH];
        for (int i = 0; i < 100_000; i++) {
            double value = (random.nextDouble() * 2 - 1) * Math.pow(10, random.nextInt(24) - 21);
            String expected = new BigDecimal(value)
                    .setScale(17, RoundingMode.HALF_EVEN)
                    .stripTrailingZeros()
                    .toPlainString();
            int length = FixedPoint.formatCoordinate(value, text);
            assertThat(new String(text, 0, length, StandardCharsets.US_ASCII))
                    .as("seed %d, %s", seed, value)
                    .isEqualTo(expected);
        }
    }
}
