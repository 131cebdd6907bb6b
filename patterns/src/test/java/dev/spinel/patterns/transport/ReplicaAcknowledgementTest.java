package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows a command that replicas have to acknowledge, and what is made of the replies. */
class ReplicaAcknowledgementTest {
    private static final ReplicaAcknowledgement TWO = new ReplicaAcknowledgement(2, Duration.ofMillis(500));
    private static final Reply REPLY = new Reply.Items(List.of(new Reply.Int(1)));
    private static final Reply OK = new Reply.Bulk("OK".getBytes(UTF_8));

    private static List<String> arguments(Command command) {
        return command.arguments().stream()
                .map(argument -> new String(argument, UTF_8))
                .toList();
    }

    @Test
    void aMark_isAWriteOfAKeyBesideTheCommands() {
        byte[] key = "{queue:mails}:ready".getBytes(UTF_8);
        Command mark = TWO.mark(new Command("EVALSHA", List.of(key), key));
        assertThat(mark.name()).isEqualTo("SET");
        assertThat(arguments(mark)).containsExactly("{queue:mails}:replicated", "", "PX", "60000");
        assertThat(mark.routingKey()).isSameAs(mark.arguments().get(0));
    }

    @Test
    void waiting_isForThatManyReplicas_andMilliseconds() {
        assertThat(TWO.waiting().name()).isEqualTo("WAIT");
        assertThat(arguments(TWO.waiting())).containsExactly("2", "500");
    }

    @Test
    void aReply_isConfirmedByThatManyReplicas_orMore() {
        assertThat(TWO.confirm(REPLY, OK, new Reply.Int(2))).isSameAs(REPLY);
        assertThat(TWO.confirm(REPLY, OK, new Reply.Int(3))).isSameAs(REPLY);
    }

    @Test
    void anError_needsNoAcknowledgement() {
        Reply error = new Reply.Failure("NOSCRIPT No matching script.");
        assertThat(TWO.confirm(error, OK, new Reply.Int(0))).isSameAs(error);
    }

    @Test
    void tooFewReplicas_areToldWithTheirNumber() {
        assertNotConfirmed(OK, new Reply.Int(1), "1 of 2 replicas acknowledged it within 500 ms");
    }

    @Test
    void aServerThatDoesNotMarkOrWait_hasAskedNoReplica() {
        Reply refused = new Reply.Failure("OOM command not allowed when used memory > 'maxmemory'.");
        assertNotConfirmed(refused, new Reply.Int(2), "no replica was asked, OOM command not allowed");
        Reply denied = new Reply.Failure("NOPERM this user has no permissions to run the 'wait' command");
        assertNotConfirmed(OK, denied, "no replica was asked, NOPERM this user");
    }

    private static void assertNotConfirmed(Reply marked, Reply acknowledged, String reason) {
        assertThatExceptionOfType(TransportException.class)
                .isThrownBy(() -> TWO.confirm(REPLY, marked, acknowledged))
                .withMessageStartingWith(reason)
                .matches(TransportException::hasRun)
                .matches(TransportException::mayHaveRun);
    }

    @Test
    void whatMakesNoSense_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ReplicaAcknowledgement(0, Duration.ofMillis(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReplicaAcknowledgement(1, Duration.ofNanos(999_999)));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReplicaAcknowledgement(1, Duration.ofSeconds(61)));
    }
}
