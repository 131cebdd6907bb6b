package dev.spinel.distribution.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The templates of a file, of which one is drawn by weight and filled with random arguments. */
final class Grammar {
    private static final int LONGEST_BULK = 700;

    private final List<Template> templates = new ArrayList<>();
    private int totalWeight;

    /** Reads a grammar that lies beside this class; {@code grammar.txt} describes the form. */
    Grammar(String fileName) {
        try (InputStream in = Grammar.class.getResourceAsStream(fileName)) {
            new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(this::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String line) {
        Iterator<String> words = List.of(line.trim().split("\\s+")).iterator();
        int weight = Integer.parseInt(words.next());
        Comparison comparison = Comparison.valueOf(words.next().toUpperCase(Locale.ROOT));
        totalWeight += weight;
        templates.add(new Template(totalWeight, comparison, sequence(words, "")));
    }

    /** A random request. */
    Request request(Random random, Arguments arguments) {
        int drawn = random.nextInt(totalWeight);
        for (Template template : templates) {
            if (drawn < template.weightUpToHere) {
                Expansion expansion = new Expansion(random, arguments);
                template.body.expand(expansion);
                return new Request(template.comparison, expansion.words);
            }
        }
        throw new IllegalStateException("drew " + drawn + " of " + totalWeight);
    }

    private static Sequence sequence(Iterator<String> words, String end) {
        List<Node> nodes = new ArrayList<>();
        while (words.hasNext()) {
            String word = words.next();
            if (word.equals(end)) {
                break;
            }
            switch (word) {
                case "[" -> nodes.add(new Maybe(sequence(words, "]")));
                case "(" -> nodes.add(choice(words));
                case "{", "#{", "%{" -> nodes.add(new Repetition(word.charAt(0), sequence(words, "}")));
                default ->
                    nodes.add(
                            word.startsWith("<")
                                    ? new Generated(word.substring(1, word.length() - 1))
                                    : new Literal(word.getBytes(ISO_8859_1)));
            }
        }
        return new Sequence(nodes);
    }

    private static Choice choice(Iterator<String> words) {
        List<String> inner = new ArrayList<>();
        List<Sequence> alternatives = new ArrayList<>();
        for (String word = words.next(); !word.equals(")"); word = words.next()) {
            if (word.equals("|")) {
                alternatives.add(sequence(inner.iterator(), ""));
                inner = new ArrayList<>();
            } else {
                inner.add(word);
            }
        }
        alternatives.add(sequence(inner.iterator(), ""));
        return new Choice(alternatives);
    }

    private record Template(int weightUpToHere, Comparison comparison, Sequence body) {}

    /** The words of one request while they are drawn. */
    private static final class Expansion {
        final Random random;
        final Arguments arguments;
        final List<byte[]> words = new ArrayList<>();
        int lastCount;

        Expansion(Random random, Arguments arguments) {
            this.random = random;
            this.arguments = arguments;
        }
    }

    private interface Node {
        void expand(Expansion expansion);
    }

    private record Literal(byte[] word) implements Node {
        @Override
        public void expand(Expansion expansion) {
            expansion.words.add(word);
        }
    }

    private record Generated(String name) implements Node {
        @Override
        public void expand(Expansion expansion) {
            expansion.words.add(expansion.arguments.next(name));
        }
    }

    private record Sequence(List<Node> nodes) implements Node {
        @Override
        public void expand(Expansion expansion) {
            for (Node node : nodes) {
                node.expand(expansion);
            }
        }
    }

    private record Maybe(Sequence body) implements Node {
        @Override
        public void expand(Expansion expansion) {
            if (expansion.random.nextBoolean()) {
                body.expand(expansion);
            }
        }
    }

    private record Choice(List<Sequence> alternatives) implements Node {
        @Override
        public void expand(Expansion expansion) {
            alternatives.get(expansion.random.nextInt(alternatives.size())).expand(expansion);
        }
    }

    private record Repetition(char kind, Sequence body) implements Node {
        @Override
        public void expand(Expansion expansion) {
            Random random = expansion.random;
            int count =
                    switch (kind) {
                        case '#' -> 1 + random.nextInt(3);
                        case '%' -> expansion.lastCount;
                        default -> unboundedCount(random);
                    };
            if (kind == '#') {
                expansion.lastCount = count;
                int told = random.nextInt(25) == 0 ? count + random.nextInt(3) - 1 : count;
                expansion.words.add(Integer.toString(told).getBytes(ISO_8859_1));
            }
            for (int i = 0; i < count; i++) {
                body.expand(expansion);
            }
        }

        private static int unboundedCount(Random random) {
            int drawn = random.nextInt(200);
            if (drawn == 0) {
                return 1 + random.nextInt(LONGEST_BULK);
            }
            return drawn < 20 ? 5 + random.nextInt(15) : drawn < 120 ? 1 : 2 + random.nextInt(3);
        }
    }
}
