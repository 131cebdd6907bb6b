package dev.spinel.api.command;

/** The chapter of the manual that a command belongs to, as COMMAND DOCS answers it. */
public enum CommandGroup {
    BITMAP("bitmap"),
    CLUSTER("cluster"),
    CONNECTION("connection"),
    GENERIC("generic"),
    GEO("geo"),
    HASH("hash"),
    HYPERLOGLOG("hyperloglog"),
    LIST("list"),
    MODULE("module"),
    PUBSUB("pubsub"),
    SCRIPTING("scripting"),
    SENTINEL("sentinel"),
    SERVER("server"),
    SET("set"),
    SORTED_SET("sorted-set"),
    STREAM("stream"),
    STRING("string"),
    TRANSACTIONS("transactions");

    private final String wireName;

    CommandGroup(String wireName) {
        this.wireName = wireName;
    }

    /** The name that COMMAND DOCS answers. */
    public String wireName() {
        return wireName;
    }
}
