package dev.spinel.distribution.config;

import dev.spinel.engine.config.ConfigLine;
import dev.spinel.engine.config.ConfigRegistry;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One directive of a YAML file with its place in the text.
 *
 * @param name its name, with the names of the mappings around it and dots
 * @param line its line, from 1
 * @param text the text of that line
 * @param items the value; each item of a list is one element
 * @param isList whether the value is a list
 * @param keyEnd where the key ends in the text
 * @param end where the value ends in the text
 */
record YamlEntry(String name, int line, String text, List<String> items, boolean isList, int keyEnd, int end) {
    /*
     * The text is composed to nodes only; no object is ever constructed from it. So a value keeps its spelling (octal
     * numbers, yes and no), nothing in the file can name a class, and every error has a line and a column.
     */

    /** Directives that stand on a line of their own each time. */
    private static final Set<String> LINE_DIRECTIVES = Set.of(Configuration.RENAME, ConfigRegistry.USER);

    /** Directives of which each item of a list is such a line, while a value that is no list may hold blanks. */
    private static final Set<String> PATH_DIRECTIVES = Set.of("include", "loadmodule");

    static List<YamlEntry> parse(String text, String origin) {
        Node root;
        try {
            root = new Yaml(new SafeConstructor(new LoaderOptions())).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            throw wrong(text, origin, e.getProblemMark(), String.valueOf(e.getProblem()));
        } catch (YAMLException e) {
            throw ConfigurationException.of(origin + ": " + e.getMessage());
        }
        List<YamlEntry> entries = new ArrayList<>();
        if (root == null || root.getTag().equals(Tag.NULL)) {
            return entries;
        }
        new Reader(text, origin, entries).mapping(root, "");
        return entries;
    }

    /** What the lines of a redis.conf with this value have behind the name. */
    List<List<String>> lines() {
        if (isLines(name) || (isList && PATH_DIRECTIVES.contains(name))) {
            return items.stream().map(ConfigLine::split).toList();
        }
        if (!isList) {
            return List.of(items);
        }
        List<String> words =
                items.stream().flatMap(item -> ConfigLine.split(item).stream()).toList();
        return List.of(words.isEmpty() ? List.of("") : words);
    }

    /** Whether the value of a directive is a line, or a list of lines, with words as in a redis.conf. */
    static boolean isLines(String name) {
        return LINE_DIRECTIVES.contains(name);
    }

    private static ConfigurationException wrong(String text, String origin, @Nullable Mark mark, String reason) {
        if (mark == null) {
            return ConfigurationException.of(origin + ": " + reason);
        }
        String where = origin + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
        return ConfigurationException.at(mark.getLine() + 1, lineText(text, mark.getLine()), where + ": " + reason);
    }

    private static String lineText(String text, int index) {
        String[] lines = text.split("\n", -1);
        return index < lines.length ? lines[index].strip() : "";
    }

    /** Walks the nodes of one file. */
    private record Reader(String text, String origin, List<YamlEntry> entries) {
        void mapping(Node node, String prefix) {
            if (!(node instanceof MappingNode mapping)) {
                throw wrong(text, origin, node.getStartMark(), "a mapping of directives to values is expected");
            }
            Set<String> names = new HashSet<>();
            for (NodeTuple tuple : mapping.getValue()) {
                Node key = tuple.getKeyNode();
                if (!(key instanceof ScalarNode scalar)) {
                    throw wrong(text, origin, key.getStartMark(), "the name of a directive is expected");
                }
                String name = prefix + scalar.getValue().toLowerCase(Locale.ROOT);
                if (!names.add(name)) {
                    throw wrong(text, origin, key.getStartMark(), "duplicate key '" + name + "'");
                }
                if (tuple.getValueNode() instanceof MappingNode nested) {
                    mapping(nested, name + ".");
                } else {
                    entries.add(entry(name, key, tuple.getValueNode()));
                }
            }
        }

        private YamlEntry entry(String name, Node key, Node value) {
            List<String> items = new ArrayList<>();
            boolean isList = value instanceof SequenceNode;
            Node last = value;
            if (value instanceof SequenceNode sequence) {
                for (Node item : sequence.getValue()) {
                    items.add(scalar(item));
                    last = item;
                }
                if (!sequence.getFlowStyle().equals(FlowStyle.BLOCK)) {
                    last = value;
                }
            } else {
                items.add(scalar(value));
            }
            int line = key.getStartMark().getLine();
            return new YamlEntry(
                    name,
                    line + 1,
                    lineText(text, line),
                    items,
                    isList,
                    offset(key.getEndMark()),
                    offset(last.getEndMark()));
        }

        private String scalar(Node node) {
            if (!(node instanceof ScalarNode scalar)) {
                throw wrong(text, origin, node.getStartMark(), "a plain value is expected");
            }
            String value = scalar.getValue();
            if (node.getTag().equals(Tag.NULL)) {
                return "";
            } else if (node.getTag().equals(Tag.BOOL) && scalar.isPlain()) {
                return value.equalsIgnoreCase("true") ? "yes" : value.equalsIgnoreCase("false") ? "no" : value;
            }
            return value;
        }

        /** A mark counts code points, a string counts chars. */
        private int offset(Mark mark) {
            return text.offsetByCodePoints(0, mark.getIndex());
        }
    }
}
