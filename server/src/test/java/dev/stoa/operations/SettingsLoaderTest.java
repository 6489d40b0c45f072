package dev.stoa.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.KvType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;

/** Flags before variables before the file before the defaults, and errors that name key and place. */
class SettingsLoaderTest {
    @TempDir
    Path folder;

    @Test
    void hasDefaults() {
        StoaSettings settings = load(Map.of());
        assertThat(settings.port()).isEqualTo(8420);
        assertThat(settings.bind()).isEqualTo("127.0.0.1");
        assertThat(settings.dataFolder()).isEqualTo(folder);
        assertThat(settings.modelsFolder()).isEqualTo(folder.resolve("models"));
        assertThat(settings.engine().kvCache()).isNull();
    }

    @Test
    void readsTheFileInTheDataFolder() throws IOException {
        Files.writeString(folder.resolve("stoa.yml"), """
                port: 9000
                model: gemma3-270m:q4_k_m
                engine:
                  kv-cache: 2GB
                  kv-type: int8
                limits:
                  in-flight: 7
                """);
        SettingsLoader loader = SettingsLoader.load(Map.of("data", folder.toString()), null);
        assertThat(loader.settings().port()).isEqualTo(9000);
        assertThat(loader.settings().model()).isEqualTo("gemma3-270m:q4_k_m");
        assertThat(loader.settings().engine().kvCache()).hasToString("2147483648B");
        assertThat(loader.settings().engine().options(1L << 30).kvType()).isEqualTo(KvType.INT8);
        assertThat(loader.environment().getProperty("stoa.limits.in-flight")).isEqualTo("7");
        assertThat(loader.settings().limits().inFlight()).isEqualTo(7);
    }

    @Test
    void readsTheLongerFileNameTooButNotBoth() throws IOException {
        Files.writeString(folder.resolve("stoa.yaml"), "port: 9000\n");
        assertThat(load(Map.of()).port()).isEqualTo(9000);
        Files.writeString(folder.resolve("stoa.yml"), "port: 9001\n");
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("keep one");
    }

    @Test
    void knowsTheSettingsWithinAList() throws IOException {
        String upstreams = "upstreams:\n  - name: gpu\n    url: http://gpu:8000/v1\n    models:\n      - name: big\n";
        Files.writeString(folder.resolve("stoa.yml"), upstreams);
        SettingsLoader loader = SettingsLoader.load(Map.of("data", folder.toString()), null);
        assertThat(loader.environment().getProperty("stoa.upstreams[0].models[0].name"))
                .isEqualTo("big");
        Files.writeString(folder.resolve("stoa.yml"), upstreams + "        alias: huge\n");
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("upstreams[0].models[0].alias")
                .hasMessageContaining("aliases");
    }

    @Test
    void takesAListOfTexts() throws IOException {
        for (String written :
                List.of("mock-models: mock-0-0-8,mock-0-0-9\n", "mock-models: [mock-0-0-8, mock-0-0-9]\n")) {
            Files.writeString(folder.resolve("stoa.yml"), written);
            SettingsLoader loader = SettingsLoader.load(Map.of("data", folder.toString()), null);
            assertThat(Binder.get(loader.environment())
                            .bind("stoa.mock-models", Bindable.listOf(String.class))
                            .get())
                    .containsExactly("mock-0-0-8", "mock-0-0-9");
        }
    }

    @Test
    void letsAFlagBeatTheFile() throws IOException {
        Files.writeString(folder.resolve("stoa.yml"), "port: 9000\n");
        assertThat(load(Map.of("port", "9001")).port()).isEqualTo(9001);
    }

    @Test
    void namesAnUnknownKeyWithFileLineAndWhatWasMeant() throws IOException {
        Path file = Files.writeString(folder.resolve("stoa.yml"), "bind: 0.0.0.0\nprot: 9000\n");
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("'prot' (line 2)")
                .hasMessageContaining("'port'");
    }

    @Test
    void namesABadValueWithItsPlace() throws IOException {
        Files.writeString(folder.resolve("stoa.yml"), "port: many\n");
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("'port'")
                .hasMessageContaining("many")
                .hasMessageContaining("stoa.yml");
        assertThatThrownBy(() -> load(Map.of("port", "x"))).hasMessageContaining("flag --port");
        assertThatThrownBy(() -> load(Map.of("port", "99999"))).hasMessageContaining("0 to 65535");
    }

    @Test
    void bindsTheSettingsOfAllParts() throws IOException {
        Files.writeString(folder.resolve("stoa.yml"), "files:\n  size: abc\n");
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("'files.size' cannot be 'abc'")
                .hasMessageContaining("stoa.yml");
        Files.writeString(folder.resolve("stoa.yml"), "public-url: stoa.example.org\n");
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("https://stoa.example.org");
        Files.writeString(folder.resolve("stoa.yml"), "master-key: sesame\nmaster-key-file: /nope\n");
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("can't both be set")
                .message()
                .doesNotContain("sesame");
    }

    @Test
    void looksAtTheKeysAndFilesThatSettingsName() throws IOException {
        refuses("admin-key: short\n", "STOA_ADMIN_KEY");
        refuses("master-key: abc\n", "stoa.master-key must be 32 bytes");
        refuses("master-key-file: /nope\n", "/nope");
        refuses("usage.kafka: {servers: 'broker:9092', client-file: /nope}\n", "usage.kafka.client-file");
        refuses("limits.store: redis\n", "redis.url");
        refuses("oidc: {issuer: 'https://id.example.org', client-id: c, client-secret-file: /nope}\n", "/nope");
        String upstream = "upstreams: [{name: gpu, url: 'http://gpu/v1', models: [{name: m}%s]%s}]\n";
        refuses(upstream.formatted("", ", key-file: /nope"), "“gpu” can't be read from /nope");
        refuses(upstream.formatted(", {name: m}", ""), "two models are named “m”");
        Files.writeString(folder.resolve("safety-patterns.txt"), "re:(\n");
        refuses("port: 9000\n", "safety-patterns.txt can't be used: line 1");
        assertThat(folder.resolve("master.key")).as("a look changes nothing").doesNotExist();
    }

    private void refuses(String file, String why) throws IOException {
        Files.writeString(folder.resolve("stoa.yml"), file);
        SettingsLoader loader = SettingsLoader.load(Map.of("data", folder.toString()), null);
        assertThatThrownBy(loader::check).isInstanceOf(OperatorException.class).hasMessageContaining(why);
    }

    @Test
    void refusesAFileThatIsNotYaml() throws IOException {
        Path file = Files.writeString(folder.resolve("stoa.yml"), "port: [9000\n");
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(file + " is not valid YAML");
    }

    @Test
    void refusesAConfigFileThatIsNotThere() {
        assertThatThrownBy(() -> SettingsLoader.load(Map.of(), folder.resolve("none.yml")))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("none.yml");
    }

    private StoaSettings load(Map<String, String> flags) {
        Map<String, String> all = new java.util.HashMap<>(flags);
        all.put("data", folder.toString());
        return SettingsLoader.load(all, null).settings();
    }
}
