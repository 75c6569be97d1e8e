package io.rollcall.chaos;

import io.rollcall.local.Rollcall;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program behind {@code ./rollcall chaos}. */
@Command(
        name = "chaos",
        description = "Fault programs. Each starts a stack of its own on free ports, beside any that runs, breaks it on"
                + " purpose, and compares what is left with what must be: see docs/faults.md.",
        synopsisSubcommandLabel = "NAME",
        mixinStandardHelpOptions = true,
        subcommands = {
            MainJobCommand.class,
            CommandsCommand.class,
            LivekitCommand.class,
            QuotaChaosCommand.class,
            ReservationsCommand.class
        })
public final class Chaos {

    /** Runs one fault program; the status is 0 only when every promise was kept. */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        // Before the first logger: Kafka's client says a lot at the level that Logback begins with.
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "io/rollcall/chaos/logging.xml");
        }
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return Rollcall.commandLine(new Chaos());
    }
}
