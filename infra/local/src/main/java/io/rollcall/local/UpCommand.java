package io.rollcall.local;

import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code up}: the stack, until Ctrl-C, or in the background. */
@Command(
        name = "up",
        description = "Starts the stack and watches over it until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class UpCommand implements Callable<Integer> {

    private static final String LAUNCHER = "launcher";

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Rollcall rollcall;

    @Option(names = "--detach", description = "Return when everything is ready, and leave it running.")
    private boolean detach;

    @Option(
            names = "--livekit",
            paramLabel = "URL|path|sim|none",
            description = {
                "A LiveKit server that runs elsewhere, or the program to start, or this project's simulator.",
                "Default: the livekit-server on the PATH, if there is one, else the simulator."
            })
    @Nullable
    private String livekit;

    @Option(
            names = "--no-reconcile",
            description = "Do not compare rooms with what LiveKit says, for webhooks that no LiveKit stands behind.")
    private boolean noReconcile;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return detach ? background() : foreground();
    }

    private Stack.Settings settings(DataFolder data) {
        return new Stack.Settings(Rollcall.home(), data, Ports.usual(), Livekit.choose(livekit), !noReconcile);
    }

    private int foreground() throws InterruptedException {
        run(settings(rollcall.data()), System.out);
        if (Optional.ofNullable(System.console()).filter(it -> it.isTerminal()).isPresent()) {
            System.out.println("Ctrl-C stops everything.");
        }
        // Ends by a signal only; the hook then stops the stack.
        new CountDownLatch(1).await();
        return 0;
    }

    /** Starts a stack that is stopped, in order, when this program ends. */
    static Stack run(Stack.Settings settings, PrintStream out) {
        Stack stack = Stack.prepare(settings, out);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            out.println("Stopping.");
                            stack.close();
                        },
                        "stop-stack"));
        out.println("Rollcall starts; its data is in " + settings.data().root());
        stack.start();
        Banner.print(settings, out);
        return stack;
    }

    private int background() throws IOException, InterruptedException {
        DataFolder data = rollcall.data();
        // What can be said at once is said here, by the process that has the terminal.
        Stack.prepare(settings(data), System.out).close();
        Path log = data.freshLog(LAUNCHER);
        Process launcher = new ProcessBuilder(command(data))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        var abort = new Thread(launcher::destroy, "abort");
        Runtime.getRuntime().addShutdownHook(abort);
        boolean up = follow(launcher, log, data);
        Runtime.getRuntime().removeShutdownHook(abort);
        if (!up) {
            return 1;
        }
        System.out.println("It runs in the background: ./rollcall status, ./rollcall logs SERVICE, ./rollcall down.");
        return 0;
    }

    private List<String> command(DataFolder data) {
        var arguments = new ArrayList<>(List.of("--data", data.root().toString(), "up"));
        if (livekit != null) {
            arguments.addAll(List.of("--livekit", livekit));
        }
        if (noReconcile) {
            arguments.add("--no-reconcile");
        }
        return Programs.ownSession(Java.main(
                Rollcall.class.getName(),
                List.of("-XX:TieredStopAtLevel=1", "-Xmx64m", "-Xmn8m", "-Drollcall.home=" + Rollcall.home()),
                arguments));
    }

    /** Shows what the launcher in the background says until its stack is up; false when it ended before. */
    private static boolean follow(Process launcher, Path log, DataFolder data)
            throws IOException, InterruptedException {
        try (var said = new RandomAccessFile(log.toFile(), "r")) {
            while (true) {
                boolean ended = launcher.waitFor(100, TimeUnit.MILLISECONDS);
                Optional<RunFile> run = ended ? Optional.empty() : RunFile.read(data);
                boolean up = run.filter(r -> r.upAt() != null).isPresent()
                        && Files.readString(log).contains(Banner.END);
                byte[] next = new byte[(int) (said.length() - said.getFilePointer())];
                said.readFully(next);
                System.out.print(new String(next, StandardCharsets.UTF_8));
                System.out.flush();
                if (ended || up) {
                    return up;
                }
            }
        }
    }
}
