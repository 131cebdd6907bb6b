package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A view of lists. Small ones are a listpack; larger ones are a {@link LargeList} whose handle is the content of the
 * cell. A large one never becomes small again.
 */
public final class ListView extends ValueView implements ListValue {
    private static final int LISTPACK = 0;
    private static final int LARGE = 1;

    /** A list leaves its record when it exceeds this: from there on the record costs more to move than to share. */
    private static final int MAX_INLINE_BYTES = 2 << 10;

    /** Removed elements up to this length are returned in an array that is kept. */
    private static final int MAX_KEPT_BYTES = 64 << 10;

    private final ValueContext context;
    private final Position position = new Position();
    private final Bytes view = new Bytes();
    private final byte[] text = new byte[Numbers.MAX_LONG_LENGTH];
    private byte[] removed = new byte[256];
    /** What {@link #tell} shows, so that it makes no garbage and leaves other views valid. */
    private final Bytes told = new Bytes();

    private ValueCell cell;
    /** The bound value if it is large. */
    private @Nullable LargeList large;

    /** Creates a view of a cell, to which it must still be bound. */
    public ListView(ValueContext context, ValueCell cell) {
        this.context = context;
        this.cell = cell;
    }

    @Override
    public void bind(ValueCell bound) {
        cell = bound;
        large = cell.encoding() == LARGE ? (LargeList) context.large.linkedFrom(cell) : null;
    }

    @Override
    public void init() {
        large = null;
        cell.encoding(LISTPACK);
        cell.resize(Listpack.EMPTY_BYTES);
        Listpack.init(cell.array(), cell.offset());
    }

    @Override
    public void free() {
        if (large != null) {
            context.large.release(cell);
            large = null;
        }
    }

    @Override
    public void copyFrom(ValueView source) {
        ListView other = (ListView) source;
        if (other.large != null) {
            LargeList copy = new LargeList(context.arena, context.limits);
            copy.copyFrom(other.large);
            link(copy);
        } else {
            large = null;
            cell.encoding(LISTPACK);
            cell.resize(other.cell.length());
            System.arraycopy(other.cell.array(), other.cell.offset(), cell.array(), cell.offset(), other.cell.length());
        }
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        if (large != null) {
            large.tell(sink);
        } else {
            told.set(cell.array(), cell.offset(), cell.length());
            sink.list(1);
            sink.listPage(told);
        }
    }

    @Override
    public @Nullable ValueCut cut(ValueSink sink) throws IOException {
        return large == null ? null : context.large.cut(large, sink);
    }

    /**
     * Adds the elements of a listpack at the tail.
     *
     * @return false, and nothing happened, if it is none or an empty one
     */
    public boolean loadPage(Bytes listpack) {
        int count = Listpack.check(listpack.array(), listpack.offset(), listpack.length());
        if (count <= 0) {
            return false;
        }
        if (large == null && isEmpty() && listpack.length() <= maxInlineBytes() && fitsInline(count)) {
            cell.resize(listpack.length());
            System.arraycopy(listpack.array(), listpack.offset(), cell.array(), cell.offset(), listpack.length());
        } else {
            convert().addListpack(listpack.array(), listpack.offset(), count);
        }
        return true;
    }

    @Override
    public boolean isEmpty() {
        return large != null ? large.size() == 0 : Listpack.isEmpty(cell.array(), cell.offset());
    }

    @Override
    public String encodingName() {
        return "quicklist";
    }

    @Override
    public long externalBytes() {
        return large != null ? large.memoryBytes() : 0;
    }

    @Override
    public long elementCount() {
        return size();
    }

    @Override
    public long size() {
        return large != null ? large.size() : Listpack.count(cell.array(), cell.offset());
    }

    @Override
    public void pushHead(Bytes element) {
        if (isInlineWith(element)) {
            insertInline(Listpack.first(0), element);
        } else {
            convert().pushHead(element);
        }
    }

    @Override
    public void pushTail(Bytes element) {
        if (isInlineWith(element)) {
            insertInline(Listpack.end(cell.array(), cell.offset()) - cell.offset(), element);
        } else {
            convert().pushTail(element);
        }
    }

    @Override
    public Bytes popHead() {
        if (large != null) {
            int page = large.firstPage();
            keep(large.array(page), Listpack.first(large.start(page)));
            large.removeHead();
        } else {
            keep(cell.array(), Listpack.first(cell.offset()));
            removeInline(0, 1);
        }
        return view;
    }

    @Override
    public Bytes popTail() {
        if (large != null) {
            int page = large.endPage() - 1;
            keep(large.array(page), Listpack.last(large.array(page), large.start(page)));
            large.removeTail();
        } else {
            keep(cell.array(), Listpack.last(cell.array(), cell.offset()));
            removeInline(Listpack.count(cell.array(), cell.offset()) - 1, 1);
        }
        return view;
    }

    @Override
    public Bytes get(long index) {
        if (large != null) {
            int page = large.pageOf(index);
            byte[] array = large.array(page);
            int at = Listpack.seek(array, large.start(page), large.indexInPage(index, page));
            Listpack.view(array, at, view, text);
        } else {
            byte[] array = cell.array();
            Listpack.view(array, Listpack.seek(array, cell.offset(), (int) index), view, text);
        }
        return view;
    }

    @Override
    public void set(long index, Bytes element) {
        if (large == null && !isInlineWith(element)) {
            convert();
        }
        if (large != null) {
            large.set(index, element);
            return;
        }
        int distance = Listpack.seek(cell.array(), cell.offset(), (int) index) - cell.offset();
        int old = Listpack.entryBytesAt(cell.array(), cell.offset() + distance);
        int added = Listpack.entryBytes(element) - old;
        if (added > 0) {
            cell.resize(cell.length() + added);
        }
        Listpack.replace(cell.array(), cell.offset(), cell.offset() + distance, element);
        fit();
    }

    @Override
    public void removeRange(long from, long to) {
        if (large != null) {
            large.removeRange(from, to);
        } else if (from < to) {
            removeInline((int) from, (int) (to - from));
        }
    }

    @Override
    public Cursor cursor(long index, boolean reversed) {
        position.moveBefore(index, reversed);
        return position;
    }

    /** Whether the list is inline and remains so with one more element. */
    private boolean isInlineWith(Bytes element) {
        if (large != null || !fitsInline(Listpack.count(cell.array(), cell.offset()) + 1)) {
            return false;
        }
        int maxBytes = maxInlineBytes();
        return element.length() < maxBytes && cell.length() + Listpack.entryBytes(element) <= maxBytes;
    }

    private boolean fitsInline(int count) {
        int limit = context.limits.listMaxListpackSize;
        return limit < 0 || count <= limit;
    }

    private int maxInlineBytes() {
        return Math.min(MAX_INLINE_BYTES, LargeList.pageLimitBytes(context.limits));
    }

    /** The large form of the list, which it has afterwards. */
    private LargeList convert() {
        if (large != null) {
            return large;
        }
        LargeList converted = new LargeList(context.arena, context.limits);
        int count = Listpack.count(cell.array(), cell.offset());
        if (count > 0) {
            converted.addListpack(cell.array(), cell.offset(), count);
        }
        link(converted);
        return converted;
    }

    private void link(LargeList value) {
        context.large.link(cell, value);
        cell.encoding(LARGE);
        large = value;
    }

    /** Inserts at a distance of bytes from the start. */
    private void insertInline(int distance, Bytes element) {
        cell.resize(cell.length() + Listpack.entryBytes(element));
        Listpack.insert(cell.array(), cell.offset(), cell.offset() + distance, element);
    }

    private void removeInline(int index, int count) {
        byte[] array = cell.array();
        int start = cell.offset();
        Listpack.remove(array, start, Listpack.seek(array, start, index), count);
        fit();
    }

    /** Makes the cell as long as the listpack. */
    private void fit() {
        int total = Listpack.totalBytes(cell.array(), cell.offset());
        if (total != cell.length()) {
            cell.resize(total);
        }
    }

    /** Points the view at a copy of an element that is about to be removed. */
    private void keep(byte[] array, int at) {
        Listpack.view(array, at, view, text);
        int length = view.length();
        byte[] target = removed;
        if (length > target.length) {
            target = new byte[length];
            if (length <= MAX_KEPT_BYTES) {
                removed = target;
            }
        }
        System.arraycopy(view.array(), view.offset(), target, 0, length);
        view.set(target, 0, length);
    }

    /** The one cursor of this view. */
    private final class Position implements Cursor {
        private boolean reversed;
        /** Whether {@link #next} stays, because the place is already that of the next element. */
        private boolean stays;

        /** The page, if the list is large; else 0. */
        private int page;

        private int index;
        /** Distance of the element from the start of its listpack. */
        private int distance;

        void moveBefore(long target, boolean towardsHead) {
            reversed = towardsHead;
            stays = true;
            LargeList list = large;
            if (target < 0 || target >= size()) {
                // Beyond the end in moving direction, where next() finds nothing.
                page = list == null ? 0 : reversed ? list.firstPage() - 1 : list.endPage();
                index = reversed ? -1 : count();
                return;
            }
            page = list == null ? 0 : list.pageOf(target);
            index = list == null ? (int) target : list.indexInPage(target, page);
            distance = Listpack.seek(array(), start(), index) - start();
        }

        @Override
        public boolean next() {
            return reversed ? nextTowardsHead() : nextTowardsTail();
        }

        private boolean nextTowardsTail() {
            if (stays) {
                stays = false;
            } else {
                distance = Listpack.next(array(), start() + distance) - start();
                index++;
            }
            if (index < count()) {
                return true;
            }
            if (large == null || page >= large.endPage() - 1) {
                stays = true;
                return false;
            }
            page++;
            index = 0;
            distance = Listpack.first(0);
            return true;
        }

        private boolean nextTowardsHead() {
            if (stays) {
                stays = false;
                return index >= 0;
            }
            if (index > 0) {
                distance = Listpack.previous(array(), start(), start() + distance) - start();
                index--;
                return true;
            }
            if (large == null || page <= large.firstPage()) {
                index = -1;
                stays = true;
                return false;
            }
            page--;
            index = count() - 1;
            distance = Listpack.last(array(), start()) - start();
            return true;
        }

        @Override
        public Bytes element() {
            Listpack.view(array(), start() + distance, view, text);
            return view;
        }

        @Override
        public boolean elementEquals(Bytes other) {
            return Listpack.contentEquals(array(), start() + distance, other);
        }

        @Override
        public void remove() {
            // What follows the element takes its place; towards the head, the next element is the one before that.
            stays = !reversed;
            LargeList list = large;
            if (list == null) {
                Listpack.remove(array(), start(), start() + distance, 1);
                fit();
            } else if (list.count(page) > 1) {
                list.remove(page, distance);
            } else {
                boolean first = page == list.firstPage();
                list.remove(page, distance);
                page = first ? list.firstPage() : page;
                index = 0;
                distance = Listpack.first(0);
            }
        }

        @Override
        public void insertBefore(Bytes element) {
            insert(0, element);
        }

        @Override
        public void insertAfter(Bytes element) {
            insert(1, element);
        }

        private void insert(int after, Bytes element) {
            if (isInlineWith(element)) {
                byte[] array = cell.array();
                insertInline(Listpack.skip(array, cell.offset() + distance, after) - cell.offset(), element);
                return;
            }
            boolean wasInline = large == null;
            LargeList list = convert();
            list.insert(wasInline ? list.firstPage() : page, index + after, element);
        }

        private byte[] array() {
            return large != null ? large.array(page) : cell.array();
        }

        private int start() {
            return large != null ? large.start(page) : cell.offset();
        }

        private int count() {
            LargeList list = large;
            if (list == null) {
                return Listpack.count(cell.array(), cell.offset());
            }
            return page < list.firstPage() || page >= list.endPage() ? 0 : list.count(page);
        }
    }
}
