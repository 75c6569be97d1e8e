package io.rollcall.session.cameras.wire;

import static io.rollcall.kit.decider.CommandParts.named;
import static io.rollcall.kit.decider.CommandParts.required;

import io.rollcall.kit.decider.PoisonCommandException;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraEventType;
import io.rollcall.schemas.cameras.CameraLocation;
import io.rollcall.schemas.cameras.CommandReport;
import io.rollcall.schemas.cameras.PutCamera;
import io.rollcall.session.cameras.domain.Camera;
import io.rollcall.session.cameras.domain.CameraDetails;
import io.rollcall.session.cameras.domain.CameraStatus;
import io.rollcall.session.cameras.domain.Command;
import io.rollcall.session.cameras.domain.Event;
import io.rollcall.session.cameras.domain.Location;
import io.rollcall.session.cameras.domain.Sealed;
import io.rollcall.session.cameras.domain.StreamUrl;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Cameras between their rules and their topics. */
public final class CameraMapper {

    private CameraMapper() {}

    static Command command(CameraCommand command) {
        return switch (command.getType()) {
            case REPLACE -> put(command, false);
            case UPSERT -> put(command, true);
            case SET_STATUS ->
                new Command.SetStatus(known(required(command.getSetStatus()).getStatus()));
            case REMOVE -> new Command.Remove();
            case CLAIM -> new Command.Claim();
            case REPORT -> {
                CommandReport it = required(command.getReport());
                yield it.getUndoes().isEmpty()
                        ? new Command.Report(it.getOutcome())
                        : new Command.Unclaim(it.getUndoes());
            }
            case UNKNOWN, NOTHING, TICK -> throw new PoisonCommandException("asks for nothing that is known");
        };
    }

    private static Command put(CameraCommand command, boolean make) {
        PutCamera it = required(command.getPutCamera());
        return new Command.Put(
                named(command.getCameraId(), "camera id"),
                new CameraDetails(
                        named(it.getName(), "name"),
                        it.getNameAr(),
                        named(it.getAgency(), "agency"),
                        new StreamUrl(it.getRtspUrl()),
                        sealed(it.getRtspSecret()),
                        known(it.getStatus()),
                        it.getPtzEnabled(),
                        it.getRecordingServer(),
                        it.getMetadata(),
                        location(it.getLocation())),
                make);
    }

    static CameraEventType type(@Nullable Event event) {
        return switch (event) {
            case null -> CameraEventType.ANSWERED;
            case Event.Added _ -> CameraEventType.CAMERA_ADDED;
            case Event.Changed _ -> CameraEventType.CAMERA_CHANGED;
            case Event.StatusChanged _ -> CameraEventType.STATUS_CHANGED;
            case Event.Removed _ -> CameraEventType.CAMERA_REMOVED;
        };
    }

    /** The agency that has lost the camera with this event; empty when none has. */
    static String agencyLeft(@Nullable Event event) {
        return switch (event) {
            case Event.Changed(CameraDetails details, String agency, CameraStatus _, var _)
            when !agency.equals(details.agency()) -> agency;
            case Event.Removed(String agency, CameraStatus _) -> agency;
            case null, default -> "";
        };
    }

    static io.rollcall.schemas.cameras.@Nullable CameraStatus statusBefore(@Nullable Event event) {
        return switch (event) {
            case Event.Changed changed -> status(changed.status());
            case Event.StatusChanged changed -> status(changed.before());
            case Event.Removed removed -> status(removed.status());
            case null, default -> null;
        };
    }

    static io.rollcall.schemas.cameras.@Nullable Camera record(Camera camera) {
        return switch (camera) {
            case Camera.Nothing() -> null;
            case Camera.Known known -> {
                Sealed secret = known.details().secret();
                yield record(known)
                        .setRtspSecret(secret == null ? null : ByteBuffer.wrap(secret.bytes()))
                        .build();
            }
        };
    }

    /** For the topic of events, which is kept for ever. */
    static io.rollcall.schemas.cameras.@Nullable Camera withoutSecret(Camera camera) {
        return switch (camera) {
            case Camera.Nothing() -> null;
            case Camera.Known known -> record(known).build();
        };
    }

    private static io.rollcall.schemas.cameras.Camera.Builder record(Camera.Known camera) {
        CameraDetails details = camera.details();
        Location location = details.location();
        return io.rollcall.schemas.cameras.Camera.newBuilder()
                .setCameraId(camera.id())
                .setVersion(camera.version())
                .setName(details.name())
                .setNameAr(details.nameAr())
                .setAgency(details.agency())
                .setRtspUrl(details.streamUrl().text())
                .setStatus(status(details.status()))
                .setPtzEnabled(details.ptzEnabled())
                .setRecordingServer(details.recordingServer())
                .setMetadata(details.metadata())
                .setLocation(location == null ? null : location(location))
                .setCreatedAt(camera.createdAt())
                .setUpdatedAt(camera.updatedAt());
    }

    /** The state that a record of the topic holds. */
    static Camera state(io.rollcall.schemas.cameras.Camera record) {
        return new Camera.Known(
                record.getCameraId(),
                record.getVersion(),
                new CameraDetails(
                        record.getName(),
                        record.getNameAr(),
                        record.getAgency(),
                        new StreamUrl(record.getRtspUrl()),
                        sealed(record.getRtspSecret()),
                        known(record.getStatus()),
                        record.getPtzEnabled(),
                        record.getRecordingServer(),
                        record.getMetadata(),
                        location(record.getLocation())),
                record.getCreatedAt(),
                record.getUpdatedAt());
    }

    static io.rollcall.schemas.cameras.CameraStatus status(CameraStatus status) {
        return switch (status) {
            case ONLINE -> io.rollcall.schemas.cameras.CameraStatus.ONLINE;
            case OFFLINE -> io.rollcall.schemas.cameras.CameraStatus.OFFLINE;
            case ERROR -> io.rollcall.schemas.cameras.CameraStatus.ERROR;
        };
    }

    private static CameraStatus known(io.rollcall.schemas.cameras.CameraStatus status) {
        return switch (status) {
            case ONLINE -> CameraStatus.ONLINE;
            case OFFLINE -> CameraStatus.OFFLINE;
            case ERROR -> CameraStatus.ERROR;
            case UNKNOWN -> throw new PoisonCommandException("no status that is known");
        };
    }

    static CameraLocation location(Location location) {
        return new CameraLocation(location.latitude(), location.longitude(), location.address(), location.addressAr());
    }

    private static @Nullable Location location(@Nullable CameraLocation location) {
        return location == null
                ? null
                : new Location(
                        location.getLatitude(),
                        location.getLongitude(),
                        location.getAddress(),
                        location.getAddressAr());
    }

    private static @Nullable Sealed sealed(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return new Sealed(bytes);
    }
}
