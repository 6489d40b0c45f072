package dev.stoa.inference.routing;

import dev.stoa.inference.ModelCard;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version of a model, as an operator wrote it down. One of the id of a model that this server's settings name adds to
 * what is known of that.
 *
 * @param id the name in the API
 * @param displayName for people
 * @param contextLength the longest prompt plus answer in tokens; 0 for what the server's own model of the id has
 * @param card the rest of what clients and the ledger want to know
 * @param deployments where it runs; none where the server's own model of the id is meant
 * @param shadow another version that gets copies of its requests; null for none
 */
public record ModelVersion(
        String id,
        String displayName,
        int contextLength,
        ModelCard card,
        List<Deployment> deployments,
        @Nullable Shadow shadow) {

    /**
     * A place where a version runs.
     *
     * @param upstream the name of an upstream of the catalogue; null for what this server's settings name
     * @param model its name there
     * @param weight its share of the requests, relative to the others'; at least 1
     */
    public record Deployment(@Nullable String upstream, String model, int weight) {
        /** For the log and metrics. */
        public String name() {
            return upstream == null ? model : upstream + "/" + model;
        }
    }

    /**
     * Copies for another version, whose answers nobody sees.
     *
     * @param percent of the requests, 1 to 100
     */
    public record Shadow(String version, int percent) {}

    public ModelVersion {
        deployments = List.copyOf(deployments);
    }
}
