package io.rollcall.local;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which LiveKit a stack works with. */
public sealed interface Livekit {

    /** A server that is started and stopped with the stack. */
    record Started(Path program) implements Livekit {}

    /** Somebody else's server; it must send its webhooks to us by its own configuration. */
    record Elsewhere(URI url) implements Livekit {}

    /** The simulator of this project, a test double, started and stopped with the stack. */
    record Simulated(String why) implements Livekit {}

    /** None; webhooks come from replays. */
    record None(String why) implements Livekit {}

    /** The one that {@code --livekit} names; without it, the {@code livekit-server} on the PATH, else the simulator. */
    static Livekit choose(@Nullable String option) {
        if (option == null) {
            return Programs.find("livekit-server")
                    .<Livekit>map(Started::new)
                    .orElseGet(() -> new Simulated("no livekit-server is on the PATH"));
        }
        if (option.equals("none")) {
            return new None("--livekit none");
        }
        if (option.equals("sim")) {
            return new Simulated("--livekit sim");
        }
        if (option.contains("://")) {
            return new Elsewhere(url(option));
        }
        Path program = Path.of(option).toAbsolutePath();
        if (!Files.isExecutable(program) || Files.isDirectory(program)) {
            throw new StackException("--livekit " + option + " is neither a URL nor a program that can be run");
        }
        return new Started(program);
    }

    private static URI url(String option) {
        try {
            URI url = URI.create(option);
            String scheme = url.getScheme();
            if (url.getHost() != null && scheme != null && scheme.matches("https?|wss?")) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new StackException("--livekit " + option + " is not an address such as http://127.0.0.1:7880");
    }
}
