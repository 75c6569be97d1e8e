package io.rollcall.session.reservations.wire;

import io.rollcall.kit.decider.Protocol;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.QuotaEvent;
import org.jspecify.annotations.Nullable;

/** How quota-counter is asked. */
public final class QuotaProtocol implements Protocol<QuotaCommand, QuotaEvent> {

    @Override
    public String name() {
        return "quota";
    }

    @Override
    public Topic<QuotaCommand> commands() {
        return Topics.QUOTA_COMMANDS;
    }

    @Override
    public Topic<QuotaEvent> events() {
        return Topics.QUOTA_EVENTS;
    }

    @Override
    public Topic<QuotaEvent> replies() {
        return Topics.QUOTA_REPLIES;
    }

    @Override
    public boolean decidedElsewhere() {
        return true;
    }

    @Override
    public @Nullable Answer answer(QuotaEvent event) {
        return event.getAnswer();
    }

    @Override
    public QuotaCommand nothing(CommandHeader header) {
        return QuotaCommand.newBuilder()
                .setHeader(header)
                .setType(QuotaCommandType.NOTHING)
                .build();
    }
}
