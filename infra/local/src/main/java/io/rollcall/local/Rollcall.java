package io.rollcall.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program behind {@code ./rollcall}. */
@Command(
        name = "rollcall",
        description = "Rollcall on this machine.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            LogsCommand.class,
            DemoCommand.class,
            ReplayCommand.class,
            TopicsCommand.class,
            RebuildReadsCommand.class
        },
        footer = {
            "",
            "bench NAME and chaos NAME run the benchmarks and the fault programs:",
            "see ./rollcall bench --help and ./rollcall chaos --help."
        })
public final class Rollcall {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The folder in which the stack keeps everything (default: .rollcall in the repository).",
            scope = ScopeType.INHERIT)
    private Path data = home().resolve(".rollcall");

    /** Runs one command; its status is the program's. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return commandLine(new Rollcall());
    }

    /** Runs a program of picocli's: what is in its way is told in a sentence, and its status is 1. */
    public static CommandLine commandLine(Object program) {
        var commandLine = new CommandLine(program);
        commandLine.setExecutionExceptionHandler((failure, command, _) -> {
            switch (failure) {
                case StackException known -> command.getErr().println(known.getMessage());
                case IOException known -> command.getErr().println(known.getMessage());
                case UncheckedIOException known -> command.getErr().println(known.getMessage());
                default -> throw failure;
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        return commandLine;
    }

    DataFolder data() {
        return new DataFolder(data);
    }

    /** The folder of the repository; the script says which. */
    public static Path home() {
        return Path.of(System.getProperty("rollcall.home", "."))
                .toAbsolutePath()
                .normalize();
    }
}
