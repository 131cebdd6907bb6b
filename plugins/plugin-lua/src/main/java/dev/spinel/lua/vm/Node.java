package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/** A node of the tree that a source text becomes. */
abstract class Node {
    /** What running it takes of the thread's stack, the nodes below included; the unit is a frame or two. */
    final int weight;

    /**
     * @param own what there is between this node and one below
     * @param below what the {@linkplain #heaviest heaviest} of those takes
     */
    Node(int own, int below) {
        weight = own + below;
    }

    static int heaviest(@Nullable Node... nodes) {
        int most = 0;
        for (Node node : nodes) {
            if (node != null) {
                most = Math.max(most, node.weight);
            }
        }
        return most;
    }
}
