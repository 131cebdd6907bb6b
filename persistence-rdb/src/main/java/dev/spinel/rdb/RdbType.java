package dev.spinel.rdb;

/**
 * The bytes that begin an item of an RDB file: types of values, and opcodes for all else.
 *
 * <p>Source: {@code rdb.h} of Redis 7.0 and of Valkey 9; for the types 22 to 25 descriptions of the format of Redis 7.4.
 */
final class RdbType {
    static final int STRING = 0;
    static final int LIST = 1;
    static final int SET = 2;
    static final int ZSET = 3;
    static final int HASH = 4;
    static final int ZSET_2 = 5;
    static final int MODULE_PRE_GA = 6;
    static final int MODULE_2 = 7;
    static final int HASH_ZIPMAP = 9;
    static final int LIST_ZIPLIST = 10;
    static final int SET_INTSET = 11;
    static final int ZSET_ZIPLIST = 12;
    static final int HASH_ZIPLIST = 13;
    static final int LIST_QUICKLIST = 14;
    static final int STREAM_LISTPACKS = 15;
    static final int HASH_LISTPACK = 16;
    static final int ZSET_LISTPACK = 17;
    static final int LIST_QUICKLIST_2 = 18;
    static final int STREAM_LISTPACKS_2 = 19;
    static final int SET_LISTPACK = 20;
    static final int STREAM_LISTPACKS_3 = 21;
    /** In Valkey's files a hash whose fields expire; in Redis's what {@link #HASH_METADATA} was in release candidates. */
    static final int HASH_2 = 22;

    static final int HASH_LISTPACK_EX_PRE_GA = 23;
    static final int HASH_METADATA = 24;
    static final int HASH_LISTPACK_EX = 25;

    /** In Valkey's files only. */
    static final int SLOT_IMPORT = 243;

    static final int SLOT_INFO = 244;
    static final int FUNCTION_2 = 245;
    static final int FUNCTION_PRE_GA = 246;
    static final int MODULE_AUX = 247;
    static final int IDLE = 248;
    static final int FREQUENCY = 249;
    static final int AUX = 250;
    static final int RESIZE_DB = 251;
    static final int EXPIRE_MILLIS = 252;
    static final int EXPIRE_SECONDS = 253;
    static final int SELECT_DB = 254;
    static final int EOF = 255;

    /** How a length that is none but an encoded string begins. */
    static final int ENCODED = 0xC0;

    static final int ENCODED_INT_8 = 0;
    static final int ENCODED_INT_16 = 1;
    static final int ENCODED_INT_32 = 2;
    static final int ENCODED_LZF = 3;

    static final int LENGTH_32 = 0x80;
    static final int LENGTH_64 = 0x81;

    static final int QUICKLIST_PLAIN = 1;
    static final int QUICKLIST_PACKED = 2;

    static final int MODULE_END = 0;
    static final int MODULE_SIGNED = 1;
    static final int MODULE_UNSIGNED = 2;
    static final int MODULE_FLOAT = 3;
    static final int MODULE_DOUBLE = 4;
    static final int MODULE_STRING = 5;

    /** The field of a file that tells what the stream after it keeps of its idempotent producers; Spinel's own. */
    static final String STREAM_PRODUCERS = "spinel-stream-producers";

    /** The version that is written: that of Redis 7.0. */
    static final int WRITTEN_VERSION = 10;

    /** The version that is written if fields of hashes expire: that of Redis 7.4, or Valkey's first one where that is asked for. */
    static final int EXPIRING_FIELDS_VERSION = 12;

    /** The newest version of Redis that is read. */
    static final int MAX_REDIS_VERSION = 12;

    /** Valkey counts from here. What lies between is left to Redis. */
    static final int MIN_VALKEY_VERSION = 80;

    static final int MAX_VALKEY_VERSION = 80;

    private RdbType() {}

    /** Whether all that a file or payload of this version may hold is known. */
    static boolean isKnownVersion(int version) {
        return version >= 1 && version <= (isValkeyVersion(version) ? MAX_VALKEY_VERSION : MAX_REDIS_VERSION);
    }

    /** Whether a version is one of Valkey's own, in which types from 22 on and opcodes mean something else than in Redis's. */
    static boolean isValkeyVersion(int version) {
        return version >= MIN_VALKEY_VERSION;
    }

    /** The version that is written for a value of a type that is written. */
    static int versionFor(int type) {
        return switch (type) {
            case HASH_METADATA, HASH_LISTPACK_EX -> EXPIRING_FIELDS_VERSION;
            case HASH_2 -> MIN_VALKEY_VERSION;
            default -> WRITTEN_VERSION;
        };
    }

    /** The name that redis-check-rdb has for a type of values. */
    static String name(int type) {
        return switch (type) {
            case STRING -> "string";
            case LIST -> "list-linked";
            case SET -> "set-hashtable";
            case ZSET -> "zset-v1";
            case HASH -> "hash-hashtable";
            case ZSET_2 -> "zset-v2";
            case MODULE_PRE_GA -> "module-pre-release";
            case MODULE_2 -> "module-value";
            case HASH_ZIPMAP -> "hash-zipmap";
            case LIST_ZIPLIST -> "list-ziplist";
            case SET_INTSET -> "set-intset";
            case ZSET_ZIPLIST -> "zset-ziplist";
            case HASH_ZIPLIST -> "hash-ziplist";
            case LIST_QUICKLIST -> "quicklist";
            case STREAM_LISTPACKS -> "stream";
            case HASH_LISTPACK -> "hash-listpack";
            case ZSET_LISTPACK -> "zset-listpack";
            case LIST_QUICKLIST_2 -> "quicklist-v2";
            case STREAM_LISTPACKS_2 -> "stream-v2";
            case SET_LISTPACK -> "set-listpack";
            case STREAM_LISTPACKS_3 -> "stream-v3";
            case HASH_2 -> "hash-field-expiry";
            case HASH_LISTPACK_EX_PRE_GA -> "hash-listpack-field-expiry-pre-release";
            case HASH_METADATA -> "hash-hashtable-field-expiry";
            case HASH_LISTPACK_EX -> "hash-listpack-field-expiry";
            default -> "unknown";
        };
    }

    /**
     * Whether a byte is a type of values, not an opcode.
     *
     * @param valkey whether it is in a file or payload of a version of Valkey's own
     */
    static boolean isValue(int type, boolean valkey) {
        return type <= (valkey ? HASH_2 : HASH_LISTPACK_EX) && type != 8;
    }
}
