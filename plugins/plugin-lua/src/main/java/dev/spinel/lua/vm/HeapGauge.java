package dev.spinel.lua.vm;

/** What of the heap is left for scripts. One thread only. */
public interface HeapGauge {
    /** Never short of memory. */
    HeapGauge UNLIMITED = new HeapGauge() {
        @Override
        public long roomBytes() {
            return Long.MAX_VALUE / 2;
        }

        @Override
        public long roomBytesWithoutGarbage() {
            return Long.MAX_VALUE / 2;
        }

        @Override
        public long footprintBytes(long arrayBytes) {
            return arrayBytes;
        }
    };

    /** How many bytes may still be allocated when garbage that is not collected yet counts as used; cheap. */
    long roomBytes();

    /** How many bytes may still be allocated once there is no garbage; stops the process for a collection. */
    long roomBytesWithoutGarbage();

    /** What an array takes of the heap, which may hand out large ones in units. */
    long footprintBytes(long arrayBytes);
}
