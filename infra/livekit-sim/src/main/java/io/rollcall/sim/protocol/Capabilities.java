package io.rollcall.sim.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/**
 * {@code ParticipantInfo.capabilities}, which LiveKit 1.13.5 sends and the Java SDK 0.13.0 does not know: kept as an
 * unknown field, so that it is on the wire in both encodings.
 */
public final class Capabilities {

    static final String FIELD = "capabilities";
    private static final int NUMBER = 21;
    private static final List<String> NAMES =
            List.of("CAP_UNUSED", "CAP_PACKET_TRAILER", "CAP_COMPRESSION_DEFLATE_RAW");

    /** What LiveKit's present client SDKs can do. */
    private static final UnknownFieldSet PRESENT_CLIENT = UnknownFieldSet.newBuilder()
            .addField(
                    NUMBER,
                    UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFrom(new byte[] {1, 2}))
                            .build())
            .build();

    private Capabilities() {}

    /** The participant with the capabilities of a present client. */
    public static void give(ParticipantInfo.Builder participant) {
        participant.setUnknownFields(PRESENT_CLIENT);
    }

    /** Their names; null for a message that has no such field. */
    static @Nullable List<String> of(Message message) {
        if (!(message instanceof ParticipantInfo participant)) {
            return null;
        }
        var names = new ArrayList<String>();
        for (ByteString packed : participant.getUnknownFields().getField(NUMBER).getLengthDelimitedList()) {
            try {
                CodedInputStream values = packed.newCodedInput();
                while (!values.isAtEnd()) {
                    names.add(NAMES.get(values.readEnum()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return names;
    }
}
