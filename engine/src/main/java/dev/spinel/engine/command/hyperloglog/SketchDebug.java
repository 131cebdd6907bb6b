package dev.spinel.engine.command.hyperloglog;

import static dev.spinel.engine.command.hyperloglog.SketchLayout.HEADER_BYTES;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTERS;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;

/** PFDEBUG: looks at the registers of a sketch, or makes it dense. */
final class SketchDebug {
    private static final int QUOTED_BYTES = 128;

    private SketchDebug() {}

    static void pfdebug(Call call) {
        StringValue value = call.keys().modify(ValueType.STRING, call.arg(2));
        if (value == null) {
            throw Errors.err("The specified key does not exist");
        }
        Bytes bytes = SketchLayout.checked(value.bytes());
        if (call.argIs(1, "GETREG")) {
            makeDense(call, value);
            registers(call, value.bytes());
        } else if (call.argIs(1, "DECODE")) {
            if (SketchLayout.isDense(bytes)) {
                throw Errors.err("HLL encoding is not sparse");
            }
            call.reply().bulk(decoded(bytes));
        } else if (call.argIs(1, "ENCODING")) {
            call.reply().simple(SketchLayout.isDense(bytes) ? "dense" : "sparse");
        } else if (call.argIs(1, "TODENSE")) {
            call.reply().integer(makeDense(call, value) ? 1 : 0);
        } else {
            throw Errors.err("Unknown PFDEBUG subcommand '" + call.arg(1).quotable(QUOTED_BYTES) + "'");
        }
    }

    /** Makes a sketch dense and counts a change, so that logs and replicas do the same; false when it is dense. */
    private static boolean makeDense(Call call, StringValue value) {
        if (SketchLayout.isDense(value.bytes())) {
            return false;
        }
        Sketch sketch = new Sketch();
        sketch.load(value.bytes());
        sketch.makeDense();
        SketchCommands.store(sketch, value);
        call.changed();
        return true;
    }

    private static void registers(Call call, Bytes sketch) {
        call.reply().array(REGISTERS);
        for (int i = 0; i < REGISTERS; i++) {
            call.reply().integer(SketchLayout.denseRegister(sketch.array(), sketch.offset() + HEADER_BYTES, i));
        }
    }

    /** The opcodes of a sparse sketch: {@code z:length}, {@code Z:length} for XZERO, {@code v:value,length}. */
    private static String decoded(Bytes sketch) {
        StringBuilder text = new StringBuilder();
        int at = HEADER_BYTES;
        while (at < sketch.length()) {
            int opcode = sketch.at(at);
            int length = SketchLayout.runLength(opcode, at + 1 < sketch.length() ? sketch.at(at + 1) : 0);
            text.append(text.isEmpty() ? "" : " ");
            if (SketchLayout.isValue(opcode)) {
                text.append("v:").append(SketchLayout.runValue(opcode)).append(',');
            } else {
                text.append(SketchLayout.isXzero(opcode) ? "Z:" : "z:");
            }
            text.append(length);
            at += SketchLayout.opcodeLength(opcode);
        }
        return text.toString();
    }
}
