package dev.spinel.resp.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BufferBudgetTest {
    private final DecoderPeer.SharedRoom room = new DecoderPeer.SharedRoom();

    @Test
    void longArray_takesWholeRegions() {
        BufferBudget budget = new BufferBudget();
        budget.take(4 << 20);
        assertThat(budget.takenBytes()).isEqualTo(8 << 20);
        budget.give(4 << 20);
        assertThat(budget.takenBytes()).isZero();
    }

    @Test
    void exhausted_grantsOnlyWhatAnErrorReplyNeeds() {
        BufferBudget budget = new BufferBudget();
        budget.maxBytes(100_000);
        assertThat(budget.take(90_000)).isTrue();
        assertThat(budget.take(10_000)).isFalse();
        assertThat(budget.take(4096)).isTrue();
        budget.give(90_000);
        assertThat(budget.take(10_000)).isTrue();
    }

    @Test
    void request_thatFindsNoMemory_isAnErrorOfItsConnectionOnly() {
        room.budget.maxBytes(2_000_000);
        DecoderPeer modest = new DecoderPeer(new RequestLimits(), room);
        DecoderPeer greedy = new DecoderPeer(new RequestLimits(), room);
        byte[] piece = new byte[50_000];
        modest.read("*1\r\n$100000\r\n".getBytes(StandardCharsets.US_ASCII));
        modest.read(piece);
        RequestDecoder.Result result = greedy.read("*1\r\n$1900000\r\n".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 37 && result == RequestDecoder.Result.INCOMPLETE; i++) {
            result = greedy.read(piece);
        }

        assertThat(result).isEqualTo(RequestDecoder.Result.ERROR);
        assertThat(greedy.decoder.error()).isEqualTo("not enough memory for the request");
        greedy.decoder.close();
        modest.read(new byte[50_002]);
        assertThat(modest.requests).hasSize(1);
        assertThat(room.budget.takenBytes()).isZero();
    }

    @Test
    void reply_thatFindsNoMemory_failsItsCommandAndLeavesWhatWasWritten() {
        BufferBudget budget = new BufferBudget();
        budget.maxBytes(10_000);
        RespWriter writer = new RespWriter(new BufferPool(1 << 20, budget));
        writer.simple("first");
        assertThatThrownBy(() -> writer.bulk(Bytes.of(new byte[20_000])))
                .isInstanceOf(CommandException.class)
                .hasMessage("OOM not enough memory for the reply");
        assertThat(new String(writer.array(), 0, writer.length(), StandardCharsets.US_ASCII))
                .isEqualTo("+first\r\n");
        writer.clear();
        assertThat(budget.takenBytes()).isZero();
    }
}
