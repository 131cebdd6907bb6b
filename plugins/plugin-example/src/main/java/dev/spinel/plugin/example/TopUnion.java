package dev.spinel.plugin.example;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.command.KeySpec.Flag;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * EXAMPLE.TOPUNION: the members with the highest sums of scores over several sorted sets, such as the best players of a
 * month out of one sorted set per day. Reads only.
 */
final class TopUnion {
    private static final int COUNT = 1;
    private static final int FIRST_KEY = 2;

    /** READONLY lets replicas answer it; the key specification lets a cluster and COMMAND GETKEYS find the keys. */
    static final CommandSpec SPEC = CommandSpec.named("EXAMPLE.TOPUNION")
            .arity(-3)
            .flags(CommandFlag.READONLY)
            .keys(KeySpec.range(FIRST_KEY, -1, 1, Flag.RO, Flag.ACCESS))
            .arguments(integer("count"), key("key", 0).multiple())
            .summary("Returns the members with the highest sums of scores over several sorted sets.")
            .complexity("O(N*log(N)) for N members of all sets together.")
            .build();

    private record Sum(Bytes member, double score) {}

    private TopUnion() {}

    static void topunion(Call call) {
        long count = call.integerArg(COUNT, 1, Integer.MAX_VALUE);
        Map<Bytes, Double> scores = new HashMap<>();
        for (int i = FIRST_KEY; i < call.argCount(); i++) {
            // A key of another type ends the call here, with WRONGTYPE.
            SortedSetValue set = call.keys().read(ValueType.SORTED_SET, call.arg(i));
            if (set != null) {
                addTo(scores, set);
            }
        }
        reply(call.reply(), highestFirst(scores), count);
    }

    private static void addTo(Map<Bytes, Double> scores, SortedSetValue set) {
        SortedSetValue.Cursor cursor = set.cursor(0, false);
        while (cursor.next()) {
            // The cursor's view moves on with it: what is kept is a copy.
            scores.merge(cursor.member().copy(), cursor.score(), Double::sum);
        }
    }

    private static List<Sum> highestFirst(Map<Bytes, Double> scores) {
        List<Sum> sums = new ArrayList<>(scores.size());
        scores.forEach((member, score) -> sums.add(new Sum(member, score)));
        sums.sort((a, b) -> {
            int byScore = Double.compare(b.score, a.score);
            return byScore != 0 ? byScore : a.member.compareTo(b.member);
        });
        return sums;
    }

    /** An array of pairs; the writer gives each client the form of its protocol version. */
    private static void reply(ReplyWriter reply, List<Sum> sums, long count) {
        int size = (int) Math.min(count, sums.size());
        reply.array(size);
        for (Sum sum : sums.subList(0, size)) {
            reply.array(2);
            reply.bulk(sum.member);
            reply.real(sum.score);
        }
    }
}
