package dev.spinel.engine.command;

import java.util.Random;

/** Random command lines that write keys of all types, few enough for commands to meet values of each other. */
public final class RandomCommands {
    private static final String[] COMMANDS = {
        "SET %k %v",
        "SET %k %n",
        "SET %k %v EX 100",
        "SET %k %v NX",
        "SET %k %v PX %n GET",
        "GETEX %k PERSIST",
        "GETEX %k EX %n",
        "GETDEL %k",
        "APPEND %k %v",
        "SETRANGE %k %n x",
        "INCR %k",
        "INCRBYFLOAT %k 1.5",
        "MSET %k a %k b",
        "MSETNX %k a %k b",
        "DEL %k",
        "UNLINK %k",
        "EXPIRE %k %n",
        "PEXPIRE %k %n",
        "EXPIRE %k -1",
        "PERSIST %k",
        "RENAME %k %k",
        "COPY %k %k",
        "COPY %k %k REPLACE",
        "MOVE %k 1",
        "LPUSH %k %v %v",
        "RPUSH %k %v",
        "LPOP %k",
        "RPOP %k 2",
        "LTRIM %k 0 5",
        "LSET %k 0 %v",
        "LREM %k 0 %v",
        "LINSERT %k BEFORE %v x",
        "LMOVE %k %k LEFT RIGHT",
        "LMPOP 2 %k %k LEFT COUNT 2",
        "HSET %k %v %v",
        "HDEL %k %v",
        "HINCRBY %k %v 3",
        "HINCRBYFLOAT %k %v 0.1",
        "SADD %k %v %v %v",
        "SADD %k %n",
        "SREM %k %v",
        "SPOP %k",
        "SPOP %k 3",
        "SMOVE %k %k %v",
        "SUNIONSTORE %k %k %k",
        "SDIFFSTORE %k %k %k",
        "ZADD %k %n %v",
        "ZADD %k GT CH %n %v",
        "ZINCRBY %k 1.5 %v",
        "ZREM %k %v",
        "ZPOPMIN %k",
        "ZPOPMAX %k 2",
        "ZMPOP 1 %k MIN",
        "ZUNIONSTORE %k 2 %k %k",
        "ZRANGESTORE %k %k 0 3",
        "ZREMRANGEBYRANK %k 0 1",
        "ZREMRANGEBYSCORE %k 0 50",
        "SORT %k ALPHA STORE %k",
        "GETSET %k %v",
        "SETEX %k %n %v",
        "INCRBY %k %n",
        "HSETNX %k %v %v",
        "LPUSHX %k %v",
        "RPUSHX %k %v",
        "RPOPLPUSH %k %k",
        "SINTERSTORE %k %k %k",
        "ZDIFFSTORE %k 2 %k %k",
        "ZINTERSTORE %k 2 %k %k WEIGHTS 1 2",
        "ZREMRANGEBYLEX %k [v1 [v3",
        "RENAMENX %k %k",
        "PEXPIREAT %k 1700000100000",
        "TOUCH %k",
        "SETBIT %k %n 1",
        "BITOP XOR %k %k %k",
        "BITFIELD %k SET u8 #%n 7 INCRBY i5 3 9",
        "PFADD %k %v %v",
        "PFCOUNT %k",
        "PFMERGE %k %k %k",
        "GEOADD %k 1.%n 2.%n %v",
        "GEORADIUS %k 1 2 90 km STORE %k",
        "HSETEX %k PX %n FIELDS 2 %v %v %v %v",
        "HSETEX %k KEEPTTL FIELDS 1 %v %v",
        "HSETEX %k FNX EX 2 FIELDS 1 %v %n",
        "HEXPIRE %k 1 FIELDS 3 %v %v %v",
        "HPEXPIRE %k %n FIELDS 2 %v %v",
        "HPEXPIREAT %k 1700000100000 NX FIELDS 2 %v %v",
        "HPERSIST %k FIELDS 2 %v %v",
        "HGETEX %k PX %n FIELDS 2 %v %v",
        "HGETEX %k PERSIST FIELDS 1 %v",
        "HGETDEL %k FIELDS 2 %v %v",
        "HIMPORT PREPARE fields a b %v",
        "HIMPORT SET %k fields %v %n x",
        "SET %k %v IFNE %v",
        "SET %k %v IFNE %v GET EX %n",
        "SET %k v1 KEEPTTL IFDNE 0000000000000000 GET",
        "DELEX %k IFNE v1",
        "DELEX %k",
        "DELIFEQ %k v1",
        "MSETEX 2 %k a %k %v PX %n",
        "MSETEX 2 %k a %k b KEEPTTL",
        "MSETEX 2 %k a %k %v NX",
        "INCREX %k BYINT %n UBOUND 200 EX 100 ENX",
        "INCREX %k BYFLOAT -0.3 LBOUND -9 SATURATE",
        "INCREX %k PERSIST",
        "INCREX %k PXAT %n",
        "LMOVEM %k %k LEFT LEFT COUNT %n OBO",
        "LMOVEM %k %k RIGHT LEFT EXACTLY 2 BULK",
        "ZUNIONSTORE %k 2 %k %k WEIGHTS 2 3 AGGREGATE COUNT",
        "GEOSEARCHSTORE %k %k BYPOLYGON 3 1 2 2 2 1 3",
        "XADD %s * %v %v",
        "XADD %s MAXLEN ~ 10 * f %v g %n",
        "XADD %s MINID = 1700000000%n * f %v",
        "XTRIM %s MAXLEN 5",
        "XDEL %s 1700000000%n",
        "XGROUP CREATE %s group 0 MKSTREAM",
        "XGROUP CREATE %s group2 $",
        "XGROUP SETID %s group $",
        "XGROUP DELCONSUMER %s group consumer",
        "XGROUP DESTROY %s group2",
        "XREADGROUP GROUP group consumer COUNT 3 STREAMS %s >",
        "XREADGROUP GROUP group consumer2 NOACK STREAMS %s >",
        "XREADGROUP GROUP group consumer2 COUNT 2 STREAMS %s 0",
        "XREADGROUP GROUP group consumer3 COUNT 2 CLAIM 0 STREAMS %s >",
        "XACK %s group 1700000000%n",
        "XACKDEL %s group ACKED IDS 2 1700000000%n 1700000000%n",
        "XACKDEL %s group2 DELREF IDS 1 1700000000%n",
        "XDELEX %s ACKED IDS 1 1700000000%n",
        "XDELEX %s DELREF IDS 2 1700000000%n 1700000000%n",
        "XTRIM %s MAXLEN ~ 5 ACKED",
        "XADD %s DELREF MAXLEN 8 * f %v",
        "XNACK %s group FAIL IDS 1 1700000000%n FORCE",
        "XAUTOCLAIM %s group consumer3 0 0 COUNT 2",
        "XCLAIM %s group consumer2 0 1700000000%n JUSTID",
        "XSETID %s 1700000100000 ENTRIESADDED 500",
        "SELECT 0",
        "SELECT 1",
        "SWAPDB 0 1",
    };

    private final Random random;

    public RandomCommands(Random random) {
        this.random = random;
    }

    /** The next line. */
    public String next() {
        return fill(COMMANDS[random.nextInt(COMMANDS.length)]);
    }

    /** Fills in a template: {@code %k} becomes a key, {@code %s} most often one of few that only hold
     * streams, {@code %v} a short string, {@code %n} a number. */
    public String fill(String template) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            if (c != '%') {
                line.append(c);
                continue;
            }
            i++;
            switch (template.charAt(i)) {
                case 'k' -> line.append("key").append(random.nextInt(30));
                case 's' ->
                    line.append(random.nextInt(10) == 0 ? "key" : "stream").append(random.nextInt(4));
                case 'v' -> line.append("v").append(random.nextInt(200));
                default -> line.append(random.nextInt(300));
            }
        }
        return line.toString();
    }
}
