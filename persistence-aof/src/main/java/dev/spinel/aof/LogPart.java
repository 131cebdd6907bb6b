package dev.spinel.aof;

/**
 * One file of a log.
 *
 * @param name its name in the directory of the log
 * @param sequence its number among the files of its kind, from 1
 */
record LogPart(String name, long sequence, Kind kind) {
    /** What a file is for. */
    enum Kind {
        /** The data at some time. */
        BASE('b'),
        /** Changes since. */
        INCREMENT('i'),
        /** Not needed any more. */
        HISTORY('h');

        private final char mark;

        Kind(char mark) {
            this.mark = mark;
        }

        /** The letter in the manifest. */
        char mark() {
            return mark;
        }
    }

    /** The same file, not needed any more. */
    LogPart toHistory() {
        return new LogPart(name, sequence, Kind.HISTORY);
    }
}
