package dev.spinel.patterns.testing;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** The kinds of clients that there are servers for. */
final class ClientKinds implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        return Arrays.stream(ClientKind.values())
                .filter(kind -> kind.usesSockets() || SharedServer.EMBEDDED.isPresent())
                .map(Arguments::of);
    }
}
