package dev.stoa.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The engine is a library: nothing but the JDK at run time (annotations excepted), and no cycles between its parts. */
@AnalyzeClasses(packages = "dev.stoa.engine", importOptions = ImportOption.DoNotIncludeTests.class)
class DependencyTest {
    @ArchTest
    static final ArchRule NOTHING_BUT_THE_JDK = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "jdk.incubator.vector..", "dev.stoa.engine..", "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.stoa.engine.(*)..").should().beFreeOfCycles();
}
