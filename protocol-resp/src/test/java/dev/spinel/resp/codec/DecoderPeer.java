package dev.spinel.resp.codec;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A connection as a transport drives it: reads go to one array that is overwritten by the next read. */
final class DecoderPeer {
    private static final int HEADROOM = 1024;

    final RequestDecoder decoder;
    final List<List<Bytes>> requests = new ArrayList<>();
    private final SharedRoom room;

    DecoderPeer(RequestLimits limits, SharedRoom room) {
        this.room = room;
        decoder = new RequestDecoder(limits, room.views, room.budget);
    }

    /** What all connections of a loop share. */
    static final class SharedRoom {
        final BufferBudget budget = new BufferBudget();
        private final RequestViews views = new RequestViews();
        private final byte[] read = new byte[HEADROOM + (4 << 20)];
    }

    RequestDecoder.Result read(byte[] bytes, int offset, int length) {
        System.arraycopy(bytes, offset, room.read, HEADROOM, length);
        decoder.receive(room.read, HEADROOM, length);
        RequestDecoder.Result result = decoder.next();
        while (result == RequestDecoder.Result.REQUEST) {
            List<Bytes> request = new ArrayList<>();
            for (int i = 0; i < decoder.argCount(); i++) {
                request.add(decoder.args()[i].copy());
            }
            requests.add(request);
            result = decoder.next();
        }
        decoder.retain();
        Arrays.fill(room.read, 0, HEADROOM + length, (byte) '!');
        return result;
    }

    RequestDecoder.Result read(byte[] bytes) {
        return read(bytes, 0, bytes.length);
    }
}
