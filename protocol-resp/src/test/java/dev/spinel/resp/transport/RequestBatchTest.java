package dev.spinel.resp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.resp.codec.BufferBudget;
import dev.spinel.resp.codec.BufferPool;
import dev.spinel.resp.codec.RequestDecoder;
import dev.spinel.resp.codec.RequestLimits;
import dev.spinel.resp.codec.RequestViews;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestBatchTest {
    private static final int NO_LIMIT = 1 << 20;

    private final RequestDecoder decoder =
            new RequestDecoder(new RequestLimits(), new RequestViews(), new BufferBudget());
    private final RequestViews engineViews = new RequestViews();
    private final BufferBudget budget = new BufferBudget();
    private final RequestBatch batch = new RequestBatch(new BufferPool(1 << 20, budget), budget);
    private final byte[] readArray = new byte[16_384];

    @Test
    void requests_outliveTheReadBuffer() {
        receive("*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\nSET \"a b\" c\r\n*2\r\n$3\r\nGET\r\n$3\r\nab");
        assertThat(batch.fill(decoder, NO_LIMIT, NO_LIMIT)).isTrue();
        decoder.retain();
        Arrays.fill(readArray, (byte) '!');

        assertThat(rest()).containsExactly(List.of("ECHO", "hi"), List.of("SET", "a b", "c"));
    }

    @Test
    void incompleteRequest_comesWithALaterBatch() {
        receive("*2\r\n$3\r\nGET\r\n$3\r\nab");
        assertThat(batch.fill(decoder, NO_LIMIT, NO_LIMIT)).isFalse();
        decoder.retain();
        receive("c\r\nPING\r\n");
        assertThat(batch.fill(decoder, NO_LIMIT, NO_LIMIT)).isTrue();

        assertThat(rest()).containsExactly(List.of("GET", "abc"), List.of("PING"));
    }

    @Test
    void requestsForWhichThereIsNoMemory_areAnError() {
        receive("PI\r\n".repeat(1500));
        budget.maxBytes(0);
        assertThat(batch.fill(decoder, NO_LIMIT, NO_LIMIT)).isTrue();

        assertThat(batch.hasNext()).isFalse();
        assertThat(batch.error()).isEqualTo("not enough memory for the request");
        batch.clear();
        assertThat(budget.takenBytes()).isZero();
    }

    @Test
    void manyArguments_arePaidForUntilTheBatchIsCleared() {
        String arguments = "$0\r\n\r\n".repeat(2000);
        byte[] request = ("*2000\r\n" + arguments).getBytes(StandardCharsets.US_ASCII);
        decoder.receive(request, 0, request.length);
        batch.fill(decoder, NO_LIMIT, NO_LIMIT);
        long taken = budget.takenBytes();
        batch.clear();

        assertThat(taken).isGreaterThan(2000 * 32);
        assertThat(budget.takenBytes()).isZero();
    }

    @Test
    void protocolError_followsTheRequestsBeforeIt() {
        receive("PING\r\n*1\r\n$x\r\n");
        assertThat(batch.fill(decoder, NO_LIMIT, NO_LIMIT)).isTrue();

        assertThat(batch.error()).isEqualTo("invalid bulk length");
        assertThat(rest()).containsExactly(List.of("PING"));
    }

    @Test
    void limits_leaveRequestsInTheDecoder() {
        receive("A\r\nB\r\nC\r\nD\r\n");
        batch.fill(decoder, 1, NO_LIMIT);
        assertThat(rest()).containsExactly(List.of("A"));
        batch.clear();
        batch.fill(decoder, NO_LIMIT, 4);
        assertThat(rest()).containsExactly(List.of("B"), List.of("C"));
        batch.clear();
        batch.fill(decoder, NO_LIMIT, NO_LIMIT);
        assertThat(rest()).containsExactly(List.of("D"));
    }

    @Test
    void remainingBytes_coverWhatIsNotExecuted() {
        receive("PING\r\nECHO later\r\n*1\r\n");
        batch.fill(decoder, NO_LIMIT, NO_LIMIT);
        assertThat(batch.remainingBytes()).isEqualTo(18);
        batch.nextArgs(engineViews);
        assertThat(batch.remainingBytes()).isEqualTo(12);
        batch.nextArgs(engineViews);
        assertThat(batch.remainingBytes()).isZero();
    }

    @Test
    void manyArguments_areKept() {
        int count = 3000;
        StringBuilder text = new StringBuilder("*" + count + "\r\n");
        for (int i = 0; i < count; i++) {
            text.append("$4\r\n").append(1000 + i).append("\r\n");
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        decoder.receive(bytes, 0, bytes.length);
        batch.fill(decoder, NO_LIMIT, NO_LIMIT);

        List<String> request = rest().get(0);
        assertThat(request).hasSize(count);
        assertThat(request.get(count - 1)).isEqualTo("3999");
    }

    private void receive(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        int offset = readArray.length / 2;
        System.arraycopy(bytes, 0, readArray, offset, bytes.length);
        decoder.receive(readArray, offset, bytes.length);
    }

    private List<List<String>> rest() {
        List<List<String>> requests = new ArrayList<>();
        while (batch.hasNext()) {
            int argCount = batch.nextArgCount();
            Bytes[] args = batch.nextArgs(engineViews);
            List<String> request = new ArrayList<>();
            for (int i = 0; i < argCount; i++) {
                request.add(args[i].toString());
            }
            requests.add(request);
        }
        return requests;
    }
}
