package dev.stoa.inference.routing;

import dev.stoa.shared.SecretBox;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** The catalogue's tables. Triggers announce every change. Thread-safe. */
final class CatalogueStore {
    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient jdbc;
    private final SecretBox secrets;
    private final Clock clock;

    CatalogueStore(JdbcClient jdbc, SecretBox secrets, Clock clock) {
        this.jdbc = jdbc;
        this.secrets = secrets;
        this.clock = clock;
    }

    Catalogue read() {
        List<Catalogue.Entry> versions = jdbc.sql("SELECT document, created_at FROM catalogue_version")
                .query((row, _) -> new Catalogue.Entry(
                        JSON.readValue(row.getString("document"), ModelVersion.class),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
        List<Alias> aliases = jdbc.sql("SELECT document FROM catalogue_alias")
                .query((row, _) -> JSON.readValue(row.getString("document"), Alias.class))
                .list();
        List<Catalogue.Upstream> upstreams = jdbc.sql("SELECT document, sealed_key FROM catalogue_upstream")
                .query((row, _) -> new Catalogue.Upstream(
                        JSON.readValue(row.getString("document"), UpstreamServer.class), row.getBytes("sealed_key")))
                .list();
        return new Catalogue(
                byName(versions, entry -> entry.version().id()),
                byName(aliases, Alias::name),
                byName(upstreams, each -> each.server().name()));
    }

    private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
        return all.stream().collect(Collectors.toMap(name, each -> each));
    }

    /** Changes of the catalogue wait for each other until the transaction ends, so that what was checked stays true. */
    void lock() {
        jdbc.sql("LOCK TABLE catalogue_version, catalogue_alias, catalogue_upstream IN SHARE ROW EXCLUSIVE MODE")
                .update();
    }

    void put(ModelVersion version) {
        jdbc.sql("""
                        INSERT INTO catalogue_version (id, document, created_at) VALUES (?, ?::jsonb, ?)
                        ON CONFLICT (id) DO UPDATE SET document = excluded.document
                        """)
                .params(
                        version.id(),
                        JSON.writeValueAsString(version),
                        clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }

    void put(Alias alias) {
        jdbc.sql("""
                        INSERT INTO catalogue_alias (name, document) VALUES (?, ?::jsonb)
                        ON CONFLICT (name) DO UPDATE SET document = excluded.document
                        """).params(alias.name(), JSON.writeValueAsString(alias)).update();
    }

    /** @param key null keeps the one that is there; empty removes it */
    void put(UpstreamServer server, @Nullable String key) {
        jdbc.sql("""
                        INSERT INTO catalogue_upstream (name, document) VALUES (?, ?::jsonb)
                        ON CONFLICT (name) DO UPDATE SET document = excluded.document
                        """).params(server.name(), JSON.writeValueAsString(server)).update();
        if (key != null) {
            jdbc.sql("UPDATE catalogue_upstream SET sealed_key = ? WHERE name = ?")
                    .param(key.isEmpty() ? null : secrets.seal(owner(server.name()), key))
                    .param(server.name())
                    .update();
        }
    }

    /** The upstream's key; empty where it has none. */
    String key(Catalogue.Upstream upstream) {
        byte[] sealed = upstream.sealedKey();
        return sealed == null ? "" : secrets.open(owner(upstream.server().name()), sealed);
    }

    private static String owner(String upstream) {
        return "upstream:" + upstream;
    }

    boolean deleteVersion(String id) {
        return jdbc.sql("DELETE FROM catalogue_version WHERE id = ?").param(id).update() > 0;
    }

    boolean deleteAlias(String name) {
        return jdbc.sql("DELETE FROM catalogue_alias WHERE name = ?")
                        .param(name)
                        .update()
                > 0;
    }

    boolean deleteUpstream(String name) {
        return jdbc.sql("DELETE FROM catalogue_upstream WHERE name = ?")
                        .param(name)
                        .update()
                > 0;
    }
}
