package io.rollcall.kit.kafka;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Refuses brokers on which exactly-once is not: before {@code transaction.version} 2 (KIP-890) a late write of a fenced
 * producer could end up in the next transaction.
 */
public final class ExactlyOnceGuard {

    private static final String FEATURE = "transaction.version";
    private static final short NEEDED = 2;

    private ExactlyOnceGuard() {}

    /**
     * Asks the brokers for what they agreed on.
     *
     * @throws UnfitBrokerException when transactions are too old there
     * @throws org.apache.kafka.common.errors.TimeoutException or another retriable exception when nobody answers
     */
    public static void check(Admin admin, Duration timeout) throws InterruptedException {
        FinalizedVersionRange range;
        try {
            range = admin.describeFeatures()
                    .featureMetadata()
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .finalizedFeatures()
                    .get(FEATURE);
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException("no broker answers", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException away) {
                throw away;
            }
            throw new UnfitBrokerException("the broker does not tell its features", e.getCause());
        }
        short has = range == null ? 0 : range.maxVersionLevel();
        if (has < NEEDED) {
            throw new UnfitBrokerException(
                    "exactly-once needs " + FEATURE + " " + NEEDED + " or later, and the brokers have " + has
                            + ": upgrade the feature with kafka-features",
                    null);
        }
    }
}
