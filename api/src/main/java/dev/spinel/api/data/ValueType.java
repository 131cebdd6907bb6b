package dev.spinel.api.data;

import org.jspecify.annotations.Nullable;

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
    public static final ValueType<StreamValue> STREAM = new ValueType<>(6, "stream", StreamValue.class);

    /** {@link #id} of all custom types. */
    public static final int CUSTOM_ID = 5;

    private static final int CUSTOM_NAME_LENGTH = 9;
    private static final String CUSTOM_NAME_CHARACTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private final int id;
    private final String name;
    private final Class<V> view;
    private final @Nullable CustomType<V> custom;

    private ValueType(int id, String name, Class<V> view) {
        this(id, name, view, null);
    }

    private ValueType(int id, String name, Class<V> view, @Nullable CustomType<V> custom) {
        this.id = id;
        this.name = name;
        this.view = view;
        this.custom = custom;
    }

    /**
     * A plugin's own type, which the plugin also hands over by {@code ServerPlugin.valueTypes}.
     *
     * @param name what TYPE answers and files hold: nine letters, digits, hyphens and underscores, as in Redis's modules
     */
    public static <V> ValueType<V> custom(String name, CustomType<V> type) {
        boolean valid = name.length() == CUSTOM_NAME_LENGTH;
        for (int i = 0; i < name.length(); i++) {
            valid &= CUSTOM_NAME_CHARACTERS.indexOf(name.charAt(i)) >= 0;
        }
        if (!valid) {
            throw new IllegalArgumentException("value type name '" + name
                    + "' (expected: nine characters out of A-Z, a-z, 0-9, hyphen and underscore)");
        }
        return new ValueType<>(CUSTOM_ID, name, type.valueClass(), type);
    }

    /** Number of the type inside a record, 0 to 15. */
    public int id() {
        return id;
    }

    /** The name that TYPE answers. */
    public String name() {
        return name;
    }

    /** What a plugin defined of the type; null for the types of the server. */
    public @Nullable CustomType<V> custom() {
        return custom;
    }

    /** The interface of the view; of a custom type, the class of its values. */
    public Class<V> view() {
        return view;
    }

    @Override
    public String toString() {
        return name;
    }
}
