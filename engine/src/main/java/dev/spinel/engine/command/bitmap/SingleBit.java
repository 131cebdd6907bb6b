package dev.spinel.engine.command.bitmap;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands on one bit: GETBIT and SETBIT. */
final class SingleBit {
    private SingleBit() {}

    static void getbit(Call call) {
        long position = BitOffset.parse(call, 2);
        StringValue value = call.keys().read(ValueType.STRING, call.arg(1));
        call.reply().integer(value == null ? 0 : Bitmap.bit(value.bytes(), position));
    }

    static void setbit(Call call) {
        long position = BitOffset.parse(call, 2);
        int bit = (int) call.integerArg(3, 0, 1, "bit is not an integer or out of range");
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        StringValue value = keys.modifyOrCreate(ValueType.STRING, key);
        int index = (int) (position >>> 3);
        boolean grown = index >= value.length();
        if (grown) {
            value.resize(index + 1);
        }
        int old = value.bytes().at(index);
        int mask = 0x80 >>> (position & 7);
        int changed = bit == 0 ? old & ~mask : old | mask;
        // Also when nothing changes: writing makes the bytes of an integer or a short string plain ones, as on Redis.
        value.setByte(index, (byte) changed);
        if (grown || changed != old) {
            call.changed(key, KeyEvent.STRING, "setbit");
        }
        call.reply().integer((old & mask) == 0 ? 0 : 1);
    }
}
