package dev.spinel.resp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RespRepliesTest {
    private static int count(String text) {
        byte[] bytes = text.replace("!", "\r\n").getBytes(StandardCharsets.US_ASCII);
        return RespReplies.count(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "+OK! 1",
                "+OK!:1! 2",
                "$2!*1! 1",
                "$-1! 1",
                "*-1! 1",
                "*0! 1",
                "*2!:1!*1!+x! 1",
                "%1!+k!~2!:1!:2! 1",
                "*2!:1! -1",
                "%1!+k! -1",
                ">2!+a!+b! 0",
                ">2!+a!+b!_! 1",
                "*0!*0! 2"
            })
    void replies_countedWithTheirElements(String text, int replies) {
        assertThat(count(text)).isEqualTo(replies);
    }

    @Test
    void attributes_belongToTheReplyBehindThem() {
        assertThat(count("|1!+a!:1!+x!")).isEqualTo(1);
        assertThat(count("|1!+a!:1!")).isEqualTo(-1);
    }

    @Test
    void nothing_isNoReply() {
        assertThat(count("")).isZero();
    }
}
