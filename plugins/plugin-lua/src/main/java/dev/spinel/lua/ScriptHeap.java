package dev.spinel.lua;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.spinel.lua.vm.HeapGauge;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * The part of the process's heap that scripts may fill: what neither the data may still claim nor the rest of the server
 * needs to go on. Engine thread only.
 */
final class ScriptHeap implements HeapGauge {
    /** What is left for garbage that is not collected yet, and for the buffers of clients. */
    private static final long MIN_RESERVED_BYTES = 12L << 20;

    private static final int RESERVED_DIVISOR = 10;
    private static final int ARRAY_HEADER_BYTES = 16;
    /** What is taken for the size of a region if the collector does not tell, or has none. */
    private static final long DEFAULT_REGION_BYTES = 4L << 20;

    private final LongSupplier unclaimedDataBytes;
    private final long reservedBytes =
            Math.max(MIN_RESERVED_BYTES, Runtime.getRuntime().maxMemory() / RESERVED_DIVISOR);
    private long regionBytes;

    /** @param unclaimedDataBytes by how much the data of the server may still grow */
    ScriptHeap(LongSupplier unclaimedDataBytes) {
        this.unclaimedDataBytes = unclaimedDataBytes;
    }

    @Override
    public long roomBytes() {
        Runtime runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        return free - reservedBytes - unclaimedDataBytes.getAsLong();
    }

    @Override
    public long roomBytesWithoutGarbage() {
        System.gc();
        return roomBytes();
    }

    /** An array of more than half a region gets regions of its own. */
    @Override
    public long footprintBytes(long arrayBytes) {
        long region = regionBytes();
        long bytes = arrayBytes + ARRAY_HEADER_BYTES;
        return bytes < region / 2 ? bytes : (bytes + region - 1) / region * region;
    }

    private long regionBytes() {
        if (regionBytes == 0) {
            regionBytes = configuredRegionBytes();
        }
        return regionBytes;
    }

    private static long configuredRegionBytes() {
        HotSpotDiagnosticMXBean options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (options == null) {
            return DEFAULT_REGION_BYTES;
        }
        long bytes = Long.parseLong(options.getVMOption("G1HeapRegionSize").getValue());
        return bytes == 0 ? DEFAULT_REGION_BYTES : bytes;
    }
}
