package io.rollcall.kit.decider;

import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One record for the events topic.
 *
 * @param id the same again when the commands are replayed
 * @param at by the clock of the commands topic
 * @param key whom it is about
 * @param cause the command it came of; null when a timer ran out
 * @param event what happened; null for a bare answer
 * @param answer the command's answer, on the last record that came of it; else null
 * @param state what is so after it
 */
public record Told<E, S>(
        UUID id,
        Instant at,
        String key,
        @Nullable CommandHeader cause,
        @Nullable E event,
        @Nullable Answer answer,
        S state) {}
