package dev.stoa.operations;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** The keys that some record of settings in this house reads; they are the records' components, nothing is listed twice. */
final class SettingsKeys {
    /** Stands for all elements of a list. */
    private static final String ANY_ELEMENT = "[0]";

    private final Set<String> keys = new TreeSet<>();
    private final Map<Class<?>, String> prefixes = new LinkedHashMap<>();

    private SettingsKeys() {}

    /** Looks through the packages of Stoa; some tens of milliseconds. */
    static SettingsKeys scan() {
        SettingsKeys found = new SettingsKeys();
        var provider = new ClassPathScanningCandidateComponentProvider(false);
        provider.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        for (var candidate : provider.findCandidateComponents("dev.stoa")) {
            Class<?> type = ClassUtils.resolveClassName(
                    Objects.requireNonNull(candidate.getBeanClassName()), SettingsKeys.class.getClassLoader());
            ConfigurationProperties annotation =
                    Objects.requireNonNull(type.getAnnotation(ConfigurationProperties.class));
            String prefix = annotation.prefix().isEmpty() ? annotation.value() : annotation.prefix();
            found.prefixes.put(type, prefix);
            found.add(prefix, type);
        }
        return found;
    }

    /** The records, each with the prefix of its keys. */
    Map<Class<?>, String> prefixes() {
        return prefixes;
    }

    private void add(String prefix, Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        if (components == null) {
            return;
        }
        for (RecordComponent component : components) {
            String key = prefix + "." + dashed(component.getName());
            if (component.getType().isRecord()) {
                add(key, component.getType());
            } else if (elementOf(component) instanceof Class<?> element && element.isRecord()) {
                add(key + ANY_ELEMENT, element);
            } else {
                keys.add(key);
            }
        }
    }

    /** What a list is of; null for what is no list. */
    private static @Nullable Type elementOf(RecordComponent component) {
        return component.getGenericType() instanceof ParameterizedType list && list.getRawType() == List.class
                ? list.getActualTypeArguments()[0]
                : null;
    }

    private static String dashed(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
    }

    boolean known(String key) {
        ConfigurationPropertyName name = name(key.replaceAll("\\[\\d+]", ANY_ELEMENT));
        // A list's element is stoa.some-list[0].
        return keys.stream().map(SettingsKeys::name).anyMatch(known -> known.equals(name) || known.isAncestorOf(name));
    }

    private static ConfigurationPropertyName name(String key) {
        return ConfigurationPropertyName.adapt(key, '.');
    }

    /** The known key that looks most like it, in a sentence; empty where none does. */
    String hint(String key) {
        return keys.stream()
                .min(Comparator.comparingInt(known -> distance(known, key)))
                .filter(known -> distance(known, key) <= 3)
                .map(known -> " Did you mean '" + known.substring("stoa.".length()) + "'?")
                .orElse(" Known are: " + String.join(", ", keys).replace("stoa.", ""));
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[b.length()];
    }
}
