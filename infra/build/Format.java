import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks or applies palantir-java-format over every Java source below a folder; run by Maven with the JDK of the
 * toolchain, because the formatter parses with the compiler of the JVM it runs on (docs/decisions/0002).
 */
public final class Format {
    public static void main(String[] arguments) throws Exception {
        boolean apply = arguments[0].equals("apply");
        Path root = Path.of(arguments[1]);
        var style = JavaFormatterOptions.Style.PALANTIR;
        var formatter = Formatter.createFormatter(
                JavaFormatterOptions.builder().style(style).build());
        List<Path> wrong = new ArrayList<>();
        List<Path> sources;
        try (var walk = Files.walk(root)) {
            sources = walk.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !root.relativize(path).toString().matches("(.*/)?(target|node_modules)/.*"))
                    .sorted()
                    .toList();
        }
        for (Path source : sources) {
            String before = Files.readString(source);
            String after;
            try {
                after = formatter.formatSource(
                        ImportOrderer.reorderImports(RemoveUnusedImports.removeUnusedImports(before), style));
            } catch (Exception e) {
                System.err.println("cannot format " + root.relativize(source) + ": " + e.getMessage());
                wrong.add(source);
                continue;
            }
            if (!after.equals(before)) {
                if (apply) {
                    Files.writeString(source, after);
                    System.out.println("formatted " + root.relativize(source));
                } else {
                    wrong.add(source);
                }
            }
        }
        if (!wrong.isEmpty()) {
            wrong.forEach(path -> System.err.println("not formatted: " + root.relativize(path)));
            System.err.println("Run: mvn -N -Pformat validate");
            System.exit(1);
        }
    }
}
