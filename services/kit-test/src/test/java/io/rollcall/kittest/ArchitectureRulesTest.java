package io.rollcall.kittest;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A rule that finds nothing might look at nothing: each is tried on a planted fault. */
class ArchitectureRulesTest {

    private static final String PLANTED = "io.rollcall.kittest.planted";

    private final JavaClasses planted = new ClassFileImporter().importPackages(PLANTED);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "knowsKafka",
                "knowsTheWire",
                "knowsTheEdge",
                "asksTheClock",
                "readsTheClock",
                "throwsDice",
                "holdsAClock",
                "holdsDice"
            })
    void everyImpurityIsFound(String method) {
        assertThat(violations(ArchitectureRules.domainIsPure(PLANTED)))
                .anyMatch(violation -> violation.contains("Impure." + method + "("));
    }

    @Test
    void aDependencyOnAnotherPartOfTheProjectIsFound() {
        assertThat(violations(List.of(ArchitectureRules.standsAlone(PLANTED))))
                .isNotEmpty()
                .allMatch(violation -> violation.contains("io.rollcall.broker.Broker"));
    }

    @Test
    void printingIsFound() {
        assertThat(violations(List.of(ArchitectureRules.printsNothing()))).hasSize(1);
    }

    @Test
    void aNameThatSaysNothingIsFound() {
        assertThat(violations(List.of(ArchitectureRules.namesSaySomething())))
                .singleElement()
                .asString()
                .contains("RosterManager");
    }

    private List<String> violations(List<ArchRule> rules) {
        return rules.stream()
                .flatMap(rule -> rule.evaluate(planted).getFailureReport().getDetails().stream())
                .toList();
    }
}
