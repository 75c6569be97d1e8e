package io.rollcall.sim.node;

import io.rollcall.sim.protocol.LivekitIds;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import livekit.LivekitModels.BackupCodecPolicy;
import livekit.LivekitModels.SimulcastCodecInfo;
import livekit.LivekitModels.TimedVersion;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitModels.VideoLayer;

/** Tracks as LiveKit describes those of its own client SDKs. */
final class Tracks {

    private static final int WIDTH = 320;
    private static final int HEIGHT = 180;
    private static final int BITRATE = 180_000;

    private Tracks() {}

    @SuppressWarnings("deprecation") // LiveKit still sends the layers beside the codecs
    static TrackInfo of(TrackKind kind, int position, LivekitIds ids, Instant now) {
        String mid = Integer.toString(7 + position);
        var codec = SimulcastCodecInfo.newBuilder()
                .setMid(mid)
                .setCid(new UUID(ids.number() * 0x1_0000_0003L, ids.number() * 0x1_0000_0007L).toString())
                .setVideoLayerMode(VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM);
        var track = TrackInfo.newBuilder()
                .setSid(ids.track(kind.letters()))
                .setMid(mid)
                .setStream("camera")
                .setVersion(TimedVersion.newBuilder().setUnixMicro(ChronoUnit.MICROS.between(Instant.EPOCH, now)));
        return switch (kind) {
            case MICROPHONE ->
                track.setName("mic")
                        .setType(TrackType.AUDIO)
                        .setSource(TrackSource.MICROPHONE)
                        .setMimeType("audio/red")
                        .addCodecs(codec.setMimeType("audio/red"))
                        .setBackupCodecPolicy(BackupCodecPolicy.SIMULCAST)
                        .build();
            case CAMERA -> {
                var layer = VideoLayer.newBuilder()
                        .setWidth(WIDTH)
                        .setHeight(HEIGHT)
                        .setBitrate(BITRATE)
                        .setSsrc(ids.number())
                        .build();
                yield track.setName("cam")
                        .setType(TrackType.VIDEO)
                        .setSource(TrackSource.CAMERA)
                        .setWidth(WIDTH)
                        .setHeight(HEIGHT)
                        .addLayers(layer)
                        .setMimeType("video/VP8")
                        .addCodecs(codec.setMimeType("video/VP8").addLayers(layer))
                        .build();
            }
        };
    }
}
