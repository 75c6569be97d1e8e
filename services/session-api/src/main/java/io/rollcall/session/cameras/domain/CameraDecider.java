package io.rollcall.session.cameras.domain;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rules of the catalogue. */
public final class CameraDecider {

    /** A report of this outcome is of a success; any other word is of a failure. */
    public static final String DONE = "DONE";

    private CameraDecider() {}

    /** What follows from a command. */
    public sealed interface Verdict {

        /** This happens; null: it is so already. */
        record Yes(@Nullable Event event) implements Verdict {}

        /** No. */
        record No(Refusal refusal) implements Verdict {}

        /** What a claimed request came to, as it was reported. */
        record Failed(String outcome) implements Verdict {}
    }

    /** Why not. */
    public enum Refusal {
        /** There is no such camera. */
        NOT_FOUND,
        /** What opens the stream stands in the clear where everybody reads it. */
        NOT_MASKED,
        /** The address is masked, and there is no secret that would fit into its places. */
        NO_SECRET,
        /** Nothing has been reported yet. */
        UNREPORTED,
        /** The request has been taken back. */
        UNCLAIMED
    }

    /** Decides a command. */
    public static Verdict decide(Command command, Camera camera, Instant now) {
        return switch (command) {
            case Command.Put put -> put(put, camera, now);
            case Command.SetStatus(CameraStatus status) ->
                switch (camera) {
                    case Camera.Nothing() -> new Verdict.No(Refusal.NOT_FOUND);
                    case Camera.Known known -> new Verdict.Yes(statusChange(known, status, now));
                };
            case Command.Remove() ->
                switch (camera) {
                    case Camera.Nothing() -> new Verdict.No(Refusal.NOT_FOUND);
                    case Camera.Known known ->
                        new Verdict.Yes(new Event.Removed(
                                known.details().agency(), known.details().status()));
                };
            case Command.Claim() -> new Verdict.Yes(null);
            case Command.Report(String outcome) -> report(outcome);
            case Command.Unclaim _ -> new Verdict.No(Refusal.UNCLAIMED);
        };
    }

    /** What is so after an event. An event that does not fit changes nothing. */
    public static Camera evolve(Camera camera, Event event) {
        return switch (event) {
            case Event.Added(String id, CameraDetails details, Instant at) -> new Camera.Known(id, 1, details, at, at);
            case Event.Changed changed ->
                camera instanceof Camera.Known it ? next(it, changed.details(), changed.at()) : camera;
            case Event.StatusChanged changed ->
                camera instanceof Camera.Known it
                        ? next(it, it.details().with(changed.status()), changed.at())
                        : camera;
            case Event.Removed _ -> new Camera.Nothing();
        };
    }

    private static Camera next(Camera.Known camera, CameraDetails details, Instant at) {
        return new Camera.Known(camera.id(), camera.version() + 1, details, camera.createdAt(), at);
    }

    private static Verdict put(Command.Put put, Camera camera, Instant now) {
        CameraDetails asked = put.details();
        if (!asked.streamUrl().isMasked()) {
            return new Verdict.No(Refusal.NOT_MASKED);
        }
        return switch (camera) {
            case Camera.Nothing() when !put.make() -> new Verdict.No(Refusal.NOT_FOUND);
            case Camera.Nothing() ->
                secret(asked, null)
                        .<Verdict>map(details -> new Verdict.Yes(new Event.Added(put.id(), details, now)))
                        .orElse(new Verdict.No(Refusal.NO_SECRET));
            case Camera.Known known ->
                secret(asked, known.details())
                        .<Verdict>map(details -> new Verdict.Yes(change(known, details, now)))
                        .orElse(new Verdict.No(Refusal.NO_SECRET));
        };
    }

    private static @Nullable Event change(Camera.Known camera, CameraDetails details, Instant now) {
        CameraDetails before = camera.details();
        return details.equals(before) ? null : new Event.Changed(details, before.agency(), before.status(), now);
    }

    private static @Nullable Event statusChange(Camera.Known camera, CameraStatus status, Instant now) {
        CameraStatus before = camera.details().status();
        return status == before ? null : new Event.StatusChanged(status, before, now);
    }

    /** With the secret that belongs into its address: its own, else the stored one, where it fits. */
    private static Optional<CameraDetails> secret(CameraDetails asked, @Nullable CameraDetails stored) {
        if (asked.streamUrl().places().isEmpty()) {
            return Optional.of(asked.with((Sealed) null));
        }
        if (asked.secret() != null) {
            return Optional.of(asked);
        }
        if (stored == null || stored.secret() == null) {
            return Optional.empty();
        }
        boolean fits = stored.streamUrl().places().equals(asked.streamUrl().places());
        return fits ? Optional.of(asked.with(stored.secret())) : Optional.empty();
    }

    private static Verdict report(String outcome) {
        return switch (outcome) {
            case "" -> new Verdict.No(Refusal.UNREPORTED);
            case DONE -> new Verdict.Yes(null);
            default -> new Verdict.Failed(outcome);
        };
    }
}
