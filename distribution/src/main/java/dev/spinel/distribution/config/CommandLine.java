package dev.spinel.distribution.config;

import dev.spinel.engine.config.ConfigLine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of the program: {@code [file] [--directive value ...] [-]}.
 *
 * @param file the configuration file, null for none
 * @param readsStandardInput whether directives follow on standard input
 * @param settings the directives among the arguments
 */
public record CommandLine(@Nullable Path file, boolean readsStandardInput, List<Setting> settings) {
    /*
     * The rules of redis-server 7.0.15. The first argument is a file unless it starts with '-'. A lone '-' counts as the
     * first or the last argument. '--name' starts a directive and the arguments up to the next '--' are its value; but the
     * argument right after a name is a value even if it starts with '--', except after --save, where an empty value may be
     * left out. '--name value' as one argument is complete and may take further words.
     */
    private static final String ORIGIN = "command line";

    /**
     * Reads the arguments.
     *
     * @throws ConfigurationException when one has unbalanced quotes
     */
    public static CommandLine parse(String... args) {
        Path file = null;
        int first = 0;
        if (args.length > 0 && !args[0].startsWith("-")) {
            file = Path.of(args[0]).toAbsolutePath();
            first = 1;
        }
        boolean standardInput = false;
        List<List<String>> directives = new ArrayList<>();
        boolean complete = true;
        for (int i = first; i < args.length; i++) {
            String arg = args[i];
            if (arg.equals("-") && (i == 0 || i == args.length - 1)) {
                standardInput = true;
            } else if (complete && arg.startsWith("--")) {
                List<String> words = option(arg, directives.size() + 1);
                directives.add(words);
                complete = words.size() > 1;
                boolean last = i == args.length - 1;
                if (!complete && words.get(0).equals("save") && (last || args[i + 1].startsWith("--"))) {
                    words.add("");
                    complete = true;
                }
            } else {
                if (directives.isEmpty()) {
                    directives.add(new ArrayList<>());
                }
                directives.get(directives.size() - 1).add(arg);
                complete = true;
            }
        }
        return new CommandLine(file, standardInput, settings(directives));
    }

    private static List<String> option(String arg, int number) {
        try {
            List<String> words = new ArrayList<>(ConfigLine.split(arg.substring(2)));
            if (words.isEmpty()) {
                words.add("");
            }
            words.set(0, words.get(0).toLowerCase(Locale.ROOT));
            return words;
        } catch (IllegalArgumentException e) {
            throw ConfigurationException.at(number, arg, "Unbalanced quotes in configuration line");
        }
    }

    private static List<Setting> settings(List<List<String>> directives) {
        List<Setting> settings = new ArrayList<>();
        for (List<String> words : directives) {
            StringBuilder text = new StringBuilder(words.get(0));
            for (String word : words.subList(1, words.size())) {
                text.append(" \"").append(word).append('"');
            }
            settings.add(new Setting(List.copyOf(words), ORIGIN, settings.size() + 1, text.toString()));
        }
        return settings;
    }
}
