package io.rollcall.schemas;

import static java.util.Objects.requireNonNull;

import com.microsoft.kiota.ApiException;
import io.apicurio.registry.rest.client.RegistryClient;
import io.apicurio.registry.rest.client.models.CreateArtifact;
import io.apicurio.registry.rest.client.models.CreateRule;
import io.apicurio.registry.rest.client.models.CreateVersion;
import io.apicurio.registry.rest.client.models.IfArtifactExists;
import io.apicurio.registry.rest.client.models.ProblemDetails;
import io.apicurio.registry.rest.client.models.Rule;
import io.apicurio.registry.rest.client.models.RuleType;
import io.apicurio.registry.rest.client.models.RuleViolationProblemDetails;
import io.apicurio.registry.rest.client.models.SearchedVersion;
import io.apicurio.registry.rest.client.models.SortOrder;
import io.apicurio.registry.rest.client.models.VersionContent;
import io.apicurio.registry.rest.client.models.VersionSearchResults;
import io.apicurio.registry.rest.client.models.VersionSortBy;
import io.apicurio.registry.rest.client.models.VersionState;
import io.kiota.http.jdk.JDKRequestAdapter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Apicurio Registry through its own client. An id is Apicurio's content id, which is what its serdes put on the wire by
 * default, in Confluent's layout. Answers are kept for ever, so that a registry that goes away later stops nobody; making
 * one asks nothing, so that one that is away stops no start.
 *
 * <p>While the registry cannot be reached, callers are told at once instead of waiting one after the other: it is asked
 * again at most twice a second.
 */
public final class ApicurioRegistry implements SchemaRegistry, AutoCloseable {

    private static final String GROUP = "default";
    private static final String AVRO = "AVRO";
    private static final String FULL_TRANSITIVE = "FULL_TRANSITIVE";
    private static final int CONFLICT = 409;
    /**
     * Contents are compared as they are, not in Apicurio's canonical form: an id must stand for exactly what is written,
     * down to the order of the fields, and what that form levels is the server's affair.
     */
    private static final boolean EXACT = false;

    private static final int NOT_FOUND = 404;
    private static final String JSON = "application/json";
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);
    /** Twice in some hundred starts of a registry one call stayed without an answer while it answered all others. */
    private static final int ATTEMPTS = 2;

    private final URI url;
    private final Duration timeout;
    private final HttpClient http;
    private final RegistryClient client;
    /**
     * Not virtual ones: the first question loads hundreds of classes, and who waits for another thread's class keeps its
     * carrier, of which a small machine has two.
     */
    private final ExecutorService calls = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("registry-", 0).factory());

    private final ReentrantLock oneCallAtATime = new ReentrantLock();
    private final ConcurrentMap<Subject, Integer> ids = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, Schema> schemas = new ConcurrentHashMap<>();
    private final ConcurrentMap<Subject, Failure> notRegistered = new ConcurrentHashMap<>();
    private volatile @Nullable Failure unreachable;

    private record Subject(String name, Schema schema) {}

    /** What went wrong, and until when there is no point in asking again. */
    private record Failure(String message, long until) {

        static Failure now(String message) {
            return new Failure(message, System.nanoTime() + PAUSE_AFTER_FAILURE.toNanos());
        }

        boolean isFresh() {
            return System.nanoTime() - until < 0;
        }
    }

    /**
     * Makes a client; nothing is asked yet.
     *
     * @param url where Apicurio listens, such as {@code http://127.0.0.1:8090}
     * @param timeout how long one question may take; at half of it it is asked again
     */
    public ApicurioRegistry(URI url, Duration timeout) {
        this.url = url;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .executor(calls)
                .build();
        var adapter = new JDKRequestAdapter(http);
        adapter.setBaseUrl(url.toString().replaceFirst("/+$", "") + "/apis/registry/v3");
        this.client = new RegistryClient(adapter);
    }

    @Override
    public int id(String subject, Schema schema) {
        var key = new Subject(subject, schema);
        Integer known = ids.get(key);
        if (known != null) {
            return known;
        }
        oneCallAtATime.lock();
        try {
            known = ids.get(key);
            if (known != null) {
                return known;
            }
            Failure failure = notRegistered.get(key);
            if (failure != null && failure.isFresh()) {
                throw new RegistryUnavailableException(failure.message());
            }
            Integer found = find(subject, schema);
            if (found == null) {
                failure = Failure.now("the registry at " + url + " does not have this version of " + subject
                        + ": run the deploy step that registers the schemas of this release");
                notRegistered.put(key, failure);
                throw new RegistryUnavailableException(failure.message());
            }
            ids.put(key, found);
            schemas.put(found, schema);
            notRegistered.remove(key);
            return found;
        } finally {
            oneCallAtATime.unlock();
        }
    }

    @Override
    public Schema schema(int id) {
        Schema known = schemas.get(id);
        if (known != null) {
            return known;
        }
        oneCallAtATime.lock();
        try {
            known = schemas.get(id);
            if (known != null) {
                return known;
            }
            Schema schema = parse(id, content(id));
            schemas.put(id, schema);
            return schema;
        } finally {
            oneCallAtATime.unlock();
        }
    }

    /**
     * Registers a schema under a subject unless it is there, and has every later version checked against all others in
     * both directions.
     *
     * @return the id
     * @throws IncompatibleSchemaException when the registry refuses it next to the versions that it has
     */
    int register(String subject, Schema schema) {
        var content = new VersionContent();
        content.setContent(schema.toString());
        content.setContentType(JSON);
        var version = new CreateVersion();
        version.setContent(content);
        var artifact = new CreateArtifact();
        artifact.setArtifactId(subject);
        artifact.setArtifactType(AVRO);
        artifact.setFirstVersion(version);
        int id;
        try {
            var created = ask(() -> client.groups().byGroupId(GROUP).artifacts().post(artifact, request -> {
                var query = requireNonNull(request.queryParameters);
                query.ifExists = IfArtifactExists.FIND_OR_CREATE_VERSION;
                query.canonical = EXACT;
            }));
            id = id(requireNonNull(created.getVersion()).getContentId());
        } catch (ApiException e) {
            String violation = ruleViolation(e);
            if (violation != null) {
                throw new IncompatibleSchemaException(subject, violation, e);
            }
            throw unavailable(e);
        }
        requireFullTransitive(subject);
        ids.put(new Subject(subject, schema), id);
        schemas.put(id, schema);
        return id;
    }

    private void requireFullTransitive(String subject) {
        var rules = client.groups()
                .byGroupId(GROUP)
                .artifacts()
                .byArtifactId(subject)
                .rules();
        try {
            if (ask(rules::get).contains(RuleType.COMPATIBILITY)) {
                var rule = new Rule();
                rule.setRuleType(RuleType.COMPATIBILITY);
                rule.setConfig(FULL_TRANSITIVE);
                ask(() -> rules.byRuleType(RuleType.COMPATIBILITY.getValue()).put(rule));
            } else {
                var rule = new CreateRule();
                rule.setRuleType(RuleType.COMPATIBILITY);
                rule.setConfig(FULL_TRANSITIVE);
                ask(() -> {
                    rules.post(rule);
                    return true;
                });
            }
        } catch (ApiException e) {
            // A conflict: another instance of the deploy step has just set it.
            if (e.getResponseStatusCode() != CONFLICT) {
                throw unavailable(e);
            }
        }
    }

    private @Nullable Integer find(String subject, Schema schema) {
        byte[] content = schema.toString().getBytes(StandardCharsets.UTF_8);
        VersionSearchResults found;
        try {
            found = ask(() -> client.search().versions().post(new ByteArrayInputStream(content), JSON, request -> {
                var query = requireNonNull(request.queryParameters);
                query.groupId = GROUP;
                query.artifactId = subject;
                query.artifactType = AVRO;
                query.canonical = EXACT;
                query.orderby = VersionSortBy.GlobalId;
                query.order = SortOrder.Desc;
            }));
        } catch (ApiException e) {
            throw unavailable(e);
        }
        for (SearchedVersion version : requireNonNull(found.getVersions())) {
            if (version.getState() != VersionState.DISABLED) {
                return id(version.getContentId());
            }
        }
        return null;
    }

    private String content(int id) {
        try {
            return ask(() -> {
                InputStream body =
                        client.ids().contentIds().byContentId((long) id).get();
                try (body) {
                    return new String(requireNonNull(body).readAllBytes(), StandardCharsets.UTF_8);
                }
            });
        } catch (ApiException e) {
            if (e.getResponseStatusCode() == NOT_FOUND) {
                throw new SerializationException("the registry at " + url + " has no schema of id " + id);
            }
            throw unavailable(e);
        }
    }

    private static Schema parse(int id, String content) {
        try {
            return new Schema.Parser().parse(content);
        } catch (AvroRuntimeException e) {
            throw new SerializationException("what the registry has under id " + id + " is no Avro schema", e);
        }
    }

    private static int id(@Nullable Long contentId) {
        return Math.toIntExact(requireNonNull(contentId, "the registry gave no content id"));
    }

    /**
     * The client knows no time limit of its own, so each call runs where it can be given up. A question is the same when it
     * is asked again: at half time it is, on a connection of its own beside the first, and the first answer counts.
     */
    private <T> T ask(Callable<T> question) {
        Failure before = unreachable;
        if (before != null && before.isFresh()) {
            throw new RegistryUnavailableException(before.message());
        }
        var answers = new ExecutorCompletionService<T>(calls);
        List<Future<T>> asked = new ArrayList<>();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                asked.add(answers.submit(question));
                Future<T> answer = answers.poll(timeout.toMillis() / ATTEMPTS, TimeUnit.MILLISECONDS);
                if (answer != null) {
                    T value = answer.get();
                    unreachable = null;
                    return value;
                }
            }
            throw unreachable("does not answer within " + timeout.toMillis() + " ms", null);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ApiException api && api.getResponseStatusCode() > 0) {
                throw api;
            }
            throw unreachable("cannot be reached: " + ioMessage(e), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("interrupted while asking the registry at " + url, e);
        } finally {
            asked.forEach(call -> call.cancel(true));
        }
    }

    private RegistryUnavailableException unreachable(String what, @Nullable Throwable cause) {
        Failure failure = Failure.now("the registry at " + url + " " + what
                + "; what was asked before goes on, new schemas wait until it is back");
        unreachable = failure;
        return cause == null
                ? new RegistryUnavailableException(failure.message())
                : new RegistryUnavailableException(failure.message(), cause);
    }

    private RegistryUnavailableException unavailable(ApiException e) {
        return new RegistryUnavailableException(
                "the registry at " + url + " answers with status " + e.getResponseStatusCode(), e);
    }

    /** Nothing when the answer is another one. */
    private static @Nullable String ruleViolation(ApiException e) {
        if (e instanceof RuleViolationProblemDetails problem) {
            return problem.getTitle();
        }
        // What the registry really sends, with status 400.
        return e instanceof ProblemDetails problem && "RuleViolationException".equals(problem.getName())
                ? problem.getTitle()
                : null;
    }

    private static String ioMessage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return cause.getMessage() == null
                        ? cause.getClass().getSimpleName()
                        : cause.getClass().getSimpleName() + ": " + cause.getMessage();
            }
        }
        return failure.toString();
    }

    @Override
    public void close() {
        http.shutdownNow();
        calls.shutdownNow();
    }
}
