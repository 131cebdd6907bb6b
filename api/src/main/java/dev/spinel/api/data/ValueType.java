package dev.spinel.api.data;

/**
 * A kind of value that a key can hold: the handle by which commands ask the keyspace for a typed view.
 *
 * @param <V> the interface of the view
 */
public final class ValueType<V> {
    public static final ValueType<StringValue> STRING = new ValueType<>(0, "string", StringValue.class);
    public static final ValueType<ListValue> LIST = new ValueType<>(1, "list", ListValue.class);
    public static final ValueType<SetValue> SET = new ValueType<>(2, "set", SetValue.class);
    public static final ValueType<SortedSetValue> SORTED_SET = new ValueType<>(3, "zset", SortedSetValue.class);
    public static final ValueType<HashValue> HASH = new ValueType<>(4, "hash", HashValue.class);

    private final int id;
    private final String name;
    private final Class<V> view;

    private ValueType(int id, String name, Class<V> view) {
        this.id = id;
        this.name = name;
        this.view = view;
    }

    /** Number of the type inside a record, 0 to 15. */
    public int id() {
        return id;
    }

    /** The name that TYPE answers. */
    public String name() {
        return name;
    }

    /** The interface of the view. */
    public Class<V> view() {
        return view;
    }

    @Override
    public String toString() {
        return name;
    }
}
