package io.rollcall.kittest;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.junit.jupiter.api.Test;

/**
 * The tests of a service's architecture: a class in the service's own package that implements this has them all.
 *
 * <pre>{@code
 * class ArchitectureTest implements ServiceArchitecture {}
 * }</pre>
 */
public interface ServiceArchitecture {

    /** The package of the service: that of the class which implements this. */
    default String service() {
        return getClass().getPackageName();
    }

    @Test
    default void theDomainIsPure() {
        JavaClasses classes = classes();
        ArchitectureRules.domainIsPure(service()).forEach(rule -> rule.check(classes));
    }

    @Test
    default void theServiceStandsAlone() {
        ArchitectureRules.standsAlone(service()).check(classes());
    }

    @Test
    default void theServicePrintsNothing() {
        ArchitectureRules.printsNothing().check(classes());
    }

    @Test
    default void namesSaySomething() {
        ArchitectureRules.namesSaySomething().check(classes());
    }

    private JavaClasses classes() {
        return ServiceClasses.of(service());
    }
}
