package dev.spinel.distribution;

import dev.spinel.distribution.config.AtomicFile;
import dev.spinel.distribution.config.ConfigurationException;
import dev.spinel.engine.acl.AclFile;
import dev.spinel.engine.config.ConfigRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file of users on disk; relative paths start from {@code dir}. Engine thread only. */
final class UserFile implements AclFile {
    private final ConfigRegistry config;

    UserFile(ConfigRegistry config) {
        this.config = config;
    }

    @Override
    public String read(String path) throws IOException {
        try {
            return Files.readString(resolve(path), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IOException(ConfigurationException.reason(e), e);
        }
    }

    @Override
    public void write(String path, String text) throws IOException {
        Path file = resolve(path);
        try {
            if (Files.notExists(file)) {
                Files.createFile(file);
            }
            AtomicFile.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new IOException(ConfigurationException.reason(e), e);
        }
    }

    private Path resolve(String path) {
        return Path.of(config.get("dir").text()).resolve(path);
    }
}
