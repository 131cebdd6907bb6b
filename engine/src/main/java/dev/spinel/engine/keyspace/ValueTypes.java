package dev.spinel.engine.keyspace;

import dev.spinel.api.data.ValueType;

/** The value types by the number that a record stores; that of a custom value, its object knows. */
final class ValueTypes {
    private ValueTypes() {}

    static ValueType<?> byId(int id) {
        return switch (id) {
            case 0 -> ValueType.STRING;
            case 1 -> ValueType.LIST;
            case 2 -> ValueType.SET;
            case 3 -> ValueType.SORTED_SET;
            case 4 -> ValueType.HASH;
            case 6 -> ValueType.STREAM;
            default -> throw new IllegalStateException("record of unknown type " + id);
        };
    }
}
