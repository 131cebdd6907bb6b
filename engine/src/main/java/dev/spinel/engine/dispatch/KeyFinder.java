package dev.spinel.engine.dispatch;

import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A search for the keys among the arguments of a command, and its result.
 *
 * <p>Reused from search to search: a result is valid until the next one, and nothing is allocated once the buffers fit
 * the largest number of keys seen. O(N) for N arguments at most. Engine thread only. Source: COMMAND GETKEYS of Redis 7.
 */
public final class KeyFinder {
    /*
     * Key specifications find the keys of nearly every command. Two kinds of commands need a look at their options: those
     * whose keys may stand anywhere (the STORE of SORT and of GEORADIUS, of which the last one counts), and those that use a
     * key in one way or another (the GET of SET and of BITFIELD).
     * Keys that do not stand in the arguments at all (BY and GET of SORT) are never found.
     *
     * Arguments that contradict a specification are a syntax error that the command itself reports: then no key is found.
     */
    private static final Set<KeySpec.Flag> READ = Set.of(KeySpec.Flag.RO, KeySpec.Flag.ACCESS);
    private static final Set<KeySpec.Flag> REPLACED = Set.of(KeySpec.Flag.OW, KeySpec.Flag.UPDATE);
    private static final Set<KeySpec.Flag> READ_AND_REPLACED =
            Set.of(KeySpec.Flag.RW, KeySpec.Flag.ACCESS, KeySpec.Flag.UPDATE);
    /** The most keys that an argument may announce: more than a request holds, and positions do not overflow. */
    private static final int MAX_COUNT = 1 << 24;

    private int[] positions = new int[16];
    private final List<Set<KeySpec.Flag>> flags = new ArrayList<>();

    /** Whether a command has keys, with some arguments at least. */
    public static boolean mayHaveKeys(CommandSpec spec) {
        List<KeySpec> keySpecs = spec.keySpecs();
        for (int i = 0; i < keySpecs.size(); i++) {
            if (!keySpecs.get(i).flags().contains(KeySpec.Flag.NOT_KEY)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Finds the keys of a command.
     *
     * @param args holds the command name, at {@code offset}, and the arguments after it
     * @param argCount number of arguments of the command, its name included
     * @return the number of keys; 0 also when the arguments contradict the specification
     */
    public int find(CommandSpec spec, Bytes[] args, int offset, int argCount) {
        flags.clear();
        boolean special =
                spec.group() != CommandGroup.MODULE && !spec.keySpecs().isEmpty();
        // the name alone does not do: CONFIG SET, HIMPORT SET, or a subcommand of a plugin, may be called the same
        return switch (special ? spec.name() : "") {
            case "BITFIELD" -> findOfBitfield(args, offset, argCount);
            case "GEORADIUS", "GEORADIUSBYMEMBER" -> findOfGeoradius(spec, args, offset, argCount);
            case "MIGRATE" -> findOfMigrate(spec, args, offset, argCount);
            case "SET" -> {
                boolean ofString = spec.group() == CommandGroup.STRING;
                yield ofString ? findOfSet(args, offset, argCount) : findBySpecs(spec, args, offset, argCount);
            }
            case "SORT" -> findOfSort(spec, args, offset, argCount);
            case "SORT_RO" -> add(1, spec.keySpecs().get(0).flags());
            default -> findBySpecs(spec, args, offset, argCount);
        };
    }

    /** Number of keys found. */
    public int count() {
        return flags.size();
    }

    /** Position of a key among the arguments of the command; the name has position 0. */
    public int position(int index) {
        return positions[index];
    }

    /** What happens to a key. */
    public Set<KeySpec.Flag> flags(int index) {
        return flags.get(index);
    }

    private int findBySpecs(CommandSpec spec, Bytes[] args, int offset, int argCount) {
        List<KeySpec> keySpecs = spec.keySpecs();
        for (int i = 0; i < keySpecs.size(); i++) {
            KeySpec keys = keySpecs.get(i);
            if (!keys.flags().contains(KeySpec.Flag.NOT_KEY) && !find(keys, args, offset, argCount)) {
                flags.clear();
                break;
            }
        }
        return count();
    }

    /** Adds the keys of one specification; false when the arguments contradict it. */
    private boolean find(KeySpec keys, Bytes[] args, int offset, int argCount) {
        int first;
        if (keys.begin() instanceof KeySpec.Begin.Index index) {
            first = index.position();
        } else if (keys.begin() instanceof KeySpec.Begin.Keyword keyword) {
            first = afterKeyword(keyword, args, offset, argCount);
            if (first == 0) {
                return true;
            }
        } else {
            return false;
        }
        int last;
        int step;
        if (keys.find() instanceof KeySpec.Find.Range range) {
            last = last(range, first, argCount);
            step = range.step();
        } else if (keys.find() instanceof KeySpec.Find.KeyNumber number) {
            int countPosition = first + number.countIndex();
            int keyCount = countPosition < argCount ? keyCount(args[offset + countPosition]) : -1;
            if (keyCount < 0) {
                return false;
            }
            first += number.firstIndex();
            step = number.step();
            last = first + (keyCount - 1) * step;
        } else {
            return false;
        }
        if (last >= argCount || last < first) {
            return false;
        }
        for (int position = first; position <= last; position += step) {
            add(position, keys.flags());
        }
        return !keys.flags().contains(KeySpec.Flag.INCOMPLETE);
    }

    /** The position after a keyword, or 0 when it is not there; neither the name nor the last argument counts. */
    private static int afterKeyword(KeySpec.Begin.Keyword keyword, Bytes[] args, int offset, int argCount) {
        boolean forward = keyword.startFrom() > 0;
        int position = forward ? keyword.startFrom() : argCount + keyword.startFrom();
        int end = forward ? argCount - 1 : 1;
        int step = forward ? 1 : -1;
        for (; position > 0 && position < argCount && position != end; position += step) {
            if (args[offset + position].isWord(keyword.keyword())) {
                return position + 1;
            }
        }
        return 0;
    }

    private static int last(KeySpec.Find.Range range, int first, int argCount) {
        if (range.last() >= 0) {
            return first + range.last();
        }
        if (range.limit() > 1) {
            return first + (argCount - first) / range.limit() + range.last();
        }
        return argCount + range.last();
    }

    /** The number of keys that an argument says, or -1 when it says none that a request can hold. */
    private static int keyCount(Bytes arg) {
        if (!Numbers.isLong(arg)) {
            return -1;
        }
        long count = Numbers.parseLong(arg);
        return count > MAX_COUNT ? -1 : (int) Math.max(count, -1);
    }

    /** Finds the keys behind KEYS, which counts only if the argument for a single key is empty. */
    private int findOfMigrate(CommandSpec spec, Bytes[] args, int offset, int argCount) {
        Set<KeySpec.Flag> moved = spec.keySpecs().get(0).flags();
        for (int position = 6; position < argCount; position++) {
            Bytes arg = args[offset + position];
            if (arg.isWord("AUTH")) {
                position++;
            } else if (arg.isWord("AUTH2")) {
                position += 2;
            } else if (arg.isWord("KEYS")) {
                // Beside a key before them, MIGRATE refuses them.
                for (int key = position + 1; args[offset + 3].isEmpty() && key < argCount; key++) {
                    add(key, moved);
                }
                return count();
            }
        }
        return add(3, moved);
    }

    /** With nothing but GET a bit field is only read. */
    private int findOfBitfield(Bytes[] args, int offset, int argCount) {
        boolean written = false;
        int position = 2;
        while (position < argCount && !written) {
            Bytes operation = args[offset + position];
            if (operation.isWord("GET") && position + 2 < argCount) {
                position += 3;
            } else if (operation.isWord("OVERFLOW") && position + 1 < argCount) {
                position += 2;
            } else {
                written = true;
            }
        }
        return add(1, written ? READ_AND_REPLACED : READ);
    }

    private int findOfSet(Bytes[] args, int offset, int argCount) {
        boolean get = false;
        for (int position = 3; position < argCount; position++) {
            get |= args[offset + position].isWord("GET");
        }
        return add(1, get ? READ_AND_REPLACED : REPLACED);
    }

    /** The options begin where the specification of STORE looks for it first; STORE and STOREDIST replace each other. */
    private int findOfGeoradius(CommandSpec spec, Bytes[] args, int offset, int argCount) {
        KeySpec stored = spec.keySpecs().get(1);
        int options = ((KeySpec.Begin.Keyword) stored.begin()).startFrom();
        int store = 0;
        for (int position = options; position + 1 < argCount; position++) {
            Bytes arg = args[offset + position];
            if (arg.isWord("COUNT")) {
                position++;
            } else if (arg.isWord("STORE") || arg.isWord("STOREDIST")) {
                position++;
                store = position;
            }
        }
        add(1, spec.keySpecs().get(0).flags());
        if (store > 0) {
            add(store, stored.flags());
        }
        return count();
    }

    private int findOfSort(CommandSpec spec, Bytes[] args, int offset, int argCount) {
        int store = 0;
        for (int position = 2; position < argCount; position++) {
            Bytes arg = args[offset + position];
            if (arg.isWord("LIMIT")) {
                position += 2;
            } else if (arg.isWord("GET") || arg.isWord("BY")) {
                position++;
            } else if (arg.isWord("STORE") && position + 1 < argCount) {
                // of several the last one counts
                store = position + 1;
            }
        }
        add(1, spec.keySpecs().get(0).flags());
        if (store > 0) {
            add(store, spec.keySpecs().get(2).flags());
        }
        return count();
    }

    /** Adds a key and returns the number of keys. */
    private int add(int position, Set<KeySpec.Flag> keyFlags) {
        if (flags.size() == positions.length) {
            positions = Arrays.copyOf(positions, 2 * positions.length);
        }
        positions[flags.size()] = position;
        flags.add(keyFlags);
        return flags.size();
    }
}
