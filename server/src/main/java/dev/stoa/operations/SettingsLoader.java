package dev.stoa.operations;

import dev.stoa.shared.CheckedSettings;
import dev.stoa.shared.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.FileSystemResource;

/**
 * Reads the settings in their one order: flags, {@code STOA_*} variables, config file, defaults. A key that nobody reads
 * and a value that does not fit are errors that name key, value and place. All records of settings are bound at once,
 * before anything is started with some of them.
 *
 * @param environment what Spring is started with
 * @param settings the same, bound
 * @param checked those that want a look at what they name
 */
public record SettingsLoader(
        ConfigurableEnvironment environment, StoaSettings settings, List<CheckedSettings> checked) {
    private static final String PREFIX = "stoa.";
    private static final String DEFAULT_FILE = "stoa.yml";
    private static final String OTHER_FILE = "stoa.yaml";

    /**
     * Reads this process's environment.
     *
     * @param flags given on the command line, by key without {@code stoa.}
     * @param configFile from {@code --config}; null means {@code stoa.yml} in the data folder, where there is one
     * @throws OperatorException if something is wrong with them
     */
    public static SettingsLoader load(Map<String, String> flags, @Nullable Path configFile) {
        StandardEnvironment environment = new StandardEnvironment();
        MutablePropertySources sources = environment.getPropertySources();
        sources.addFirst(flags(flags));
        Path file = configFile != null ? configFile : defaultFile(environment);
        SettingsKeys keys = SettingsKeys.scan();
        if (configFile != null || Files.exists(file)) {
            sources.addLast(file(file, keys));
        }
        List<CheckedSettings> checked = new ArrayList<>();
        keys.prefixes().forEach((type, prefix) -> {
            if (bind(environment, prefix, type) instanceof CheckedSettings settings) {
                checked.add(settings);
            }
        });
        return new SettingsLoader(environment, bind(environment, "stoa", StoaSettings.class), List.copyOf(checked));
    }

    /**
     * Looks at the keys, secrets and files that the settings name.
     *
     * @throws OperatorException if a start would fail for one of them
     */
    public void check() {
        for (CheckedSettings each : checked) {
            try {
                each.check(settings.dataFolder(), settings.limits());
            } catch (OperatorException e) {
                throw e;
            } catch (RuntimeException e) {
                throw new OperatorException(String.valueOf(e.getMessage()), e);
            }
        }
    }

    /**
     * Other settings, bound as Spring will.
     *
     * @param prefix without {@code stoa.}
     * @throws OperatorException if something is wrong with them
     */
    public <T> T bound(String prefix, Class<T> type) {
        return bind(environment, PREFIX + prefix, type);
    }

    /** The file lies in the data folder, so that folder itself can only come from a flag or a variable. */
    private static Path defaultFile(ConfigurableEnvironment environment) {
        String data =
                Binder.get(environment).bind(PREFIX + "data", String.class).orElse("");
        Path folder = data.isBlank() ? Folders.data() : Folders.expand(data);
        Path file = folder.resolve(DEFAULT_FILE);
        Path other = folder.resolve(OTHER_FILE);
        if (Files.exists(file) && Files.exists(other)) {
            throw new OperatorException("There are both %s and %s: keep one.".formatted(file, other));
        }
        return Files.exists(other) ? other : file;
    }

    private static PropertySource<?> flags(Map<String, String> flags) {
        Map<String, Object> values = new LinkedHashMap<>();
        flags.forEach((key, value) ->
                values.put(PREFIX + key, OriginTrackedValue.of(value, new Named("flag --" + flag(key)))));
        return new OriginTrackedMapPropertySource("flags", values);
    }

    private static String flag(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    /** A place in words. */
    private record Named(String name) implements Origin {
        @Override
        public String toString() {
            return name;
        }
    }

    private static PropertySource<?> file(Path file, SettingsKeys keys) {
        if (!Files.isReadable(file)) {
            throw new OperatorException("There is no readable config file " + file.toAbsolutePath() + ".");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (PropertySource<?> document : read(file)) {
            for (String key : ((EnumerablePropertySource<?>) document).getPropertyNames()) {
                Object value = document.getProperty(key);
                Origin origin = ((OriginTrackedMapPropertySource) document).getOrigin(key);
                if (!keys.known(PREFIX + key)) {
                    throw new OperatorException("%s: there is no setting '%s'%s.%s"
                            .formatted(file.toAbsolutePath(), key, line(origin), keys.hint(PREFIX + key)));
                }
                if (value != null) {
                    values.put(PREFIX + key, OriginTrackedValue.of(value, origin));
                }
            }
        }
        return new OriginTrackedMapPropertySource("config file", values);
    }

    private static List<PropertySource<?>> read(Path file) {
        try {
            return new YamlPropertySourceLoader().load("config file", new FileSystemResource(file));
        } catch (IOException | RuntimeException e) {
            // The YAML library throws its own unchecked kinds; each message names the line.
            throw new OperatorException("%s is not valid YAML: %s".formatted(file.toAbsolutePath(), e.getMessage()), e);
        }
    }

    private static String line(@Nullable Origin origin) {
        String text = String.valueOf(origin);
        int at = text.lastIndexOf(" - ");
        return at < 0 ? "" : " (line " + text.substring(at + 3).replaceFirst(":.*", "") + ")";
    }

    private static <T> T bind(ConfigurableEnvironment environment, String name, Class<T> type) {
        try {
            return Binder.get(environment).bindOrCreate(name, type);
        } catch (BindException e) {
            throw new OperatorException(explain(e), e);
        }
    }

    /** A value that does not fit, in a sentence. */
    public static String explain(BindException failure) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
        ConfigurationProperty property = failure.getProperty();
        if (property == null) {
            return "A setting is out of range: %s.".formatted(root.getMessage());
        }
        return "The setting '%s' cannot be '%s' (%s): %s"
                .formatted(
                        property.getName().toString().replaceFirst("^stoa\\.", ""),
                        property.getValue(),
                        property.getOrigin() == null ? "a default" : property.getOrigin(),
                        root.getMessage());
    }

    /** The values as Spring shall see them, whatever they came from. */
    public MapPropertySource resolved() {
        return new MapPropertySource(
                "stoa",
                Map.of(
                        "stoa.port", settings.port(),
                        "stoa.bind", settings.bind(),
                        "stoa.data", settings.dataFolder().toString(),
                        "stoa.models", settings.modelsFolder().toString()));
    }
}
