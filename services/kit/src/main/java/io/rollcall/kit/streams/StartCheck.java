package io.rollcall.kit.streams;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/** Something that must be so before a service's topologies may run. A service makes it a bean. */
@FunctionalInterface
public interface StartCheck {

    /**
     * Looks at the cluster, whose topics are there.
     *
     * @throws io.rollcall.kit.kafka.UnfitBrokerException when it is not so, which ends the process
     * @throws org.apache.kafka.common.errors.RetriableException when nobody answers, which is tried again
     */
    void check(Admin admin) throws InterruptedException, ExecutionException, java.util.concurrent.TimeoutException;
}
