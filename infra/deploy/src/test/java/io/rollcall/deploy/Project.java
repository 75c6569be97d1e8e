package io.rollcall.deploy;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The repository's files, as those who run the services find them. */
final class Project {

    /** A variable in a file of settings, with what holds without it. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(?::([^}]*))?}");

    private static final Pattern VERSION = Pattern.compile("<([a-z-]+)\\.version>([^<]+)</\\1\\.version>");

    /** The files that a service takes its settings from, the nearest first. */
    private static final List<String> SETTINGS =
            List.of("application.yml", "application.yaml", "application.properties");

    private static final Pattern PREFIX = Pattern.compile("@ConfigurationProperties\\(\"([^\"]+)\"\\)");

    private static final String KIT_DEFAULTS = "services/kit/src/main/resources/rollcall-defaults.properties";

    private final Path root;

    private Project(Path root) {
        this.root = root;
    }

    static Project find() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docker-compose.yml"))) {
            folder = requireNonNull(folder.getParent(), "no docker-compose.yml above this folder");
        }
        return new Project(folder);
    }

    Path root() {
        return root;
    }

    boolean has(String file) {
        return Files.exists(root.resolve(file));
    }

    String text(String file) {
        return read(root.resolve(file));
    }

    Map<String, Object> yaml(String file) {
        return parse(text(file));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> parse(String yaml) {
        return (Map<String, Object>) new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
    }

    Properties properties(String file) {
        var properties = new Properties();
        try {
            properties.load(new StringReader(text(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    /** The names of the services that there are. */
    List<String> services() {
        try (Stream<Path> folders = Files.list(root.resolve("services"))) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> !name.startsWith("kit") && has("services/" + name + "/pom.xml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The versions that the parent pom names, by name. */
    Map<String, String> versions() {
        var versions = new TreeMap<String, String>();
        VERSION.matcher(text("pom.xml")).results().forEach(version -> versions.put(version.group(1), version.group(2)));
        return versions;
    }

    /** The variables that the kit gives every service, with their defaults. */
    Map<String, String> kitVariables() {
        return placeholders(text(KIT_DEFAULTS));
    }

    /** The variables that a service itself names, with their defaults. */
    Map<String, String> ownVariables(String service) {
        return placeholders(settings(service));
    }

    /** The text of a service's own settings. */
    String settings(String service) {
        return SETTINGS.stream()
                .map(name -> "services/" + service + "/src/main/resources/" + name)
                .filter(this::has)
                .findFirst()
                .map(this::text)
                .orElse("");
    }

    /** The properties of our own that the kit sets. */
    Set<String> kitProperties() {
        return ours(properties(KIT_DEFAULTS).stringPropertyNames().stream());
    }

    /** The properties of our own that a service sets. */
    Set<String> ownProperties(String service) {
        return ours(flattened("", parse(settings(service))));
    }

    private static Set<String> ours(Stream<String> properties) {
        return properties.filter(name -> name.startsWith("rollcall.")).collect(Collectors.toCollection(TreeSet::new));
    }

    @SuppressWarnings("unchecked")
    private static Stream<String> flattened(String prefix, Map<String, Object> tree) {
        return tree.entrySet().stream()
                .flatMap(entry -> entry.getValue() instanceof Map<?, ?> branch
                        ? flattened(prefix + entry.getKey() + ".", (Map<String, Object>) branch)
                        : Stream.of(prefix + entry.getKey()));
    }

    /** Whether a settings record of the service or of the kit takes the property, by the text of its source. */
    boolean isRecordComponent(String service, String property) {
        return Stream.of("services/" + service, "services/kit")
                .flatMap(module -> sources(root.resolve(module).resolve("src/main/java")))
                .anyMatch(source -> takes(source, property));
    }

    private static boolean takes(String source, String property) {
        MatchResult prefix = PREFIX.matcher(source).results().findFirst().orElse(null);
        if (prefix == null || !property.startsWith(prefix.group(1) + ".")) {
            return false;
        }
        String path = property.substring(prefix.group(1).length() + 1);
        return Stream.of(path.split("\\."))
                .allMatch(name -> Pattern.compile("[\\w>] " + camelCase(name) + "[,)]")
                        .matcher(source)
                        .find());
    }

    private static String camelCase(String kebab) {
        return Pattern.compile("-(.)")
                .matcher(kebab)
                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    }

    private static Stream<String> sources(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).map(Project::read).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> placeholders(String text) {
        var variables = new TreeMap<String, String>();
        for (MatchResult variable : PLACEHOLDER.matcher(text).results().toList()) {
            variables.put(variable.group(1), variable.group(2) == null ? "" : variable.group(2));
        }
        return variables;
    }
}
