package dev.spinel.engine.command.generic;

import static dev.spinel.api.data.ValueType.LIST;
import static dev.spinel.api.data.ValueType.SET;
import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SetValue;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The commands SORT and SORT_RO. */
final class Sort {
    /*
     * Elements, and with BY and ALPHA what they are compared by, are copied, for the values that the patterns lead to are
     * looked up in between. Text is compared by its bytes, as Redis does in the C locale.
     *
     * Few copies are kept: those of a range of what need not be sorted, or, while LIMIT wants the first ones only and no
     * pattern is to be looked up, the best so far, the worst of them on top of a heap. The heap that they take is accounted
     * for; what is stored takes as much again.
     *
     * Without sorting (BY a constant) lists and sorted sets keep their order, read backwards with DESC. A set has none, so
     * it is sorted by its bytes all the same: the answer in a script and what STORE keeps must not depend on chance.
     */
    private final Call call;
    private final Keyspace keys;
    private final List<SortPattern> gets = new ArrayList<>();
    private @Nullable SortPattern by;
    private @Nullable Bytes destination;
    private boolean descending;
    private boolean alphabetic;
    private long offset;
    private long limit = -1;

    private Sort(Call call) {
        this.call = call;
        this.keys = call.keys();
    }

    static void sort(Call call) {
        Sort sort = new Sort(call);
        sort.parse(true);
        sort.run();
    }

    static void sortRo(Call call) {
        Sort sort = new Sort(call);
        sort.parse(false);
        sort.run();
    }

    private void parse(boolean mayStore) {
        for (int i = 2; i < call.argCount(); i++) {
            int left = call.argCount() - 1 - i;
            if (call.argIs(i, "ASC")) {
                descending = false;
            } else if (call.argIs(i, "DESC")) {
                descending = true;
            } else if (call.argIs(i, "ALPHA")) {
                alphabetic = true;
            } else if (left >= 2 && call.argIs(i, "LIMIT")) {
                offset = call.integerArg(i + 1);
                limit = call.integerArg(i + 2);
                i += 2;
            } else if (mayStore && left >= 1 && call.argIs(i, "STORE")) {
                destination = call.arg(++i);
            } else if (left >= 1 && call.argIs(i, "BY")) {
                by = new SortPattern(call.arg(++i));
                if (by.hasStar()) {
                    requireAllKeys("BY");
                }
            } else if (left >= 1 && call.argIs(i, "GET")) {
                gets.add(new SortPattern(call.arg(++i)));
                requireAllKeys("GET");
            } else {
                throw Errors.syntax();
            }
        }
    }

    private void requireAllKeys(String option) {
        if (!call.mayReadAllKeys()) {
            throw Errors.err(option + " option of SORT denied due to insufficient ACL permissions.");
        }
    }

    private void run() {
        Bytes key = call.arg(1);
        ValueType<?> type = keys.typeOf(key);
        if (type != null && type != LIST && type != SET && type != SORTED_SET) {
            throw Errors.wrongType();
        }
        long size = size(key, type);
        long from = Math.min(Math.max(offset, 0), size);
        long to = limit < 0 ? size : Math.min(size, from + Math.min(limit, size));
        List<Element> elements = order(key, type, from, to);
        if (destination == null) {
            answer(elements);
        } else {
            store(elements, destination);
        }
    }

    private long size(Bytes key, @Nullable ValueType<?> type) {
        if (type == SET) {
            SetValue set = keys.read(SET, key);
            return set == null ? 0 : set.size();
        }
        if (type == SORTED_SET) {
            SortedSetValue sortedSet = keys.read(SORTED_SET, key);
            return sortedSet == null ? 0 : sortedSet.size();
        }
        ListValue list = keys.read(LIST, key);
        return list == null ? 0 : list.size();
    }

    /** The elements of a range of the sorted ones. */
    private List<Element> order(Bytes key, @Nullable ValueType<?> type, long from, long to) {
        boolean unsorted = by != null && !by.hasStar();
        if (unsorted && type != SET) {
            List<Element> range = new ArrayList<>();
            if (from == to) {
                return range;
            }
            visit(key, type, descending, from, to - from, element -> range.add(kept(element)));
            return range;
        }
        if (unsorted) {
            alphabetic = true;
            by = null;
        }
        Comparator<Element> ascending = alphabetic ? Element.BY_TEXT : Element.BY_SCORE;
        Comparator<Element> order =
                (descending ? ascending.reversed() : ascending).thenComparingLong(element -> element.place);
        List<Element> elements = by == null ? best(key, type, to, order) : weighed(key, type, by);
        elements.sort(order);
        return elements.subList((int) from, (int) to);
    }

    /** So many of the elements that come first, in any order; these are compared by themselves. */
    private List<Element> best(Bytes key, @Nullable ValueType<?> type, long count, Comparator<Element> order) {
        PriorityQueue<Element> best = new PriorityQueue<>(order.reversed());
        boolean[] convertible = {true};
        visit(key, type, false, 0, Long.MAX_VALUE, element -> {
            convertible[0] &= weigh(element, element.value);
            if (best.size() < count) {
                best.add(kept(element));
            } else if (count > 0 && order.compare(element, best.element()) < 0) {
                best.remove();
                best.add(element.copy());
            }
        });
        requireConvertible(convertible[0]);
        return new ArrayList<>(best);
    }

    /** All elements with what a pattern leads to. */
    private List<Element> weighed(Bytes key, @Nullable ValueType<?> type, SortPattern pattern) {
        List<Element> elements = new ArrayList<>();
        visit(key, type, false, 0, Long.MAX_VALUE, element -> elements.add(kept(element)));
        boolean convertible = true;
        for (int i = 0; i < elements.size(); i++) {
            Element element = elements.get(i);
            Bytes weight = pattern.lookup(keys, element.value);
            if (alphabetic && weight != null) {
                call.takeHeap(Element.HEAP_BYTES + weight.length());
                weight = weight.copy();
            }
            convertible &= weigh(element, weight);
        }
        requireConvertible(convertible);
        return elements;
    }

    /** A copy of an element that remains. */
    private Element kept(Element element) {
        long bytes = Element.HEAP_BYTES + element.value.length();
        call.takeHeap(destination == null ? bytes : 2 * bytes);
        return element.copy();
    }

    /** Tells what an element is compared by, null for nothing; false when that should be a number and is none. */
    private boolean weigh(Element element, @Nullable Bytes weight) {
        if (alphabetic) {
            element.text = weight;
        } else if (weight != null) {
            element.score = score(weight);
        }
        return !Double.isNaN(element.score);
    }

    private static void requireConvertible(boolean convertible) {
        if (!convertible) {
            throw Errors.err("One or more scores can't be converted into double");
        }
    }

    /**
     * Goes over elements in the order of the value. The bytes of each are valid until the next one.
     */
    private void visit(
            Bytes key,
            @Nullable ValueType<?> type,
            boolean backwards,
            long from,
            long count,
            Consumer<Element> visitor) {
        if (type == SET) {
            SetValue set = keys.read(SET, key);
            if (set != null) {
                SetValue.Cursor cursor = set.cursor();
                for (long i = 0; i < count && cursor.next(); i++) {
                    visitor.accept(new Element(cursor.member(), i));
                }
            }
        } else if (type == SORTED_SET) {
            SortedSetValue sortedSet = keys.read(SORTED_SET, key);
            if (sortedSet != null) {
                SortedSetValue.Cursor cursor =
                        sortedSet.cursor(backwards ? sortedSet.size() - 1 - from : from, backwards);
                for (long i = 0; i < count && cursor.next(); i++) {
                    visitor.accept(new Element(cursor.member(), i));
                }
            }
        } else {
            ListValue list = keys.read(LIST, key);
            if (list != null) {
                ListValue.Cursor cursor = list.cursor(backwards ? list.size() - 1 - from : from, backwards);
                for (long i = 0; i < count && cursor.next(); i++) {
                    visitor.accept(new Element(cursor.element(), i));
                }
            }
        }
    }

    /**
     * A weight as strtod reads it: up to the first zero byte, where leading blanks and nothing at all are accepted; NaN
     * when it is no number.
     */
    private static double score(Bytes weight) {
        int end = weight.quotableLength(weight.length());
        int at = 0;
        while (at < end && (weight.at(at) == ' ' || (weight.at(at) >= '\t' && weight.at(at) <= '\r'))) {
            at++;
        }
        return end == 0 ? 0 : Numbers.parseDouble(weight.array(), weight.offset() + at, end - at);
    }

    private void answer(List<Element> elements) {
        ReplyWriter reply = call.reply();
        reply.array(elements.size() * Math.max(1, gets.size()));
        for (int i = 0; i < elements.size(); i++) {
            Bytes element = elements.get(i).value;
            if (gets.isEmpty()) {
                reply.bulk(element);
            }
            for (int j = 0; j < gets.size(); j++) {
                Bytes value = gets.get(j).lookup(keys, element);
                if (value == null) {
                    reply.nil();
                } else {
                    reply.bulk(value);
                }
            }
        }
    }

    private void store(List<Element> elements, Bytes key) {
        List<Bytes> values = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
            Bytes element = elements.get(i).value;
            if (gets.isEmpty()) {
                values.add(element);
            }
            for (int j = 0; j < gets.size(); j++) {
                Bytes value = gets.get(j).lookup(keys, element);
                call.takeHeap(Element.HEAP_BYTES + (value == null ? 0 : value.length()));
                values.add(value == null ? new Bytes() : value.copy());
            }
        }
        if (!values.isEmpty()) {
            ListValue list = keys.replace(LIST, key);
            for (int i = 0; i < values.size(); i++) {
                list.pushTail(values.get(i));
            }
            call.changed(key, KeyEvent.LIST, "sortstore");
        } else if (keys.remove(key)) {
            call.changed(key, KeyEvent.GENERIC, "del");
        }
        call.reply().integer(values.size());
    }

    /** An element with what it is compared by. */
    private static final class Element {
        static final Comparator<Element> BY_SCORE =
                (a, b) -> a.score < b.score ? -1 : a.score > b.score ? 1 : a.value.compareTo(b.value);
        static final Comparator<Element> BY_TEXT = Element::compareText;

        /** What an element takes of the heap beside its bytes: itself, its view, the header of its array, references. */
        static final long HEAP_BYTES = 104;

        private final Bytes value;
        /** Where it stood in the value that is sorted, which decides between those that are alike. */
        private final long place;

        private double score;
        private @Nullable Bytes text;

        Element(Bytes value, long place) {
            this.value = value;
            this.place = place;
        }

        /** The same with bytes of its own. */
        Element copy() {
            Element copy = new Element(value.copy(), place);
            copy.score = score;
            copy.text = text == null ? null : copy.value;
            return copy;
        }

        /** Elements without text come first, and are alike among themselves. */
        private static int compareText(Element a, Element b) {
            if (a.text == null) {
                return b.text == null ? 0 : -1;
            }
            if (b.text == null) {
                return 1;
            }
            return a.text.compareTo(b.text);
        }
    }
}
