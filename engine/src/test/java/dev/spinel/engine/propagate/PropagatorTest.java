package dev.spinel.engine.propagate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PropagatorTest {
    private final Propagator propagator = new Propagator();
    private final Sink log = new Sink(Audience.LOG);
    private final Sink replicas = new Sink(Audience.REPLICAS);

    /** Notes the effects, and the end of each unit as a full stop. */
    private static final class Sink implements WriteSink {
        private final Audience audience;
        private final List<String> events = new ArrayList<>();

        Sink(Audience audience) {
            this.audience = audience;
        }

        @Override
        public Audience audience() {
            return audience;
        }

        @Override
        public void effect(int database, Bytes[] args, int argCount) {
            events.add(args[0].toString());
        }

        @Override
        public void endUnit() {
            events.add(".");
        }
    }

    PropagatorTest() {
        propagator.addSink(log);
        propagator.addSink(replicas);
    }

    private void add(Audience audience, String command) {
        propagator.add(audience, 0, new Bytes[] {Bytes.of(command)}, 1);
    }

    @Test
    void effectForReplicas_isNoUnitOfTheLog() {
        add(Audience.REPLICAS, "PUBLISH");
        assertThat(propagator.flush()).isTrue();
        assertThat(log.events).isEmpty();
        assertThat(replicas.events).containsExactly("PUBLISH", ".");
    }

    @Test
    void flush_withoutEffect_endsNothing() {
        assertThat(propagator.flush()).isFalse();
        assertThat(log.events).isEmpty();
    }

    @Test
    void restrict_nests() {
        Audience outer = propagator.restrict(Audience.LOG);
        Audience inner = propagator.restrict(Audience.REPLICAS);
        assertThat(propagator.isActive()).isFalse();
        add(Audience.EVERYBODY, "A");
        propagator.restore(inner);
        add(Audience.EVERYBODY, "B");
        propagator.restore(outer);
        add(Audience.EVERYBODY, "C");
        propagator.flush();
        assertThat(log.events).containsExactly("B", "C", ".");
        assertThat(replicas.events).containsExactly("C", ".");
    }

    @Test
    void restrict_leavesOutWhatNoCommandCaused() {
        Audience before = propagator.restrict(Audience.NOBODY);
        add(Audience.EVERYBODY, "SET");
        assertThat(propagator.hasSinks()).isTrue();
        propagator.addUnrestricted(0, new Bytes[] {Bytes.of("DEL")}, 1);
        propagator.restore(before);
        propagator.flush();
        assertThat(log.events).containsExactly("DEL", ".");
        assertThat(replicas.events).containsExactly("DEL", ".");
    }

    @Test
    void apart_endsEachEffect() {
        propagator.apart(true);
        add(Audience.EVERYBODY, "A");
        add(Audience.EVERYBODY, "B");
        propagator.apart(false);
        assertThat(propagator.flush()).isFalse();
        assertThat(log.events).containsExactly("A", ".", "B", ".");
    }

    @Test
    void removeSink_withinUnit_theOtherHearsItsEnd() {
        add(Audience.REPLICAS, "PUBLISH");
        propagator.removeSink(log);
        propagator.flush();
        assertThat(replicas.events).containsExactly("PUBLISH", ".");
    }
}
