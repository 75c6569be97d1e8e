package io.rollcall.kittest;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The classes of a service without its tests: reading them takes a second, so it is done once. */
final class ServiceClasses {

    private static final Map<String, JavaClasses> READ = new ConcurrentHashMap<>();

    private ServiceClasses() {}

    static JavaClasses of(String service) {
        return READ.computeIfAbsent(service, ServiceClasses::read);
    }

    private static JavaClasses read(String service) {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(service);
    }
}
