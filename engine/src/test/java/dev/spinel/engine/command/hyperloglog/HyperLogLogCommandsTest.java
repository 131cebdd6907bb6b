package dev.spinel.engine.command.hyperloglog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Test;

/** Tests the HyperLogLog commands; the expectations were asked of redis-server 7.0.15. */
class HyperLogLogCommandsTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    @Test
    void pfadd_tellsWhetherARegisterGrew() {
        assertReply("PFADD h", "1");
        assertReply("PFADD h", "0");
        assertReply("PFADD h a b c", "1");
        assertReply("PFADD h a", "0");
        assertReply("PFCOUNT h", "3");
        assertReply("PFDEBUG ENCODING h", "sparse");
    }

    @Test
    void pfcount_logsOnlyWhenItKeepsTheCount() {
        server.send("PFADD h a");
        server.takeEffects();
        server.send("PFCOUNT h");
        server.send("PFCOUNT h");
        assertThat(server.takeEffects()).containsExactly("PFCOUNT h");
    }

    @Test
    void sketch_becomesDenseWhenItIsTooLong() {
        server.send("CONFIG SET hll-sparse-max-bytes 30");
        for (int i = 0; i < 3; i++) {
            server.send("PFADD h e" + i);
        }
        assertReply("PFDEBUG ENCODING h", "sparse");
        for (int i = 3; i < 20; i++) {
            server.send("PFADD h e" + i);
        }
        assertReply("PFDEBUG ENCODING h", "dense");
        assertReply("STRLEN h", "12304");
        assertReply("PFCOUNT h", "20");
    }

    @Test
    void bothEncodings_countTheSame() {
        for (int i = 0; i < 500; i++) {
            server.send("PFADD sparse e" + i);
            server.send("PFADD dense e" + i);
            server.send("PFDEBUG TODENSE dense");
        }
        assertReply("PFDEBUG ENCODING sparse", "sparse");
        assertThat(server.send("PFCOUNT sparse")).isEqualTo(server.send("PFCOUNT dense"));
        assertThat(server.send("PFCOUNT sparse dense")).isEqualTo(server.send("PFCOUNT dense"));
    }

    @Test
    void pfmerge_isTheUnion() {
        server.send("PFADD a 1 2 3");
        server.send("PFADD b 3 4");
        assertReply("PFMERGE d a b none", "OK");
        assertReply("PFCOUNT d", "4");
        assertReply("PFCOUNT a b", "4");
        server.send("PFDEBUG TODENSE b");
        assertReply("PFMERGE a b", "OK");
        assertReply("PFDEBUG ENCODING a", "dense");
        assertReply("PFCOUNT a", "4");
    }

    @Test
    void decode_tellsRuns() {
        server.send("PFADD h");
        assertReply("PFDEBUG DECODE h", "Z:16384");
        server.send("PFDEBUG TODENSE h");
        assertReply("PFDEBUG DECODE h", "-ERR HLL encoding is not sparse");
        assertReply("PFDEBUG FOO h", "-ERR Unknown PFDEBUG subcommand 'FOO'");
        assertReply("PFDEBUG GETREG none", "-ERR The specified key does not exist");
    }

    @Test
    void otherStrings_rejected() {
        server.send("SET s hello");
        server.send("SET n 5");
        server.send("LPUSH l x");
        assertReply("PFADD s a", "-WRONGTYPE Key is not a valid HyperLogLog string value.");
        assertReply("PFCOUNT n", "-WRONGTYPE Key is not a valid HyperLogLog string value.");
        assertReply("PFMERGE d s", "-WRONGTYPE Key is not a valid HyperLogLog string value.");
        assertReply("PFCOUNT l", "-WRONGTYPE Operation against a key holding the wrong kind of value");
    }

    @Test
    void corruptedSketch_isLeftAsItIs() {
        server.send("PFADD h a b c");
        server.send("APPEND h hello");
        String before = server.send("GET h");
        assertReply("PFCOUNT h", "-INVALIDOBJ Corrupted HLL object detected");
        assertReply("PFCOUNT h h", "-INVALIDOBJ Corrupted HLL object detected");
        assertReply("PFMERGE d h", "-INVALIDOBJ Corrupted HLL object detected");
        assertReply("EXISTS d", "0");
        assertThat(server.send("GET h")).isEqualTo(before);
    }
}
