package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.LibraryFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Libraries of functions as Redis dumps them: each as in a file, then version and checksum as in {@link DumpPayload}. */
public final class RdbLibraryFormat implements LibraryFormat {
    private static final long MAX_CODE_BYTES = 64L << 20;

    private final RdbFormat format;

    /** @param format tells which versions and checksums are taken */
    public RdbLibraryFormat(RdbFormat format) {
        this.format = format;
    }

    @Override
    public byte[] dump(List<Bytes> codes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        RdbOutput out = new RdbOutput(bytes, true, true);
        try {
            for (Bytes code : codes) {
                out.writeByte(RdbType.FUNCTION_2);
                out.writeString(code);
            }
            out.writeShort(RdbType.WRITTEN_VERSION);
            out.writeLong(out.checksum());
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("memory can't fail", e);
        }
        return bytes.toByteArray();
    }

    @Override
    public List<Bytes> parse(Bytes payload) throws InvalidDatasetException {
        if (!DumpPayload.isAcceptable(payload, format.isTakingAnyVersion(), format.isSkippingChecksums())) {
            throw new InvalidDatasetException("DUMP payload version or checksum are wrong");
        }
        RdbInput in = DumpPayload.content(payload, () -> MAX_CODE_BYTES);
        List<Bytes> codes = new ArrayList<>();
        RdbString code = new RdbString();
        try {
            while (!in.isAtEnd()) {
                if (in.readByte() != RdbType.FUNCTION_2) {
                    throw new InvalidDatasetException("given type is not a function");
                }
                in.readString(code);
                codes.add(code.view().copy());
            }
        } catch (InvalidDatasetException e) {
            throw e;
        } catch (IOException e) {
            throw new InvalidDatasetException("failed loading the given functions payload", e);
        }
        return codes;
    }
}
