package io.rollcall.chaos;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes and ends sessions at session-api, every request under an Idempotency-Key of its own. */
final class SessionClient {

    private static final String SESSIONS = "/v1/realtime/sessions";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern ID = Pattern.compile("\"id\":\"(sess_[0-9a-z]{24})\"");

    private final PatientClient client;

    SessionClient(PatientClient client) {
        this.client = client;
    }

    /**
     * What became of a request.
     *
     * @param number which it was
     * @param sessionId whom the answer is about; empty for an error
     */
    record Done(int number, String sessionId, PatientClient.Answer answer) {}

    /** Makes the session of this number. */
    Done create(int number) throws InterruptedException {
        return ask(number, "POST", SESSIONS, "create-" + number);
    }

    /** Ends a session. */
    Done delete(int number, String sessionId) throws InterruptedException {
        return ask(number, "DELETE", SESSIONS + "/" + sessionId, "delete-" + number);
    }

    /** Status by id of the caller's sessions, as the first instance lists them. */
    Map<String, String> statuses() throws IOException, InterruptedException {
        var statuses = new TreeMap<String, String>();
        String after = "";
        while (true) {
            JsonNode page =
                    JSON.readTree(client.get(SESSIONS + "?limit=100" + after)).path("data");
            if (page.isEmpty()) {
                return statuses;
            }
            for (JsonNode session : page) {
                String id = session.path("id").asString();
                statuses.put(id, session.path("status").asString());
                after = "&after=" + id;
            }
        }
    }

    private Done ask(int number, String method, String path, String key) throws InterruptedException {
        PatientClient.Answer answer = client.ask(number, method, path, key, null);
        Matcher id = ID.matcher(answer.body());
        return new Done(number, id.find() ? id.group(1) : "", answer);
    }
}
