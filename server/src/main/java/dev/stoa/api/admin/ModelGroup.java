package dev.stoa.api.admin;

import dev.stoa.admission.Scope;
import dev.stoa.admission.ScopeRule;
import dev.stoa.inference.Model;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Models that a rate limit counts together: all of them, or one.
 *
 * @param model null for all of them
 * @param names what they can be asked for by
 */
record ModelGroup(@Nullable String model, String displayName, List<String> names) {
    static final String TYPE = "model_group";

    /**
     * All models, each model that there is, and each that a limit is about.
     *
     * @param owners whose limits are looked at: organization and workspaces
     */
    static List<ModelGroup> all(Set<UUID> owners, List<Model> models, Map<Scope, ScopeRule> set) {
        List<ModelGroup> groups = new ArrayList<>();
        groups.add(new ModelGroup(
                null,
                "All models",
                models.stream().flatMap(ModelGroup::names).distinct().toList()));
        Map<String, ModelGroup> single = new TreeMap<>();
        models.forEach(each -> single.put(
                each.id(),
                new ModelGroup(each.id(), each.displayName(), names(each).toList())));
        for (Scope scope : set.keySet()) {
            String model = scope.model();
            if (model != null && owners.contains(scope.id())) {
                single.putIfAbsent(model, new ModelGroup(model, model, List.of(model)));
            }
        }
        groups.addAll(single.values());
        return groups;
    }

    private static Stream<String> names(Model model) {
        return Stream.concat(Stream.of(model.id()), model.aliases().stream());
    }

    /** Whether this is the one model's own. */
    boolean holds(String name) {
        return model != null && names.contains(name);
    }

    /** The same in every organization. */
    private String id() {
        return "rlg_" + named(model == null ? "" : model);
    }

    /** Of the organization's limits on this group. */
    String entryId(UUID organization) {
        return "rl_" + named(organization + " " + (model == null ? "" : model));
    }

    private static UUID named(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    Scope scope(Scope.Kind kind, UUID id) {
        return new Scope(kind, id, model);
    }

    void describe(ObjectNode json) {
        json.put("group_type", TYPE);
        json.putObject("group").put("type", TYPE).put("id", id()).put("display_name", displayName);
        ArrayNode told = json.putArray("models");
        names.forEach(told::add);
    }
}
