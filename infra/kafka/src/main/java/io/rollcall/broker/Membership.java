package io.rollcall.broker;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/**
 * Which of the nodes of a cluster a broker is.
 *
 * @param clusterId the same for all of them; it is written into their folders when they are new
 * @param nodeId this one's number
 * @param controllers where the controller of each node listens, {@code host:port} by the node's number
 */
public record Membership(String clusterId, int nodeId, Map<Integer, String> controllers) {

    /** Makes sure that it is one of them. */
    public Membership {
        controllers = new LinkedHashMap<>(controllers);
        if (!controllers.containsKey(nodeId)) {
            throw new IllegalArgumentException("node " + nodeId + " is none of " + controllers.keySet());
        }
    }

    /**
     * Reads the controllers as Kafka's {@code controller.quorum.voters} has them: {@code 1@host:port,2@host:port}.
     *
     * @throws IllegalArgumentException when they are not said like that
     */
    public static Membership of(String clusterId, int nodeId, String voters) {
        var controllers = new LinkedHashMap<Integer, String>();
        for (String voter : voters.split(",", -1)) {
            if (!voter.matches("\\d{1,4}@[^@,]+:\\d{1,5}")) {
                throw new IllegalArgumentException("controllers are named as 1@host:port,2@host:port, not " + voter);
            }
            int at = voter.indexOf('@');
            controllers.put(Integer.parseInt(voter.substring(0, at)), voter.substring(at + 1));
        }
        return new Membership(clusterId, nodeId, controllers);
    }

    static Membership alone(int controllerPort) {
        return new Membership(Uuid.randomUuid().toString(), 1, Map.of(1, "127.0.0.1:" + controllerPort));
    }

    boolean isAlone() {
        return controllers.size() == 1;
    }

    String controllerOf(int node) {
        return String.valueOf(controllers.get(node));
    }

    /** As {@code controller.quorum.voters} has them. */
    public String voters() {
        return controllers.entrySet().stream()
                .map(controller -> controller.getKey() + "@" + controller.getValue())
                .collect(Collectors.joining(","));
    }
}
