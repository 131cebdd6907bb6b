package dev.spinel.engine.command.sortedset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the commands on sorted sets; the expectations were asked of redis-server 7.0.15 (WITHSCORE: 7.2). */
class SortedSetCommandsTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    @Nested
    class Zadd {
        @Test
        void wrongScoreAnywhere_changesNothing() {
            assertReply("ZADD z 1 a x b", "-ERR value is not a valid float");
            assertReply("EXISTS z", "0");
        }

        @Test
        void contradictingOptions_rejectedBeforeScores() {
            assertReply("ZADD z NX XX x a", "-ERR XX and NX options at the same time are not compatible");
            assertReply("ZADD z GT NX x a", "-ERR GT, LT, and/or NX options at the same time are not compatible");
            assertReply("ZADD z GT LT x a", "-ERR GT, LT, and/or NX options at the same time are not compatible");
            assertReply("ZADD z INCR 1 a 2 b", "-ERR INCR option supports a single increment-element pair");
            assertReply("ZADD z CH 1", "-ERR syntax error");
        }

        @Test
        void changedOnly_countsUpdates() {
            assertReply("ZADD z 1 a 2 b", "2");
            assertReply("ZADD z CH 1 a 3 b 4 c", "2");
            assertReply("ZADD z XX CH 5 a 6 d", "1");
            assertReply("ZADD z GT CH 4 a 4 b", "1");
            assertReply("ZRANGE z 0 -1 WITHSCORES", "[b 4 c 4 a 5]");
        }

        @Test
        void incr_answersScoreOrNil() {
            assertReply("ZADD z INCR 1.5 a", "1.5");
            assertReply("ZADD z NX INCR 1 a", "nil");
            assertReply("ZADD z XX INCR 1 none", "nil");
            assertReply("ZADD none XX INCR 1 a", "nil");
            assertReply("ZADD z GT INCR -1 a", "nil");
            assertReply("ZADD z INCR inf a", "Infinity");
            assertReply("ZINCRBY z -inf a", "-ERR resulting score is not a number (NaN)");
        }

        @Test
        void unchangedScore_isNotLogged() {
            server.send("ZADD z 1 a");
            server.takeEffects();
            server.send("ZADD z 1 a");
            server.send("ZINCRBY z 0 a");
            assertThat(server.takeEffects()).isEmpty();
        }
    }

    @Nested
    class Zrange {
        void fill() {
            server.send("ZADD z 1 a 2 b 3 c 4 d 5 e");
        }

        @Test
        void byScore_honoursOpenBoundsAndLimit() {
            fill();
            assertReply("ZRANGE z (1 4 BYSCORE", "[b c d]");
            assertReply("ZRANGE z +inf (2 BYSCORE REV LIMIT 1 1 WITHSCORES", "[d 4]");
            assertReply("ZREVRANGEBYSCORE z 4 2", "[d c b]");
            assertReply("ZRANGEBYSCORE z -inf inf LIMIT 3 -1", "[d e]");
            assertReply("ZRANGEBYSCORE z -inf inf LIMIT -1 3", "[]");
            assertReply("ZRANGEBYSCORE z 4 2", "[]");
            assertReply("ZRANGEBYSCORE z ( 2", "[a b]");
            assertReply("ZRANGEBYSCORE z x 2", "-ERR min or max is not a float");
            assertReply("ZCOUNT z nan 2", "-ERR min or max is not a float");
            assertReply("ZCOUNT z -1e400 1e400", "5");
        }

        @Test
        void byMember_honoursBounds() {
            server.send("ZADD l 0 a 0 b 0 c 0 d");
            assertReply("ZRANGE l [b (d BYLEX", "[b c]");
            assertReply("ZRANGE l + (b BYLEX REV", "[d c]");
            assertReply("ZREVRANGEBYLEX l + - LIMIT 1 2", "[c b]");
            assertReply("ZLEXCOUNT l - +", "4");
            assertReply("ZLEXCOUNT l + -", "0");
            assertReply("ZLEXCOUNT l a +", "-ERR min or max not valid string range item");
            assertReply("ZREMRANGEBYLEX l - (c", "2");
        }

        @Test
        void byRank_countsFromTheEndThatItStartsAt() {
            fill();
            assertReply("ZRANGE z 0 1 REV", "[e d]");
            assertReply("ZREVRANGE z -2 -1 WITHSCORES", "[b 2 a 1]");
            assertReply("ZRANGE z 1 -2", "[b c d]");
            assertReply("ZRANGE z 9 10", "[]");
            assertReply("ZRANGE z 0 0 LIMIT 1 -1", "[a]");
            assertReply(
                    "ZRANGE z 0 0 LIMIT 1 1",
                    "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
            assertReply(
                    "ZRANGE z - + BYLEX WITHSCORES",
                    "-ERR syntax error, WITHSCORES not supported in combination with BYLEX");
        }

        @Test
        void withScores_nestsInResp3() {
            fill();
            server.send("HELLO 3");
            assertReply("ZRANGE z 0 1 WITHSCORES", "[[a 1d] [b 2d]]");
        }

        @Test
        void store_ontoItselfAndEmpty() {
            fill();
            assertReply("ZRANGESTORE z z 1 2", "2");
            assertReply("ZRANGE z 0 -1 WITHSCORES", "[b 2 c 3]");
            assertReply("ZRANGESTORE z z 5 6", "0");
            assertReply("EXISTS z", "0");
            assertReply("ZRANGESTORE z z 0 1 WITHSCORES", "-ERR syntax error");
        }
    }

    @Nested
    class Ranks {
        @Test
        void withScore_answersPair() {
            server.send("ZADD z 1 a 2 b");
            assertReply("ZRANK z b", "1");
            assertReply("ZREVRANK z b WITHSCORE", "[0 2]");
            assertReply("ZRANK z none WITHSCORE", "nil-array");
            assertReply("ZRANK z none", "nil");
            assertReply("ZRANK z b WITHSCORES", "-ERR syntax error");
            assertReply("ZRANK z b WITHSCORE x", "-ERR wrong number of arguments for 'zrank' command");
        }
    }

    @Nested
    class Combinations {
        @Test
        void scores_areWeightedAndAggregated() {
            server.send("ZADD z 1 a 2 b");
            server.send("ZADD y 10 b 20 c");
            server.send("SADD s a c");
            assertReply("ZUNION 3 z y s WITHSCORES", "[a 2 b 12 c 21]");
            assertReply("ZUNION 2 z y WEIGHTS 2 -1 WITHSCORES", "[c -20 b -6 a 2]");
            assertReply("ZINTER 2 z y AGGREGATE MIN WITHSCORES", "[b 2]");
            assertReply("ZDIFF 2 z s WITHSCORES", "[b 2]");
            assertReply("ZINTERCARD 2 z y", "1");
            assertReply("ZUNIONSTORE z 2 z y AGGREGATE MAX", "3");
            assertReply("ZRANGE z 0 -1 WITHSCORES", "[a 1 b 10 c 20]");
        }

        @Test
        void zscanNoscores_answersMembersOnly() {
            server.send("ZADD x 1 a");
            assertReply("ZSCAN x 0 NOSCORES", "[0 [a]]");
            assertReply("ZSCAN x 0 noscores MATCH b", "[0 []]");
            assertReply("ZSCAN x 0 COUNT 3", "[0 [a 1]]");
        }

        @Test
        void count_sumsTheWeightsOfTheSourcesWithTheMember() {
            server.send("ZADD x 10 a 20 b");
            server.send("ZADD y 30 b -inf c");
            server.send("SADD s b c");
            assertReply("ZUNION 3 x y s AGGREGATE COUNT WITHSCORES", "[a 1 c 2 b 3]");
            assertReply("ZUNION 3 x y s WEIGHTS 5 2 1 AGGREGATE COUNT WITHSCORES", "[c 3 a 5 b 8]");
            assertReply("ZINTER 3 x y s WEIGHTS 5 2 1 AGGREGATE COUNT WITHSCORES", "[b 8]");
            assertReply("ZINTERSTORE d 2 x y AGGREGATE COUNT", "1");
            assertReply("ZSCORE d b", "2");
        }

        @Test
        void oppositeInfinities_sumToZero() {
            server.send("ZADD z inf a");
            server.send("ZADD y -inf a");
            assertReply("ZUNION 2 z y WITHSCORES", "[a 0]");
            assertReply("ZUNION 1 z WEIGHTS 0 WITHSCORES", "[a 0]");
        }

        @Test
        void negativeZeros_areKeptWhereTheResultIsLarge() {
            server.send("CONFIG SET zset-max-listpack-entries 2");
            server.send("ZADD y 1 a 1 b 1 c -1 d");
            server.send("ZUNIONSTORE z 1 y WEIGHTS -0");
            assertReply("ZRANGE z 0 -1 WITHSCORES", "[a -0 b -0 c -0 d 0]");
            server.send("CONFIG SET zset-max-listpack-entries 4");
            server.send("ZUNIONSTORE z 1 y WEIGHTS -0");
            assertReply("ZRANGE z 0 -1 WITHSCORES", "[a 0 b 0 c 0 d 0]");
        }

        @Test
        void type_isCheckedBeforeOptions() {
            server.send("SET string v");
            assertReply("ZUNION 1 string FOO", "-WRONGTYPE Operation against a key holding the wrong kind of value");
            assertReply("ZUNION 0 z", "-ERR at least 1 input key is needed for 'zunion' command");
            assertReply("ZUNION 2 z", "-ERR syntax error");
            assertReply("ZUNION 1 z WEIGHTS x", "-ERR weight value is not a float");
        }
    }

    @Nested
    class Pops {
        @Test
        void zpop_nestsWithCountInResp3Only() {
            server.send("ZADD z 1 a 2 b 3 c 4 d");
            assertReply("ZPOPMIN z", "[a 1]");
            server.send("HELLO 3");
            assertReply("ZPOPMAX z", "[d 4d]");
            assertReply("ZPOPMIN z 1", "[[b 2d]]");
        }

        @Test
        void zmpop_logsPopOfThatKey() {
            server.send("ZADD z 1 a 2 b 3 c");
            server.takeEffects();
            assertReply("ZMPOP 2 none z MAX COUNT 2", "[z [[c 3] [b 2]]]");
            assertThat(server.takeEffects()).containsExactly("ZPOPMAX z 2");
            assertReply("ZMPOP 1 none MIN", "nil-array");
        }

        @Test
        void bzpop_servesWaitingClient() {
            CommandTester.Session waiting = server.connect();
            assertThat(waiting.send("BZPOPMIN x z 0")).isEmpty();
            server.takeEffects();
            assertReply("ZADD z 1 a 2 b", "2");
            assertThat(waiting.take()).isEqualTo("[z a 1]");
            assertThat(server.takeEffects()).containsExactly("ZADD z 1 a 2 b", "ZPOPMIN z");
        }
    }
}
