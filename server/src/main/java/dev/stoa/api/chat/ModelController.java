package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.ModelView;
import dev.stoa.identity.Caller;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Model;
import dev.stoa.inference.ModelStatus;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The models that can be asked. */
@RestController
class ModelController {
    private final Inference inference;

    ModelController(Inference inference) {
        this.inference = inference;
    }

    record Loading(String model, String phase, long doneBytes, long totalBytes) {

        /** Null unless the default model is on its way. */
        static @Nullable Loading of(ModelStatus status) {
            return switch (status.phase()) {
                case DOWNLOADING, LOADING ->
                    new Loading(
                            status.model(),
                            status.phase().name().toLowerCase(Locale.ROOT),
                            status.doneBytes(),
                            status.totalBytes());
                case READY, FAILED, CLOSED -> null;
            };
        }
    }

    record ModelsView(List<ModelView> models, @Nullable Loading loading) {}

    @GetMapping("/api/models")
    ModelsView models(Caller caller) {
        List<Model> models = inference.models();
        List<ModelView> views = IntStream.range(0, models.size())
                .mapToObj(i -> ModelView.of(models.get(i), i == 0))
                .toList();
        return new ModelsView(views, Loading.of(inference.status()));
    }
}
