package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a large list at one moment, told one after the other while the list goes on changing. Engine thread only.
 */
final class PageCut {
    /*
     * The order of pages matters, so one that is about to change cannot be told at once, as a record of a table: it is
     * copied. Pages are named by their ordinal at the cut, which a parallel array has for each page of the list, as they
     * are renumbered when others are added and removed. Pages that are still needed never change their order.
     */
    private static final int NOT_NEEDED = -1;

    private final ValueSink sink;
    private final @Nullable Bytes[] kept;
    private int[] ordinals;
    private int next;
    /** Near this page the next one that is needed was found last. */
    private int hint;

    /** Starts a cut of the pages from {@code first} to {@code end}, exclusive. */
    PageCut(int arrayLength, int first, int end, ValueSink sink) {
        this.sink = sink;
        this.kept = new @Nullable Bytes[end - first];
        this.ordinals = new int[arrayLength];
        Arrays.fill(ordinals, NOT_NEEDED);
        for (int page = first; page < end; page++) {
            ordinals[page] = page - first;
        }
        this.hint = first;
    }

    /** Whether a page belongs to what is left. */
    boolean needs(int page) {
        return ordinals[page] != NOT_NEEDED;
    }

    /** Takes the listpack of a page that will not be what it was. */
    void keep(int page, Bytes listpack) {
        kept[ordinals[page]] = listpack;
        ordinals[page] = NOT_NEEDED;
    }

    boolean isOver() {
        return next == kept.length;
    }

    /** Tells the next page if it was kept. */
    boolean tellKept() throws IOException {
        Bytes listpack = next < kept.length ? kept[next] : null;
        if (listpack == null) {
            return false;
        }
        kept[next++] = null;
        sink.listPage(listpack);
        return true;
    }

    /** The next page, which was not kept. */
    int nextPage() {
        for (int distance = 0; ; distance++) {
            if (hint + distance < ordinals.length && ordinals[hint + distance] == next) {
                hint += distance;
                return hint;
            }
            if (hint >= distance && ordinals[hint - distance] == next) {
                hint -= distance;
                return hint;
            }
            if (distance > ordinals.length) {
                throw new IllegalStateException("page " + next + " of " + kept.length + " of a cut is gone");
            }
        }
    }

    /** Tells the page that {@link #nextPage} named. */
    void tell(int page, Bytes listpack) throws IOException {
        ordinals[page] = NOT_NEEDED;
        next++;
        sink.listPage(listpack);
    }

    /** The list has a new page. */
    void added(int page) {
        ordinals[page] = NOT_NEEDED;
    }

    /** The list moved pages to other numbers. */
    void moved(int from, int to, int pages) {
        System.arraycopy(ordinals, from, ordinals, to, pages);
        if (to < from) {
            Arrays.fill(ordinals, Math.max(from, to + pages), from + pages, NOT_NEEDED);
        } else {
            Arrays.fill(ordinals, from, Math.min(to, from + pages), NOT_NEEDED);
        }
    }

    /** The list has longer arrays. */
    void enlarge(int length) {
        int old = ordinals.length;
        ordinals = Arrays.copyOf(ordinals, length);
        Arrays.fill(ordinals, old, length, NOT_NEEDED);
    }
}
