package io.rollcall.kittest;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchRule;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** What holds for the code of every service. {@link ServiceArchitecture} checks one against it. */
public final class ArchitectureRules {

    private static final String ROOT = "io.rollcall.";
    private static final List<String> SHARED = List.of(ROOT + "schemas", ROOT + "kit");

    /** Calls that answer differently each time, by the class that has them. */
    private static final Map<String, Set<String>> CLOCKS_AND_DICE = Map.of(
            "java.lang.System", Set.of("currentTimeMillis", "nanoTime", "getenv", "getProperty"),
            "java.lang.Math", Set.of("random"),
            "java.util.UUID", Set.of("randomUUID"));

    private ArchitectureRules() {}

    /** A domain package knows no framework, no wire format, no clock, no dice, and no other part of its service. */
    public static List<ArchRule> domainIsPure(String service) {
        return List.of(
                noClasses()
                        .that()
                        .resideInAPackage("..domain..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "org.springframework..",
                                "org.apache.kafka..",
                                "org.apache.avro..",
                                "tools.jackson..",
                                "com.fasterxml.jackson..",
                                "com.google.protobuf..",
                                "io.livekit..",
                                "livekit..",
                                "jakarta..",
                                "org.slf4j..",
                                "io.micrometer..",
                                "java.net.http..",
                                "java.nio.file..",
                                "java.sql..")
                        .because("the domain is plain Java: commands, events, states and what follows from them"),
                noClasses()
                        .that()
                        .resideInAPackage("..domain..")
                        .should()
                        .dependOnClassesThat(describe(
                                "are of another part of the project than a domain package of " + service,
                                target -> target.getPackageName().startsWith(ROOT)
                                        && !(isIn(target, service) && isDomain(target))))
                        .because("wire, topology and edge know the domain, and it knows none of them"),
                noClasses()
                        .that()
                        .resideInAPackage("..domain..")
                        .should()
                        .callMethodWhere(asksAClockOrThrowsDice())
                        .because(
                                "time, ids and configuration are arguments: what was decided once is decided so again"),
                noClasses()
                        .that()
                        .resideInAPackage("..domain..")
                        .should()
                        .dependOnClassesThat()
                        .areAssignableTo(Clock.class)
                        .orShould()
                        .dependOnClassesThat()
                        .areAssignableTo(Random.class)
                        .orShould()
                        .dependOnClassesThat()
                        .areAssignableTo(ThreadLocalRandom.class)
                        .because("time and chance are arguments"));
    }

    /** A service shares schemas and the kit with the others, and nothing else. */
    public static ArchRule standsAlone(String service) {
        return noClasses()
                .should()
                .dependOnClassesThat(describe(
                        "are of another service or of the infrastructure",
                        target -> target.getPackageName().startsWith(ROOT)
                                && !isIn(target, service)
                                && SHARED.stream().noneMatch(shared -> isIn(target, shared))))
                .because("services talk only through Kafka topics");
    }

    /** Everything that a service says goes to its log. */
    public static ArchRule printsNothing() {
        return noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace", PrintStream.class)
                .because("logs have fixed keys, and only programs that people start print");
    }

    /** Names say what a thing is, not that it is a thing. */
    public static ArchRule namesSaySomething() {
        return noClasses()
                .should()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Service")
                .because("the words for these are in the table of names");
    }

    private static DescribedPredicate<JavaMethodCall> asksAClockOrThrowsDice() {
        return describe("asks a clock, the environment or dice", call -> {
            AccessTarget.MethodCallTarget target = call.getTarget();
            String owner = target.getOwner().getName();
            return CLOCKS_AND_DICE.getOrDefault(owner, Set.of()).contains(target.getName())
                    || (owner.startsWith("java.time.") && target.getName().equals("now"));
        });
    }

    private static boolean isIn(JavaClass target, String packageName) {
        return target.getPackageName().equals(packageName)
                || target.getPackageName().startsWith(packageName + ".");
    }

    private static boolean isDomain(JavaClass target) {
        return (target.getPackageName() + ".").contains(".domain.");
    }
}
