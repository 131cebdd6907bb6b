package dev.spinel.distribution.differential;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Finds a short list of requests that still makes the servers differ, by delta debugging. */
final class Shrinker {
    private static final int MOST_REPLAYS = 400;

    private final ServerPair servers;
    private final int protocol;
    private final List<Request> settings;
    private int replays;

    Shrinker(ServerPair servers, int protocol, List<Request> settings) {
        this.servers = servers;
        this.protocol = protocol;
        this.settings = settings;
    }

    /** A sublist that differs and from which, within the allowed replays, nothing can be taken away. */
    List<Request> shrink(List<Request> requests) throws IOException {
        List<Request> current = requests;
        int pieces = 2;
        while (current.size() > 1 && replays < MOST_REPLAYS) {
            int size = Math.max(1, (current.size() + pieces - 1) / pieces);
            List<Request> smaller = withoutOnePiece(current, size);
            if (smaller.size() < current.size()) {
                current = smaller;
                pieces = Math.max(2, pieces - 1);
            } else if (size == 1) {
                break;
            } else {
                pieces = Math.min(current.size(), 2 * pieces);
            }
        }
        return current;
    }

    private List<Request> withoutOnePiece(List<Request> current, int size) throws IOException {
        for (int end = current.size(); end > 0 && replays < MOST_REPLAYS; end -= size) {
            List<Request> candidate = new ArrayList<>(current.subList(0, Math.max(0, end - size)));
            candidate.addAll(current.subList(end, current.size()));
            replays++;
            if (servers.run(protocol, settings, candidate) != null) {
                return candidate;
            }
        }
        return current;
    }
}
