package dev.spinel.distribution;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.spinel.aof.AofPersistence;
import dev.spinel.engine.Capability;
import dev.spinel.lua.LuaScripting;
import dev.spinel.rdb.RdbFormat;
import dev.spinel.rdb.RdbLibraryFormat;
import dev.spinel.rdb.RdbPersistence;
import dev.spinel.replication.Replication;
import java.util.List;

/** Scripts, snapshot files, the append-only log, replicas. */
final class CapabilityModule extends AbstractModule {
    private final boolean loadsSnapshot;

    /** @param loadsSnapshot whether the data of a snapshot are loaded at the start */
    CapabilityModule(boolean loadsSnapshot) {
        this.loadsSnapshot = loadsSnapshot;
    }

    /** In the order in which they load and end: whether there is a log decides whether a snapshot is loaded. */
    @Provides
    @Singleton
    List<Capability> capabilities(ServerClock clock) {
        RdbFormat format = new RdbFormat(EngineModule.REDIS_VERSION, clock::unixMillis);
        return List.of(
                new LuaScripting(EngineModule.REDIS_VERSION, new RdbLibraryFormat(format)),
                new AofPersistence(format, () -> Runtime.getRuntime().halt(1)),
                new RdbPersistence(format, loadsSnapshot),
                new Replication(format));
    }
}
