package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A list that is too large for its record: a sequence of pages in the arena, each a listpack. Engine thread only.
 *
 * <p>An element is named by the number of its page, which changes with each insertion and removal of pages, and its index
 * or its distance in bytes from the start of the listpack.
 */
final class LargeList implements LargeValue {
    /*
     *   block of a page  | gap | listpack | gap |
     *
     * A page fills up to the configured size, 8 KiB unless told otherwise; an element above that is alone in its page.
     * The gap before the listpack makes additions and removals at its head as cheap as at its tail: its header of six
     * bytes moves, and nothing else. So each page is at any time a listpack that can be copied as it is. When the gap on
     * one side is used up, the listpack moves within its block and leaves half of the room on either side, or the block
     * grows by half. A page that is left full gives its excess back.
     *
     * What is needed to find an element lies outside the pages, in arrays that have one entry per page, 20 bytes for
     * about 240 elements of 32 bytes. They have room at both ends. An index is found by adding up counts from the nearer
     * end: with ten million elements, that is at most 20,000 additions or some microseconds.
     */
    /** How many pages are released or moved together. */
    private static final int PAGES_PER_PIECE = 256;

    /** What telling a page that was kept counts for. */
    private static final int ELEMENTS_OF_KEPT_PAGE = 100;

    private static final int SAFE_PAGE_BYTES = 8 << 10;
    private static final int MIN_PAGE_BYTES = 4 << 10;
    private static final int MAX_SIZE_CLASS = 5;
    private static final int INITIAL_BLOCK_BYTES = 512;
    private static final int INITIAL_PAGES = 4;

    /** Bytes on the Java heap of this object and the headers of its arrays. */
    private static final long OBJECT_BYTES = 80 + 4 * 16;

    private static final long BYTES_PER_PAGE = Long.BYTES + 3 * Integer.BYTES;

    private final Arena arena;
    private final EncodingLimits limits;
    private final Bytes toldPage = new Bytes();
    private long[] blocks = new long[INITIAL_PAGES];
    private int[] blockBytes = new int[INITIAL_PAGES];
    /** Length of the gap before each listpack. */
    private int[] gaps = new int[INITIAL_PAGES];

    private int[] counts = new int[INITIAL_PAGES];
    private int firstPage = INITIAL_PAGES / 2;
    private int endPage = INITIAL_PAGES / 2;
    private long size;
    private long usedBytes;
    private @Nullable PageCut cut;

    LargeList(Arena arena, EncodingLimits limits) {
        this.arena = arena;
        this.limits = limits;
    }

    long size() {
        return size;
    }

    /** Bytes in the arena and on the heap. */
    long memoryBytes() {
        return usedBytes + heapBytes();
    }

    @Override
    public long evacuate(long position) {
        long end = Math.min(endPage, firstPage + position + PAGES_PER_PIECE);
        for (int page = (int) Math.min(end, firstPage + position); page < end; page++) {
            if (arena.isEvacuated(blocks[page])) {
                blocks[page] = arena.evacuate(blocks[page], blockBytes[page]);
            }
        }
        return end == endPage ? 0 : end - firstPage;
    }

    @Override
    public long heapBytes() {
        return OBJECT_BYTES + blocks.length * BYTES_PER_PAGE;
    }

    int firstPage() {
        return firstPage;
    }

    /** Number of the last page plus one. */
    int endPage() {
        return endPage;
    }

    /** Number of elements in a page. */
    int count(int page) {
        return counts[page];
    }

    /** The array that holds the listpack of a page. */
    byte[] array(int page) {
        return arena.chunk(blocks[page]);
    }

    /** Index of the listpack of a page in {@link #array}. */
    int start(int page) {
        return arena.offset(blocks[page]) + gaps[page];
    }

    /** The page of the element at an index below {@link #size()}. */
    int pageOf(long index) {
        if (index <= size / 2) {
            long left = index;
            int page = firstPage;
            while (left >= counts[page]) {
                left -= counts[page++];
            }
            return page;
        }
        long after = size - index;
        int page = endPage - 1;
        while (after > counts[page]) {
            after -= counts[page--];
        }
        return page;
    }

    /** Index of the element at an index of the list within its page, as {@link #pageOf} told. */
    int indexInPage(long index, int page) {
        long result;
        if (index <= size / 2) {
            result = index;
            for (int i = firstPage; i < page; i++) {
                result -= counts[i];
            }
        } else {
            result = counts[page] - (size - index);
            for (int i = page + 1; i < endPage; i++) {
                result += counts[i];
            }
        }
        return (int) result;
    }

    void pushHead(Bytes element) {
        int bytes = Listpack.entryBytes(element);
        if (size == 0 || !fits(firstPage, bytes)) {
            if (size > 0) {
                trim(firstPage);
            }
            addPage(firstPage, Math.max(INITIAL_BLOCK_BYTES, Listpack.EMPTY_BYTES + bytes), true);
        } else if (gaps[firstPage] < bytes) {
            makeRoom(firstPage, bytes, true);
        }
        prepend(firstPage, element);
    }

    void pushTail(Bytes element) {
        int bytes = Listpack.entryBytes(element);
        if (size == 0 || !fits(endPage - 1, bytes)) {
            if (size > 0) {
                trim(endPage - 1);
            }
            addPage(endPage, Math.max(INITIAL_BLOCK_BYTES, Listpack.EMPTY_BYTES + bytes), false);
        }
        append(endPage - 1, bytes, element);
    }

    /** Removes the first element; its bytes are lost. */
    void removeHead() {
        if (counts[firstPage] == 1) {
            removePages(firstPage, 1);
            return;
        }
        beforeChange(firstPage);
        byte[] array = array(firstPage);
        gaps[firstPage] = Listpack.removeFirst(array, start(firstPage)) - arena.offset(blocks[firstPage]);
        counts[firstPage]--;
        size--;
        shrink(firstPage);
    }

    /** Removes the last element; its bytes are lost. */
    void removeTail() {
        int page = endPage - 1;
        remove(page, Listpack.last(array(page), start(page)) - start(page));
    }

    /** Removes the element at a distance of bytes from the start of its page. */
    void remove(int page, int distance) {
        if (counts[page] == 1) {
            removePages(page, 1);
            return;
        }
        beforeChange(page);
        int start = start(page);
        Listpack.remove(array(page), start, start + distance, 1);
        counts[page]--;
        size--;
        shrink(page);
    }

    /** Removes the elements from index {@code from} (inclusive) to {@code to} (exclusive). */
    void removeRange(long from, long to) {
        if (from >= to) {
            return;
        }
        int page = pageOf(from);
        int index = indexInPage(from, page);
        long left = to - from;
        if (index > 0) {
            int removed = (int) Math.min(left, counts[page] - index);
            removeInPage(page, index, removed);
            left -= removed;
            page++;
        }
        int end = page;
        while (end < endPage && left >= counts[end] && left > 0) {
            left -= counts[end++];
        }
        removePages(page, end - page);
        // The pages may have moved; the one after those removed has the number of the first of them, or follows them.
        if (left > 0) {
            removeInPage(pageOf(from), 0, (int) left);
        }
    }

    /** Replaces the element at an index. */
    void set(long index, Bytes element) {
        int page = pageOf(index);
        int inPage = indexInPage(index, page);
        byte[] array = array(page);
        int position = Listpack.seek(array, start(page), inPage);
        int added = Listpack.entryBytes(element) - Listpack.entryBytesAt(array, position);
        if (added <= 0 || counts[page] == 1 || Listpack.totalBytes(array, start(page)) + added <= pageLimitBytes()) {
            beforeChange(page);
            int distance = position - start(page);
            if (added > tailRoom(page)) {
                makeRoom(page, added, false);
            }
            Listpack.replace(array(page), start(page), start(page) + distance, element);
        } else {
            insert(page, inPage, element);
            int followed = pageOf(index + 1);
            removeInPage(followed, indexInPage(index + 1, followed), 1);
        }
    }

    /** Inserts before the element at an index of a page, or after the last one. */
    void insert(int page, int index, Bytes element) {
        int bytes = Listpack.entryBytes(element);
        if (fits(page, bytes)) {
            beforeChange(page);
            if (tailRoom(page) < bytes) {
                makeRoom(page, bytes, false);
            }
            byte[] array = array(page);
            Listpack.insert(array, start(page), Listpack.seek(array, start(page), index), element);
            counts[page]++;
            size++;
            return;
        }
        int next = page;
        if (index > 0) {
            next = index < counts[page] ? split(page, index) : page + 1;
        }
        if (next > firstPage && fits(next - 1, bytes)) {
            append(next - 1, bytes, element);
        } else if (next < endPage && fits(next, bytes)) {
            if (gaps[next] < bytes) {
                makeRoom(next, bytes, true);
            }
            prepend(next, element);
        } else {
            append(addPage(next, Listpack.EMPTY_BYTES + bytes, false), bytes, element);
        }
    }

    /** Adds the entries of a listpack at the tail, as a page of their own. */
    void addListpack(byte[] array, int start, int count) {
        int bytes = Listpack.totalBytes(array, start);
        int page = addPage(endPage, bytes, false);
        System.arraycopy(array, start, array(page), start(page), bytes);
        counts[page] = count;
        size += count;
    }

    /** Adds the elements of another list to this one, which is empty, and remains so without memory. */
    void copyFrom(LargeList source) {
        try {
            for (int page = source.firstPage; page < source.endPage; page++) {
                addListpack(source.array(page), source.start(page), source.counts[page]);
            }
        } catch (ArenaExhaustedException | OutOfMemoryError e) {
            release();
            throw e;
        }
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        sink.list(endPage - firstPage);
        Bytes listpack = new Bytes();
        for (int page = firstPage; page < endPage; page++) {
            view(page, listpack);
            sink.listPage(listpack);
        }
    }

    @Override
    public boolean startCut(ValueSink sink) throws IOException {
        sink.list(endPage - firstPage);
        cut = new PageCut(blocks.length, firstPage, endPage, sink);
        return true;
    }

    @Override
    public boolean advanceCut(int elements) throws IOException {
        PageCut started = Objects.requireNonNull(cut);
        for (int left = elements; left > 0; ) {
            if (started.tellKept()) {
                left -= ELEMENTS_OF_KEPT_PAGE;
            } else if (started.isOver()) {
                cut = null;
                return true;
            } else {
                int page = started.nextPage();
                view(page, toldPage);
                started.tell(page, toldPage);
                left -= counts[page];
            }
        }
        return false;
    }

    private void view(int page, Bytes listpack) {
        byte[] array = array(page);
        int start = start(page);
        listpack.set(array, start, Listpack.totalBytes(array, start));
    }

    /** Keeps the elements of a page that is about to change or to be removed if it belongs to what is left of a cut. */
    private void beforeChange(int page) {
        if (cut != null && cut.needs(page)) {
            view(page, toldPage);
            cut.keep(page, toldPage.copy());
        }
    }

    @Override
    public boolean releasePiece() {
        removePages(firstPage, Math.min(PAGES_PER_PIECE, endPage - firstPage));
        return firstPage == endPage;
    }

    private void prepend(int page, Bytes element) {
        beforeChange(page);
        gaps[page] = Listpack.prepend(array(page), start(page), element) - arena.offset(blocks[page]);
        counts[page]++;
        size++;
    }

    private void append(int page, int bytes, Bytes element) {
        beforeChange(page);
        if (tailRoom(page) < bytes) {
            makeRoom(page, bytes, false);
        }
        Listpack.append(array(page), start(page), element);
        counts[page]++;
        size++;
    }

    private void removeInPage(int page, int index, int removed) {
        if (removed == counts[page]) {
            removePages(page, 1);
            return;
        }
        beforeChange(page);
        byte[] array = array(page);
        int start = start(page);
        int from = Listpack.seek(array, start, index);
        int to = Listpack.seek(array, start, index + removed);
        Listpack.remove(array, start, from, to, removed);
        counts[page] -= removed;
        size -= removed;
        shrink(page);
    }

    /** Moves the entries of a page from an index on to a new page behind it, whose number is returned. */
    private int split(int page, int index) {
        int start = start(page);
        int position = Listpack.seek(array(page), start, index);
        int end = Listpack.end(array(page), start);
        int moved = counts[page] - index;
        int added = addPage(page + 1, Listpack.EMPTY_BYTES + end - position, false);
        beforeChange(added - 1);
        // Adding a page may have moved the numbers of all, but not the pages.
        byte[] array = array(added - 1);
        Listpack.copy(array, position, end, moved, array(added), start(added));
        Listpack.remove(array, start, position, end, moved);
        counts[added] = moved;
        counts[added - 1] -= moved;
        shrink(added - 1);
        return added;
    }

    // Pages.

    private boolean fits(int page, int bytes) {
        int limit = limits.listMaxListpackSize;
        if (limit >= 0 && counts[page] >= limit) {
            return false;
        }
        return Listpack.totalBytes(array(page), start(page)) + bytes <= pageLimitBytes();
    }

    private int pageLimitBytes() {
        return pageLimitBytes(limits);
    }

    /** The most bytes that a page may have, unless it has a single element. */
    static int pageLimitBytes(EncodingLimits limits) {
        int limit = limits.listMaxListpackSize;
        return limit >= 0 ? SAFE_PAGE_BYTES : MIN_PAGE_BYTES << (Math.min(MAX_SIZE_CLASS, -limit) - 1);
    }

    private int tailRoom(int page) {
        return blockBytes[page] - gaps[page] - Listpack.totalBytes(array(page), start(page));
    }

    /** Makes room for more bytes at the head or tail of a page. */
    private void makeRoom(int page, int bytes, boolean atHead) {
        int used = Listpack.totalBytes(array(page), start(page));
        int spare = blockBytes[page] - used - bytes;
        int limit = pageLimitBytes();
        if (spare >= 0 && (spare >= used / 8 || blockBytes[page] >= limit)) {
            int start = start(page);
            gaps[page] = spare / 2 + (atHead ? bytes : 0);
            System.arraycopy(array(page), start, array(page), start(page), used);
            return;
        }
        int grown = Math.max(used + bytes, Math.min(limit, used + used / 2));
        resize(page, Arena.roundUp(grown), atHead);
    }

    /** Moves a page to a block of another size, the gap being all at the head or all at the tail. */
    private void resize(int page, int bytes, boolean gapAtHead) {
        long block = arena.allocate(bytes);
        int used = Listpack.totalBytes(array(page), start(page));
        int gap = gapAtHead ? bytes - used : 0;
        System.arraycopy(array(page), start(page), arena.chunk(block), arena.offset(block) + gap, used);
        arena.free(blocks[page], blockBytes[page]);
        usedBytes += bytes - blockBytes[page];
        blocks[page] = block;
        blockBytes[page] = bytes;
        gaps[page] = gap;
    }

    /** Halves the block of a page that has lost most of its entries. */
    private void shrink(int page) {
        int used = Listpack.totalBytes(array(page), start(page));
        if (blockBytes[page] > INITIAL_BLOCK_BYTES && used < blockBytes[page] / 4) {
            try {
                resize(page, Arena.roundUp(used * 2), gaps[page] > 0);
            } catch (ArenaExhaustedException e) {
                // A removal must not fail; the block stays as large as it is.
                return;
            }
        }
    }

    /** Gives the room of a page back that will not be added to soon, unless that is little. */
    private void trim(int page) {
        int used = Arena.roundUp(Listpack.totalBytes(array(page), start(page)));
        if (used < blockBytes[page] - blockBytes[page] / 16) {
            resize(page, used, false);
        }
    }

    /**
     * Adds an empty page before the page with a number and returns its own number; those of other pages may change too.
     */
    private int addPage(int before, int bytes, boolean gapAtHead) {
        int rounded = Arena.roundUp(bytes);
        long block = arena.allocate(rounded);
        int page = openPage(before);
        blocks[page] = block;
        blockBytes[page] = rounded;
        gaps[page] = gapAtHead ? rounded - Listpack.EMPTY_BYTES : 0;
        counts[page] = 0;
        if (cut != null) {
            cut.added(page);
        }
        Listpack.init(array(page), start(page));
        usedBytes += rounded;
        return page;
    }

    /** Makes room in the arrays before the page with a number, on the side where fewer pages must move. */
    private int openPage(int before) {
        boolean towardsHead = before - firstPage < endPage - before;
        if (towardsHead ? firstPage == 0 : endPage == blocks.length) {
            int pages = endPage - firstPage;
            int ordinal = before - firstPage;
            relocate(pages < blocks.length / 2 ? blocks.length : pages * 2);
            return openPage(firstPage + ordinal);
        }
        if (towardsHead) {
            movePages(firstPage, firstPage - 1, before - firstPage);
            firstPage--;
            return before - 1;
        }
        movePages(before, before + 1, endPage - before);
        endPage++;
        return before;
    }

    /** Puts the pages into the middle of arrays of some length, with more room behind them. */
    private void relocate(int length) {
        int pages = endPage - firstPage;
        int from = firstPage;
        int to = (length - pages) / 2;
        if (length > blocks.length) {
            blocks = Arrays.copyOf(blocks, length);
            blockBytes = Arrays.copyOf(blockBytes, length);
            gaps = Arrays.copyOf(gaps, length);
            counts = Arrays.copyOf(counts, length);
            if (cut != null) {
                cut.enlarge(length);
            }
        }
        movePages(from, to, pages);
        firstPage = to;
        endPage = to + pages;
    }

    private void movePages(int from, int to, int pages) {
        System.arraycopy(blocks, from, blocks, to, pages);
        System.arraycopy(blockBytes, from, blockBytes, to, pages);
        System.arraycopy(gaps, from, gaps, to, pages);
        System.arraycopy(counts, from, counts, to, pages);
        if (cut != null) {
            cut.moved(from, to, pages);
        }
    }

    /** Frees pages with all their elements. The pages after them keep their numbers if none were before. */
    private void removePages(int page, int removed) {
        for (int i = page; i < page + removed; i++) {
            beforeChange(i);
            size -= counts[i];
            usedBytes -= blockBytes[i];
            arena.free(blocks[i], blockBytes[i]);
        }
        if (page == firstPage) {
            firstPage += removed;
        } else {
            movePages(page + removed, page, endPage - page - removed);
            endPage -= removed;
        }
    }
}
