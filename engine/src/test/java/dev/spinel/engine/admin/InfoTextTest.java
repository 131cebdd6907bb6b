package dev.spinel.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InfoTextTest {
    private static String fixed(double value, int decimals) {
        StringBuilder text = new StringBuilder();
        InfoText.fixed(text, value, decimals);
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -1, 0.005, 99.999, -0.004, 12345.678, 1e12, 1e16, -1e300, Double.MAX_VALUE})
    void fixed_isWhatFormatWrites(double value) {
        String formatted = String.format(Locale.ROOT, "%.2f", value);
        assertThat(fixed(value, 2)).isEqualTo(formatted.equals("-0.00") ? "0.00" : formatted);
    }

    @Test
    void fixed_randomNumbers_differsFromFormatByTheLastDigitAtMost() {
        Random random = new Random(11);
        for (int i = 0; i < 10_000; i++) {
            double value = random.nextDouble() * Math.pow(10, random.nextInt(9));
            double written = Double.parseDouble(fixed(value, 6));
            assertThat(Math.abs(written - value)).isLessThan(1e-6);
        }
    }
}
