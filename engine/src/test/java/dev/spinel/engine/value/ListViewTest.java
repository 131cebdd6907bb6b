package dev.spinel.engine.value;

import org.junit.jupiter.api.Nested;

/** The contract of lists, for each size of pages. */
class ListViewTest {
    @Nested
    class DefaultPages extends ListContract {}

    @Nested
    class PagesOfFour extends ListContract {
        PagesOfFour() {
            limits.listMaxListpackSize(4);
        }
    }

    @Nested
    class Singles extends ListContract {
        Singles() {
            limits.listMaxListpackSize(1);
        }
    }

    @Nested
    class SmallPages extends ListContract {
        SmallPages() {
            limits.listMaxListpackSize(-1);
        }
    }

    @Nested
    class LargestPages extends ListContract {
        LargestPages() {
            limits.listMaxListpackSize(-5);
        }
    }
}
