package io.rollcall.ingest.webhooks.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.ingest.recording.Delivery;
import io.rollcall.ingest.webhooks.domain.Scan;
import io.rollcall.ingest.webhooks.domain.Webhook;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.nio.ByteBuffer;
import java.time.Instant;

/** Deliveries to the records of {@code livekit-events} and of the dead letters. */
public final class DeliveryMapper {

    /** Seconds from here on are no time of an event: the year 9999. */
    private static final long MAX_SECONDS = 253_402_300_800L;

    private DeliveryMapper() {}

    /** An event as LiveKit told it. */
    public static LivekitEvent event(Delivery delivery, Webhook webhook) {
        var receivedAt = Instant.ofEpochMilli(delivery.receivedAtMillis());
        long created = webhook.createdAtSeconds();
        var event = new LivekitEvent();
        event.setId(delivery.id().toString());
        event.setOccurredAt(created > 0 && created < MAX_SECONDS ? Instant.ofEpochSecond(created) : receivedAt);
        event.setReceivedAt(receivedAt);
        event.setSource(EventSource.WEBHOOK);
        event.setCorrelationId(delivery.correlationId());
        event.setLivekitEventId(webhook.eventId());
        event.setEvent(webhook.event());
        event.setRoomName(webhook.roomName());
        event.setRoomSid(webhook.roomSid());
        event.setParticipantSid(webhook.participantSid());
        event.setIdentity(webhook.identity());
        event.setApiKey(delivery.apiKey());
        event.setPayload(new String(webhook.payload(), UTF_8));
        return event;
    }

    /** A signed body that is no event. */
    public static DeadLetter deadLetter(Delivery delivery, Scan.Unreadable unreadable) {
        byte[] payload = unreadable.payload();
        var letter = new DeadLetter();
        letter.setId(delivery.id().toString());
        letter.setOccurredAt(Instant.ofEpochMilli(delivery.receivedAtMillis()));
        letter.setService(Service.WEBHOOK_INGEST.id());
        letter.setStage(DeadLetterStage.DECODE);
        letter.setCause(unreadable.cause());
        letter.setCorrelationId(delivery.correlationId());
        letter.setSourceTopic("");
        letter.setSourcePartition(-1);
        letter.setSourceOffset(-1);
        letter.setValue(payload == null ? null : ByteBuffer.wrap(payload));
        return letter;
    }
}
