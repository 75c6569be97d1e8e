package io.rollcall.local;

import io.rollcall.local.Capture.Delivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code replay}: a capture's webhooks, signed anew and posted as LiveKit would. */
@Command(
        name = "replay",
        description = {
            "Signs the webhooks of a capture anew and posts them in their order, one at a time for each room, with"
                    + " LiveKit's retries.",
            "Its status is 1 when one of them was not acknowledged."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ReplayCommand implements Callable<Integer> {

    private static final int WAITING = 256;
    private static final int SHOWN_FAILURES = 10;
    private static final Duration LAST_ANSWERS_WITHIN = Duration.ofMinutes(2);

    @Parameters(
            paramLabel = "FILE",
            description = "A file of recorded deliveries, or the name of one in infra/captures.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Post N per second (default: as fast as they are acknowledged).")
    private double rate;

    @Mixin
    private Webhooks webhooks = new Webhooks();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rate < 0) {
            throw new StackException("--rate must be more than 0");
        }
        List<Delivery> deliveries = Capture.read(List.of(find(file))).deliveries();
        System.out.println("Posting " + deliveries.size() + " webhooks to " + webhooks.target());
        long begin = System.nanoTime();
        Collection<Receipt> receipts;
        try (var sender = new Sender(webhooks.target(), webhooks.signer(), WAITING)) {
            for (int i = 0; i < deliveries.size(); i++) {
                if (rate > 0) {
                    awaitTurn(begin, i);
                }
                sender.send(deliveries.get(i).webhook());
            }
            receipts = sender.finish(LAST_ANSWERS_WITHIN);
        } catch (TimeoutException e) {
            throw new StackException("Some webhooks still have no answer after " + LAST_ANSWERS_WITHIN.toMinutes()
                    + " minutes; given up.");
        }
        return report(receipts, Duration.ofNanos(System.nanoTime() - begin)) ? 0 : 1;
    }

    private void awaitTurn(long begin, int number) {
        long turn = begin + (long) (number * 1e9 / rate);
        long wait;
        while ((wait = turn - System.nanoTime()) > 0) {
            LockSupport.parkNanos(wait);
        }
    }

    private static boolean report(Collection<Receipt> receipts, Duration took) {
        List<Receipt> failed =
                receipts.stream().filter(r -> r.acknowledgedAt() == null).toList();
        long retried = receipts.stream()
                .filter(r -> r.acknowledgedAt() != null && r.attempts() > 1)
                .count();
        System.out.printf(
                Locale.ROOT,
                "%d acknowledged (%d of them after a retry), %d failed, in %.1f s: %.0f per second%n",
                receipts.size() - failed.size(),
                retried,
                failed.size(),
                took.toMillis() / 1000.0,
                receipts.size() * 1e9 / took.toNanos());
        failed.stream()
                .limit(SHOWN_FAILURES)
                .forEach(r -> System.out.println("  " + r.webhook().event() + " "
                        + r.webhook().id() + ": " + r.problem() + " after " + r.attempts() + " attempts"));
        if (failed.size() > SHOWN_FAILURES) {
            System.out.println("  and " + (failed.size() - SHOWN_FAILURES) + " more");
        }
        return failed.isEmpty();
    }

    private static Path find(Path file) {
        if (Files.isRegularFile(file)) {
            return file;
        }
        Path shipped = Rollcall.home().resolve("infra/captures").resolve(file);
        if (Files.isRegularFile(shipped)) {
            return shipped;
        }
        throw new StackException("There is no file " + file + ", here or in infra/captures.");
    }
}
