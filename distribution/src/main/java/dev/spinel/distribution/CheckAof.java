package dev.spinel.distribution;

import dev.spinel.aof.AofCheck;
import dev.spinel.rdb.RdbFormat;
import java.util.List;

/** The program that {@code bin/spinel-check-aof} starts: the check of logs, with the format of their snapshots. */
public final class CheckAof {
    private CheckAof() {}

    /** Checks the file that the arguments name and exits with 0 if all is well, otherwise with 1. */
    public static void main(String[] args) {
        RdbFormat format = new RdbFormat(EngineModule.REDIS_VERSION, System::currentTimeMillis);
        AofCheck check = new AofCheck("spinel-check-aof", format, System.in, System.out);
        System.exit(check.run(List.of(args)));
    }
}
