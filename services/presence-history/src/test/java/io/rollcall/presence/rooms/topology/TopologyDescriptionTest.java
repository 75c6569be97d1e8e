package io.rollcall.presence.rooms.topology;

import io.rollcall.kittest.ApprovedTopology;
import io.rollcall.kittest.FixedRegistry;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A node or a store that gets another name, or another place, is a deliberate act: state hangs on them. */
class TopologyDescriptionTest {

    @Test
    void theTopologyIsTheOneThatWasApproved() throws IOException {
        ApprovedTopology.check(
                PresenceDriver.topology(new FixedRegistry()).describe().toString(), "topology.txt");
    }
}
