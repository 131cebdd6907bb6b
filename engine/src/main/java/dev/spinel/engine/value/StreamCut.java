package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.StreamState;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A stream at one moment, told in pieces while it goes on changing. Engine thread only. */
final class StreamCut {
    /*
     * Nodes are told in the order of their IDs, which never change. A node that is about to change before its turn is kept
     * as a copy; the next one to tell is the first of those kept and of those still in the stream. A node that came later
     * bears the number of the cut. IDs alone would not tell: XTRIM and XSETID make it possible to use an ID again.
     *
     * Groups are copied when the cut begins. Their tables of pending entries share memory with the copies, 128 entries
     * at a time, until one of both changes.
     */
    /** What telling a node counts for. */
    private static final int ELEMENTS_OF_NODE = 100;

    private final LargeStream stream;
    private final IdTable nodes;
    private final long number;
    private final ValueSink sink;
    private final StreamState state;
    private final HeapSum heap;
    private final TreeMap<StreamId, Bytes> kept = new TreeMap<>();
    private final Deque<PendingGroup> groups = new ArrayDeque<>();
    private long nodesLeft;
    /** No node of the stream before this ID is still to be told. */
    private @Nullable StreamId from = StreamId.MIN;

    private boolean stateTold;
    private PendingGroup.@Nullable Telling telling;

    /**
     * Starts a cut.
     *
     * @param nodes the nodes of the stream
     * @param number what the rows of nodes hold that the cut does not need
     * @param heap is told of copies of nodes
     */
    StreamCut(LargeStream stream, IdTable nodes, long number, HeapSum heap, ValueSink sink) {
        this.stream = stream;
        this.nodes = nodes;
        this.number = number;
        this.heap = heap;
        this.sink = sink;
        this.state = stream.state();
        this.nodesLeft = nodes.size();
    }

    /** Adds a group, in the order in which they will be told. */
    void addGroup(PendingGroup copy) {
        groups.add(copy);
    }

    /** Takes a copy of a node that will not be what it was. */
    void keep(StreamId id, Bytes listpack) {
        kept.put(id, listpack);
        heap.add(listpack.length());
    }

    /** Tells about so many more elements; true when none is left. */
    boolean advance(int elements) throws IOException {
        for (int left = elements; left > 0; left--) {
            if (nodesLeft > 0) {
                left -= ELEMENTS_OF_NODE;
                advanceNodes();
            } else if (!stateTold) {
                sink.streamState(state);
                stateTold = true;
            } else if (telling == null || !telling.advance()) {
                PendingGroup group = groups.poll();
                if (group == null) {
                    return true;
                }
                telling = new PendingGroup.Telling(group, sink);
            }
        }
        return false;
    }

    /** Looks at the next node, and tells it if it is one of the cut. */
    private void advanceNodes() throws IOException {
        StreamId begin = from;
        long node = begin == null ? IdTable.NONE : nodes.ceiling(begin.millis(), begin.sequence());
        StreamId id = node == IdTable.NONE ? null : new StreamId(nodes.millis(node), nodes.sequence(node));
        Map.Entry<StreamId, Bytes> first = kept.firstEntry();
        if (first != null && (id == null || first.getKey().compareTo(id) <= 0)) {
            kept.pollFirstEntry();
            heap.add(-first.getValue().length());
            sink.streamNode(first.getKey().millis(), first.getKey().sequence(), first.getValue());
            nodesLeft--;
            return;
        }
        if (id == null) {
            throw new IllegalStateException(nodesLeft + " nodes of a cut are gone");
        }
        if (nodes.get(node, LargeStream.CUT) != number) {
            stream.tellNode(node, sink);
            nodes.set(node, LargeStream.CUT, number);
            nodesLeft--;
        }
        from = id.next();
    }
}
