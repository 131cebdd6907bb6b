package dev.spinel.patterns.example;

import dev.spinel.patterns.testing.TestDatabase;

/** The example on H2. */
class GoldenPathIT extends GoldenPathContract {
    @Override
    TestDatabase startDatabase() {
        return TestDatabase.h2();
    }
}
