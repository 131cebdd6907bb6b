package dev.spinel.engine.admin;

import dev.spinel.api.plugin.InfoSection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The sections of INFO and which of them a request names. Engine thread only. */
public final class InfoReport {
    private final List<Section> sections = new ArrayList<>();
    private final List<InfoSection> pluginSections = new ArrayList<>();
    /** Kept, since monitors ask several times a second, and a text that grows anew is most of what that leaves as garbage. */
    private final InfoText text = new InfoText();

    /** When a section is shown though it is not named. */
    enum Shown {
        /** Without arguments, and with {@code default}, {@code all} and {@code everything}. */
        BY_DEFAULT,
        /** With {@code all} and {@code everything}. */
        WITH_ALL
    }

    private record Section(String title, Shown shown, BooleanSupplier exists, Consumer<InfoText> fields) {}

    void add(String title, Shown shown, Consumer<InfoText> fields) {
        add(title, shown, () -> true, fields);
    }

    /** Adds a section that is not always there, even when it is named. */
    void add(String title, Shown shown, BooleanSupplier exists, Consumer<InfoText> fields) {
        sections.add(new Section(title, shown, exists, fields));
    }

    /** Adds a plugin's section; {@code everything}, {@code modules} and its name show it. */
    public void add(InfoSection section) {
        pluginSections.add(section);
    }

    /** Removes a plugin's section. */
    public void remove(InfoSection section) {
        pluginSections.remove(section);
    }

    /** The sections that are named, in a fixed order, each once; those shown by default when none is named. */
    String text(List<String> names) {
        Set<String> wanted = new HashSet<>();
        for (String name : names) {
            wanted.add(name.toLowerCase(Locale.ROOT));
        }
        boolean everything = wanted.contains("everything");
        boolean all = everything || wanted.contains("all");
        boolean byDefault = all || wanted.isEmpty() || wanted.contains("default");
        text.clear();
        for (Section section : sections) {
            boolean isWanted = (section.shown == Shown.BY_DEFAULT ? byDefault : all)
                    || wanted.contains(section.title.toLowerCase(Locale.ROOT));
            if (isWanted && section.exists.getAsBoolean()) {
                text.section(section.title);
                section.fields.accept(text);
            }
        }
        for (InfoSection section : pluginSections) {
            if (everything
                    || wanted.contains("modules")
                    || wanted.contains(section.name().toLowerCase(Locale.ROOT))) {
                text.section(section.name());
                section.fields().get().forEach(text::add);
            }
        }
        return text.toString();
    }
}
