package io.rollcall.kit.decider;

import io.rollcall.kit.auth.Caller;
import io.rollcall.kit.web.RequestId;
import io.rollcall.kit.web.TraceParent;
import io.rollcall.schemas.commands.CommandHeader;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;

/** What the command of an HTTP request says about itself. */
public final class CommandHeaders {

    private CommandHeaders() {}

    /** Who asks, when, and by which ids a request and its trace are found; what the command is called is to come. */
    public static CommandHeader.Builder asked(Caller caller, HttpServletRequest request, Instant at) {
        return CommandHeader.newBuilder()
                .setIssuedAt(at)
                .setAuthor(caller.id())
                .setCorrelationId(RequestId.of(request))
                .setTraceparent(TraceParent.of(request));
    }

    /** The same for a request whose ids follow from its Idempotency-Key, if it has one. */
    public static CommandHeader.Builder asked(
            Caller caller, HttpServletRequest request, Instant at, CommandIds.Ids named) {
        return asked(caller, request, at).setCommandId(named.commandId()).setRepeatable(named.repeatable());
    }
}
