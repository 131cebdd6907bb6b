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
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands SORT and SORT_RO. */
final class Sort {
    /*
     * Elements, and with BY and ALPHA what they are compared by, are copied, for the values that the patterns lead to are
     * looked up in between. Text is compared by its bytes, as Redis does in the C locale.
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
        List<Element> elements = order(key, type);
        int size = elements.size();
        int from = (int) Math.min(Math.max(offset, 0), size);
        int to = limit < 0 ? size : (int) Math.min(size, from + Math.min(limit, size));
        if (destination == null) {
            answer(elements, from, to);
        } else {
            store(elements, from, to, destination);
        }
    }

    private List<Element> order(Bytes key, @Nullable ValueType<?> type) {
        boolean unsorted = by != null && !by.hasStar();
        if (unsorted && type != SET) {
            return elements(key, type, descending);
        }
        List<Element> elements = elements(key, type, false);
        if (unsorted) {
            alphabetic = true;
            by = null;
        }
        weigh(elements);
        Comparator<Element> order = alphabetic ? Element.BY_TEXT : Element.BY_SCORE;
        Collections.sort(elements, descending ? order.reversed() : order);
        return elements;
    }

    private List<Element> elements(Bytes key, @Nullable ValueType<?> type, boolean backwards) {
        List<Element> elements = new ArrayList<>();
        if (type == SET) {
            SetValue set = keys.read(SET, key);
            SetValue.Cursor cursor = set == null ? null : set.cursor();
            while (cursor != null && cursor.next()) {
                elements.add(new Element(cursor.member().copy()));
            }
        } else if (type == SORTED_SET) {
            SortedSetValue sortedSet = keys.read(SORTED_SET, key);
            SortedSetValue.Cursor cursor =
                    sortedSet == null ? null : sortedSet.cursor(backwards ? sortedSet.size() - 1 : 0, backwards);
            while (cursor != null && cursor.next()) {
                elements.add(new Element(cursor.member().copy()));
            }
        } else {
            ListValue list = keys.read(LIST, key);
            ListValue.Cursor cursor = list == null ? null : list.cursor(backwards ? list.size() - 1 : 0, backwards);
            while (cursor != null && cursor.next()) {
                elements.add(new Element(cursor.element().copy()));
            }
        }
        return elements;
    }

    /** Looks up what the elements are compared by. */
    private void weigh(List<Element> elements) {
        boolean convertible = true;
        for (int i = 0; i < elements.size(); i++) {
            Element element = elements.get(i);
            Bytes weight = by == null ? element.value : by.lookup(keys, element.value);
            if (alphabetic) {
                element.text = weight == null || by == null ? weight : weight.copy();
            } else if (weight != null) {
                element.score = score(weight);
                convertible &= !Double.isNaN(element.score);
            }
        }
        if (!convertible) {
            throw Errors.err("One or more scores can't be converted into double");
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

    private void answer(List<Element> elements, int from, int to) {
        ReplyWriter reply = call.reply();
        reply.array((to - from) * Math.max(1, gets.size()));
        for (int i = from; i < to; i++) {
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

    private void store(List<Element> elements, int from, int to, Bytes key) {
        List<Bytes> values = new ArrayList<>();
        for (int i = from; i < to; i++) {
            Bytes element = elements.get(i).value;
            if (gets.isEmpty()) {
                values.add(element);
            }
            for (int j = 0; j < gets.size(); j++) {
                Bytes value = gets.get(j).lookup(keys, element);
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

        private final Bytes value;
        private double score;
        private @Nullable Bytes text;

        Element(Bytes value) {
            this.value = value;
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
