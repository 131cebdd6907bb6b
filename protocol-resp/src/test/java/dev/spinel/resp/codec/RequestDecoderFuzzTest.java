package dev.spinel.resp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.util.Arrays;

/**
 * Any bytes, in reads of any size, by Jazzer. The build runs this with {@code JAZZER_FUZZ=1}: the inputs that lie in the
 * resources, then for some seconds inputs that Jazzer derives from them, guided by the branches they reach. What fails is
 * written to the resources. Without the variable only the inputs there are run, as in an IDE.
 */
class RequestDecoderFuzzTest {
    private static final int MAX_BULK_BYTES = 4096;

    private final DecoderPeer.SharedRoom room = new DecoderPeer.SharedRoom();

    /**
     * However bytes are cut into reads, the outcome is the same requests and the same error.
     *
     * @param input a byte that chooses the largest read and, by its highest bit, whether the client is restricted; then
     *     what the client sends
     */
    @FuzzTest(maxDuration = "5s")
    void anyBytes_decodeTheSameHoweverTheyAreCut(byte @NotNull [] input) {
        if (input.length == 0) {
            return;
        }
        boolean restricted = input[0] < 0;
        int largestRead = 1 + (input[0] & 0x7f);
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        RequestLimits limits = new RequestLimits();
        limits.maxBulkBytes(MAX_BULK_BYTES);

        DecoderPeer whole = new DecoderPeer(limits, room);
        whole.decoder.restricted(restricted);
        RequestDecoder.Result result = whole.read(bytes);
        DecoderPeer cut = new DecoderPeer(limits, room);
        cut.decoder.restricted(restricted);
        RequestDecoder.Result cutResult = RequestDecoder.Result.INCOMPLETE;
        for (int at = 0; at < bytes.length && cutResult == RequestDecoder.Result.INCOMPLETE; ) {
            int length = Math.min(bytes.length - at, largestRead);
            cutResult = cut.read(bytes, at, length);
            at += length;
        }

        assertThat(cut.requests).isEqualTo(whole.requests);
        assertThat(cutResult).isEqualTo(result);
        if (result == RequestDecoder.Result.ERROR) {
            assertThat(cut.decoder.error()).isEqualTo(whole.decoder.error());
        } else {
            assertThat(cut.decoder.waitingBytes()).isEqualTo(whole.decoder.waitingBytes());
        }
        cut.decoder.close();
        whole.decoder.close();
        assertThat(room.budget.takenBytes()).isZero();
    }
}
