package io.rollcall.local;

/**
 * One webhook as LiveKit would send it.
 *
 * @param id LiveKit's id of the event; retries of one event share it
 * @param event its name, such as {@code participant_joined}
 * @param roomKey the room's name, or its sid where it has none: the order within one key is LiveKit's to keep
 * @param body the JSON to be signed and posted
 */
public record Webhook(String id, String event, String roomKey, String body) {}
