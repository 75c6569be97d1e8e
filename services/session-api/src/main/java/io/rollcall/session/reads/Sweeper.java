package io.rollcall.session.reads;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.SetArgs;
import io.rollcall.kit.log.LogKeys;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Unlinks the keys of generations that are served no more, a few hundred at a time; one instance at a time. */
final class Sweeper {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final int PAGE = 500;

    private final RedisLink link;
    private final Keys keys;
    private final AtomicBoolean sweeping = new AtomicBoolean();

    Sweeper(RedisLink link, Keys keys) {
        this.link = link;
        this.keys = keys;
    }

    /** Starts in the background, unless it goes on already. What is left over by a failure is swept the next time. */
    void sweepSoon() {
        if (sweeping.compareAndSet(false, true)) {
            Thread.ofVirtual().name("sweep-reads").start(() -> {
                try {
                    sweep();
                } catch (CompletionException e) {
                    LOG.atWarn()
                            .addKeyValue(
                                    LogKeys.REASON,
                                    RedisLink.cause(e).getClass().getSimpleName())
                            .log("old reads could not be swept yet");
                } finally {
                    sweeping.set(false);
                }
            });
        }
    }

    private void sweep() {
        byte[] lease = keys.sweeping();
        SetArgs free = SetArgs.Builder.nx().px(LEASE.toMillis());
        if (ask("set", () -> link.commands().set(lease, Keys.bytes("1"), free)) == null) {
            return;
        }
        Set<byte[]> retired = ask("smembers", () -> link.commands().smembers(keys.retired()));
        for (byte[] generation : retired) {
            long count = unlink(ReadModel.string(generation));
            ask("srem", () -> link.commands().srem(keys.retired(), generation));
            LOG.atInfo().addKeyValue(LogKeys.COUNT, count).log("old reads are swept");
        }
        ask("del", () -> link.commands().del(lease));
    }

    private long unlink(String generation) {
        ScanArgs these = ScanArgs.Builder.matches(keys.all(generation)).limit(PAGE);
        ScanCursor cursor = ScanCursor.INITIAL;
        long count = 0;
        do {
            ScanCursor from = cursor;
            KeyScanCursor<byte[]> page = ask("scan", () -> link.commands().scan(from, these));
            if (!page.getKeys().isEmpty()) {
                count += ask(
                        "unlink", () -> link.commands().unlink(page.getKeys().toArray(byte[][]::new)));
            }
            ask("pexpire", () -> link.commands().pexpire(keys.sweeping(), LEASE.toMillis()));
            cursor = page;
        } while (!cursor.isFinished());
        return count;
    }

    private <T> T ask(String name, Supplier<? extends CompletionStage<T>> command) {
        return link.counted(name, command).join();
    }
}
