package io.rollcall.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code rebuild-reads}: what is read from Redis is built anew from the log, while it goes on being read. */
@Command(
        name = "rebuild-reads",
        description = {
            "Builds what session-api reads from Redis anew from the log, beside what is served, and puts it in its place.",
            "Nobody who reads or writes notices. Stopping this command does not stop it."
        },
        mixinStandardHelpOptions = true)
final class RebuildReadsCommand implements Callable<Integer> {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final int MANAGEMENT_OFFSET = 1_000;
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final int NOT_FOUND = 404;

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Rollcall rollcall;

    @Parameters(paramLabel = "SUBJECT", arity = "0..*", description = "What is rebuilt, as sessions (default: all).")
    private List<String> subjects = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        URI endpoint = RunFile.read(rollcall.data()).stream()
                .flatMap(run -> run.parts().stream())
                .filter(entry -> entry.name().equals(Parts.SESSION_API))
                .map(entry -> management(entry.readiness()))
                .findFirst()
                .orElseThrow(() -> new StackException("No session-api runs here: start the stack with ./rollcall up."));
        try (HttpClient http = HttpClient.newHttpClient()) {
            List<String> all =
                    subjects.isEmpty() ? List.copyOf(look(http, endpoint).propertyNames()) : subjects;
            for (String subject : all) {
                begin(http, endpoint, subject);
                follow(http, endpoint, subject);
            }
        }
        return 0;
    }

    private static URI management(URI readiness) {
        return URI.create(
                "http://" + readiness.getHost() + ":" + (readiness.getPort() + MANAGEMENT_OFFSET) + "/rebuild-reads");
    }

    private static void begin(HttpClient http, URI endpoint, String subject) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(
                http,
                HttpRequest.newBuilder(URI.create(endpoint + "/" + subject)).POST(HttpRequest.BodyPublishers.noBody()));
        if (answer.statusCode() == NOT_FOUND) {
            throw new StackException("There is nothing called " + subject + " to be rebuilt.");
        }
        if (answer.statusCode() != ACCEPTED) {
            throw new StackException(subject + " cannot be rebuilt: "
                    + JSON.readTree(answer.body()).path("reason").asString(""));
        }
    }

    private static void follow(HttpClient http, URI endpoint, String subject) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            JsonNode status = look(http, endpoint).path(subject);
            long records = status.path("records").asLong();
            double seconds = (System.nanoTime() - begin) / 1e9;
            switch (status.path("state").asString("")) {
                case "running" ->
                    System.out.printf(
                            "%s: %d read, at most %d to go%n",
                            subject, records, status.path("toGo").asLong());
                case "done" -> {
                    System.out.printf(
                            Locale.ROOT, "%s: rebuilt from %d records in %.1f s%n", subject, records, seconds);
                    return;
                }
                case "failed" ->
                    throw new StackException(subject + " was not rebuilt, what was there is served as before: "
                            + status.path("reason").asString(""));
                default -> throw new StackException("session-api was started anew meanwhile; start the rebuild again.");
            }
            Thread.sleep(BETWEEN_LOOKS);
        }
    }

    private static JsonNode look(HttpClient http, URI endpoint) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(http, HttpRequest.newBuilder(endpoint));
        if (answer.statusCode() != OK) {
            throw new StackException(endpoint + " answers " + answer.statusCode());
        }
        return JSON.readTree(answer.body());
    }

    private static HttpResponse<String> send(HttpClient http, HttpRequest.Builder request) throws InterruptedException {
        HttpRequest built = request.timeout(ANSWER_WITHIN).build();
        try {
            return http.send(built, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new StackException("session-api does not answer at " + built.uri() + "; see ./rollcall status.", e);
        }
    }
}
