package dev.spinel.engine.command.geo;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.Errors;

/** The units of distances in arguments and replies. */
enum DistanceUnit {
    M(1),
    KM(1000),
    FT(0.3048),
    MI(1609.34);

    private static final DistanceUnit[] ALL = values();

    private final double meters;

    DistanceUnit(double meters) {
        this.meters = meters;
    }

    /** How many meters one of it is. */
    double meters() {
        return meters;
    }

    /** The unit in an argument, or {@code ERR unsupported unit provided. please use M, KM, FT, MI}. */
    static DistanceUnit parse(Call call, int index) {
        for (DistanceUnit unit : ALL) {
            if (call.argIs(index, unit.name())) {
                return unit;
            }
        }
        throw Errors.err("unsupported unit provided. please use M, KM, FT, MI");
    }

    /** A number of units in an argument, or {@code ERR need numeric} and what it is; the sign is not checked. */
    static double parseLength(Call call, int index, String what) {
        double length = Numbers.parseDouble(call.arg(index));
        if (Double.isNaN(length)) {
            throw Errors.err("need numeric " + what);
        }
        return length;
    }
}
