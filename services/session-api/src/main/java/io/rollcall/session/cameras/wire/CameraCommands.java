package io.rollcall.session.cameras.wire;

import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraCommandType;
import io.rollcall.schemas.cameras.CommandReport;
import io.rollcall.schemas.cameras.PutCamera;
import io.rollcall.schemas.cameras.SetCameraStatus;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.session.cameras.domain.CameraDetails;
import io.rollcall.session.cameras.domain.CameraStatus;
import io.rollcall.session.cameras.domain.Location;
import io.rollcall.session.cameras.domain.Sealed;
import java.nio.ByteBuffer;

/** Makes the commands that a camera's topic takes. */
public final class CameraCommands {

    private CameraCommands() {}

    /** Make a camera another one. */
    public static CameraCommand replace(CommandHeader header, String cameraId, CameraDetails details) {
        return put(header, cameraId, CameraCommandType.REPLACE, details);
    }

    /** The same; make it where it is not there. */
    public static CameraCommand upsert(CommandHeader header, String cameraId, CameraDetails details) {
        return put(header, cameraId, CameraCommandType.UPSERT, details);
    }

    private static CameraCommand put(
            CommandHeader header, String cameraId, CameraCommandType type, CameraDetails details) {
        Sealed secret = details.secret();
        Location location = details.location();
        return of(header, cameraId, type)
                .setPutCamera(PutCamera.newBuilder()
                        .setName(details.name())
                        .setNameAr(details.nameAr())
                        .setAgency(details.agency())
                        .setRtspUrl(details.streamUrl().text())
                        .setRtspSecret(secret == null ? null : ByteBuffer.wrap(secret.bytes()))
                        .setStatus(CameraMapper.status(details.status()))
                        .setPtzEnabled(details.ptzEnabled())
                        .setRecordingServer(details.recordingServer())
                        .setMetadata(details.metadata())
                        .setLocation(location == null ? null : CameraMapper.location(location))
                        .build())
                .build();
    }

    /** Give a camera another status. */
    public static CameraCommand setStatus(CommandHeader header, String cameraId, CameraStatus status) {
        return of(header, cameraId, CameraCommandType.SET_STATUS)
                .setSetStatus(new SetCameraStatus(CameraMapper.status(status)))
                .build();
    }

    /** Take a camera out of the catalogue. */
    public static CameraCommand remove(CommandHeader header, String cameraId) {
        return of(header, cameraId, CameraCommandType.REMOVE).build();
    }

    /** Remember that a request was begun. */
    public static CameraCommand claim(CommandHeader header, String id) {
        return of(header, id, CameraCommandType.CLAIM).build();
    }

    /** Remember what became of it; an empty outcome asks. */
    public static CameraCommand report(CommandHeader header, String id, String outcome) {
        return of(header, id, CameraCommandType.REPORT)
                .setReport(new CommandReport(outcome, ""))
                .build();
    }

    /** Forget a claim of which nothing has come. */
    public static CameraCommand unclaim(CommandHeader header, String id, String commandId) {
        return of(header, id, CameraCommandType.REPORT)
                .setReport(new CommandReport("", commandId))
                .build();
    }

    private static CameraCommand.Builder of(CommandHeader header, String id, CameraCommandType type) {
        return CameraCommand.newBuilder().setHeader(header).setCameraId(id).setType(type);
    }
}
