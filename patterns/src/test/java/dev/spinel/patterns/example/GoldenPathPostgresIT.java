package dev.spinel.patterns.example;

import dev.spinel.patterns.testing.PostgresServer;
import dev.spinel.patterns.testing.TestDatabase;

/** The example on PostgreSQL; skipped where that is not installed. */
class GoldenPathPostgresIT extends GoldenPathContract {
    @Override
    TestDatabase startDatabase() {
        return PostgresServer.start();
    }
}
