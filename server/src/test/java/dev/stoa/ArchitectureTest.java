package dev.stoa;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.KvType;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Worker;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** The arrows of the house: surfaces → generation → admission, safety, usage → inference → engine; never back. */
@AnalyzeClasses(packages = "dev.stoa")
final class ArchitectureTest {
    private static final DescribedPredicate<JavaClass> PRODUCTION = DescribedPredicate.describe(
            "are not tests", type -> new ImportOption.DoNotIncludeTests().includes(location(type)));

    private static Location location(JavaClass type) {
        return Location.of(type.getSource().orElseThrow().getUri());
    }

    /** Records of the engine that others may name: the words of a request, and what an operator sets. */
    private static final Set<String> ENGINE_VALUES = Set.of(
            Sampling.class.getName(),
            Scheduling.class.getName(),
            Priority.class.getName(),
            EngineOptions.class.getName(),
            KvType.class.getName(),
            OutputControl.class.getName(),
            Tool.class.getName(),
            ToolChoice.class.getName(),
            ToolChoice.Any.class.getName(),
            ToolChoice.Named.class.getName(),
            Constraint.class.getName(),
            Constraint.JsonSchema.class.getName());

    @ArchTest
    static final ArchRule capabilitiesDoNotKnowTheSurfaces = noClasses()
            .that(PRODUCTION)
            .and(resideOutsideOfPackages("dev.stoa.api..", "dev.stoa.cli.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.stoa.api.."));

    @ArchTest
    static final ArchRule surfacesDoNotKnowEachOther =
            slices().matching("dev.stoa.api.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule generationIsKnownToSurfacesAndConversationsOnly = noClasses()
            .that(PRODUCTION)
            .and(resideOutsideOfPackages(
                    "dev.stoa.generation..", "dev.stoa.api..", "dev.stoa.conversation..", "dev.stoa.cli.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.stoa.generation.."));

    @ArchTest
    static final ArchRule stationsDoNotKnowEachOther = noClasses()
            .that(PRODUCTION)
            .and(resideInAPackage("dev.stoa.admission.."))
            .should()
            .dependOnClassesThat(
                    DescribedPredicate.or(resideInAPackage("dev.stoa.safety.."), resideInAPackage("dev.stoa.usage..")));

    @ArchTest
    static final ArchRule inferenceKnowsNoStation = noClasses()
            .that(PRODUCTION)
            .and(resideInAPackage("dev.stoa.inference.."))
            .should()
            .dependOnClassesThat(resideOutsideOfPackages(
                            "dev.stoa.inference..", "dev.stoa.engine..", "dev.stoa.store..", "dev.stoa.shared..")
                    .and(resideInAPackage("dev.stoa..")));

    @ArchTest
    static final ArchRule sharedKnowsNobody = noClasses()
            .that(PRODUCTION)
            .and(resideInAPackage("dev.stoa.shared.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.stoa..").and(resideOutsideOfPackages("dev.stoa.shared..")));

    @ArchTest
    static final ArchRule onlyTheGateStartsAModel = noClasses()
            .that(PRODUCTION)
            .and(resideOutsideOfPackages("dev.stoa.safety.."))
            .should()
            .callMethod(Inference.class, "start", GenerationRequest.class)
            .because("nothing may reach a model or leave it unjudged");

    @ArchTest
    static final ArchRule onlyInferenceStartsAWorker = noClasses()
            .that(PRODUCTION)
            .and(resideOutsideOfPackages("dev.stoa.inference.."))
            .should()
            .dependOnClassesThat(DescribedPredicate.describe("are workers", type -> type.isAssignableTo(Worker.class)))
            .because("the gate stands before all workers together");

    @ArchTest
    static final ArchRule onlyInferenceRunsTheEngine = noClasses()
            .that(PRODUCTION)
            .and(resideOutsideOfPackages("dev.stoa.inference..", "dev.stoa.engine.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.stoa.engine..")
                    .and(DescribedPredicate.describe(
                            "are not plain values", type -> !ENGINE_VALUES.contains(type.getName()))));

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("dev.stoa.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheCommandLineSpeaksToTheTerminal = noClasses()
            .that(PRODUCTION)
            .and(resideOutsideOfPackages("dev.stoa.cli.."))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace");

    @ArchTest
    static final ArchRule testsWaitForConditions = noClasses()
            .that(DescribedPredicate.not(PRODUCTION))
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .because("a sleep is too short on a slow machine and too long on a fast one");

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes()
            .that(PRODUCTION)
            .and()
            .haveSimpleName("package-info")
            .should()
            .beAnnotatedWith(NullMarked.class);
}
