package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SavePointsTest {
    private final SavePoints points = SavePoints.of(List.of("3600", "1", "60", "100"));

    @Test
    void due_withoutEnoughChanges_isNever() {
        assertThat(points.dueMillis(0, 5_000)).isEqualTo(SavePoints.NEVER);
    }

    /** As in redis-server, more than the seconds must have passed, which it counts as whole ones. */
    @Test
    void due_isThatOfTheFirstRuleToComeTrue() {
        assertThat(points.dueMillis(1, 5_000)).isEqualTo(5_000 + 3_601_000);
        assertThat(points.dueMillis(99, 5_000)).isEqualTo(5_000 + 3_601_000);
        assertThat(points.dueMillis(100, 5_000)).isEqualTo(5_000 + 61_000);
    }

    @Test
    void due_namesTheRule() {
        assertThat(points.due(100, 5_000, 66_000)).isEqualTo(new SavePoints.SavePoint(60, 100));
        assertThat(points.due(100, 5_000, 3_700_000)).isEqualTo(new SavePoints.SavePoint(3600, 1));
    }

    @Test
    void noRules_areNeverDue() {
        SavePoints none = SavePoints.of(List.of());
        assertThat(none.isEmpty()).isTrue();
        assertThat(none.dueMillis(Long.MAX_VALUE, 0)).isEqualTo(SavePoints.NEVER);
    }
}
