package io.rollcall.bench;

import io.rollcall.bench.commands.CommandsCommand;
import io.rollcall.bench.ingest.IngestCommand;
import io.rollcall.bench.live.LiveCommand;
import io.rollcall.bench.quota.QuotaBench;
import io.rollcall.bench.rebuild.RebuildCommand;
import io.rollcall.local.Rollcall;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program behind {@code ./rollcall bench}. */
@Command(
        name = "bench",
        description = {
            "Benchmarks. Each starts a stack of its own on free ports, beside any that runs, prints its figures, and stops"
                    + " what it started. Figures of different machines, or of a machine that does other things, do not"
                    + " compare: see docs/benchmarks.md."
        },
        synopsisSubcommandLabel = "NAME",
        mixinStandardHelpOptions = true,
        subcommands = {
            IngestCommand.class,
            RebuildCommand.class,
            LiveCommand.class,
            CommandsCommand.class,
            QuotaBench.class
        })
public final class Bench {

    /** Runs one benchmark; the status is not 0 when something that was counted does not add up. */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        // Before the first logger: Kafka's client says a lot at the level that Logback begins with.
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "io/rollcall/bench/logging.xml");
        }
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return Rollcall.commandLine(new Bench());
    }
}
