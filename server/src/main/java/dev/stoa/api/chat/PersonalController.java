package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.InstructionsView;
import dev.stoa.api.chat.Views.MemoriesView;
import dev.stoa.api.chat.Views.PresetsView;
import dev.stoa.api.chat.Views.ProjectsView;
import dev.stoa.conversation.Personal;
import dev.stoa.conversation.PersonalLimits;
import dev.stoa.identity.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Instructions, memory, presets, projects. */
@RestController
@RequestMapping("/api")
class PersonalController {
    private final Personal personal;
    private final PersonalLimits limits;
    private final ChatJson json;

    PersonalController(Personal personal, PersonalLimits limits, ChatJson json) {
        this.personal = personal;
        this.limits = limits;
        this.json = json;
    }

    @GetMapping("/instructions")
    InstructionsView instructions(Caller caller) {
        return InstructionsView.of(personal.instructions(caller), limits);
    }

    @PutMapping("/instructions")
    InstructionsView putInstructions(Caller caller, HttpServletRequest request) {
        Bodies.InstructionsPut body = json.read(request, Bodies.InstructionsPut.class);
        boolean suggest =
                body.suggestMemory() == null ? personal.instructions(caller).suggestMemory() : body.suggestMemory();
        Personal.Instructions wanted = new Personal.Instructions(
                Bodies.need("text", body.text()), Objects.requireNonNullElse(body.useMemory(), true), suggest);
        return InstructionsView.of(personal.put(caller, wanted), limits);
    }

    @GetMapping("/memories")
    MemoriesView memories(Caller caller) {
        return new MemoriesView(personal.memories(caller));
    }

    @PutMapping("/memories/{id}")
    Personal.Memory putMemory(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.MemoryPut body = json.read(request, Bodies.MemoryPut.class);
        return personal.put(caller, new Personal.Memory(id, Bodies.need("text", body.text())));
    }

    @DeleteMapping("/memories/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void removeMemory(Caller caller, @PathVariable UUID id) {
        personal.removeMemory(caller, id);
    }

    @DeleteMapping("/memory-proposals/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void refuse(Caller caller, @PathVariable UUID id) {
        personal.refuse(caller, id);
    }

    @GetMapping("/presets")
    PresetsView presets(Caller caller) {
        return new PresetsView(personal.presets(caller));
    }

    @PutMapping("/presets/{id}")
    Personal.Preset putPreset(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.PresetPut body = json.read(request, Bodies.PresetPut.class);
        return personal.put(
                caller, new Personal.Preset(id, Bodies.need("name", body.name()), Bodies.need("text", body.text())));
    }

    @DeleteMapping("/presets/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void removePreset(Caller caller, @PathVariable UUID id) {
        personal.removePreset(caller, id);
    }

    @GetMapping("/projects")
    ProjectsView projects(Caller caller) {
        return new ProjectsView(personal.projects(caller));
    }

    @PutMapping("/projects/{id}")
    Personal.Project putProject(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.ProjectPut body = json.read(request, Bodies.ProjectPut.class);
        return personal.putProject(
                caller,
                id,
                Bodies.need("name", body.name()),
                Objects.requireNonNullElse(body.instructions(), ""),
                Bodies.needAll("attachments", body.attachments()));
    }

    @DeleteMapping("/projects/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void removeProject(Caller caller, @PathVariable UUID id) {
        personal.removeProject(caller, id);
    }
}
