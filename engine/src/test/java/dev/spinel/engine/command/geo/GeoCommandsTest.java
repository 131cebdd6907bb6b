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
