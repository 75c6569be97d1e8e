package io.rollcall.gateway.connections;

import io.rollcall.gateway.channels.Archive;
import io.rollcall.gateway.channels.Channels.Lookup;
import io.rollcall.gateway.channels.Stream;
import io.rollcall.gateway.channels.Stream.Advance;
import io.rollcall.gateway.channels.Stream.Joining;
import io.rollcall.gateway.channels.Subscriber;
import io.rollcall.gateway.channels.Subscription;
import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.connections.Timers.Timer;
import io.rollcall.gateway.connections.domain.Access;
import io.rollcall.gateway.connections.domain.ConnectionState;
import io.rollcall.gateway.connections.domain.ConnectionState.Closed;
import io.rollcall.gateway.connections.domain.ConnectionState.Connected;
import io.rollcall.gateway.connections.domain.ConnectionState.Heartbeat;
import io.rollcall.gateway.connections.domain.ConnectionState.Refused;
import io.rollcall.gateway.connections.domain.ConnectionState.Session;
import io.rollcall.gateway.connections.domain.ConnectionState.Silent;
import io.rollcall.gateway.connections.domain.ConnectionState.User;
import io.rollcall.gateway.protocol.Command;
import io.rollcall.gateway.protocol.Command.Resume;
import io.rollcall.gateway.protocol.Disconnect;
import io.rollcall.gateway.protocol.Encoding;
import io.rollcall.gateway.protocol.ErrorCode;
import io.rollcall.gateway.protocol.Reply;
import io.rollcall.gateway.protocol.UnsubscribeCode;
import io.rollcall.gateway.tokens.ConnectionClaims;
import io.rollcall.gateway.tokens.SubscriptionClaims;
import io.rollcall.gateway.tokens.TokenCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: takes its commands in order and answers each before it looks at the next. Knows nothing of
 * what carries it. Its lock is taken before the lock of a stream, never behind it.
 */
public final class ClientConnection implements Conversation {

    private final GatewayContext context;
    private final Transport transport;
    private final Encoding encoding;
    private final String handshakeToken;
    private final Map<String, Held> held = new HashMap<>(2);
    private final List<Held> behind = new ArrayList<>(0);
    private final Deque<Command> pending = new ArrayDeque<>(2);

    /** Changed under the lock; a stream asks it what its subscriber may read. */
    private volatile ConnectionState state = new Silent();

    /** The channels that the latest token of the connection names: it may have them, whoever's they are. */
    private Set<String> namedChannels = Set.of();

    private boolean waiting;
    private @Nullable Timer heartbeatTimer;
    private @Nullable Timer expiryTimer;
    private volatile boolean somebodyBehind;

    /** A new connection, with the token of the request that opened it; empty when it had none. */
    public ClientConnection(GatewayContext context, Transport transport, Encoding encoding, String handshakeToken) {
        this.context = context;
        this.transport = transport;
        this.encoding = encoding;
        this.handshakeToken = handshakeToken;
    }

    /** How far this instance has come in the log, as far as a command cares. */
    private enum Knowledge {
        AS_IT_IS,
        CAUGHT_UP,
        CANNOT_CATCH_UP
    }

    /** What became of a command. */
    private enum Progress {
        DONE,
        WANTS_TO_CATCH_UP
    }

    @Override
    public synchronized void opened() {
        heartbeatTimer = context.timers().after(context.limits().connectWithin(), this::stillSilent);
        // Last: it may end it at once.
        context.connections().opened(this);
    }

    @Override
    public synchronized boolean receive(byte[] bytes, int offset, int length) {
        if (state instanceof Closed) {
            return true;
        }
        pending.addAll(encoding.decode(bytes, offset, length));
        return work();
    }

    @Override
    public void drained() {
        if (somebodyBehind) {
            advanceAll();
        }
    }

    @Override
    public synchronized void closed() {
        release();
    }

    /** Ends the connection. */
    public synchronized void close(Disconnect reason) {
        if (!(state instanceof Closed)) {
            release();
            transport.close(reason);
        }
    }

    private boolean work() {
        while (!waiting) {
            Command command = pending.poll();
            if (command == null) {
                return true;
            }
            take(command, Knowledge.AS_IT_IS);
        }
        return false;
    }

    private void take(Command command, Knowledge knowledge) {
        Progress progress = switch (state) {
            case Silent silent -> first(silent, command, knowledge);
            case Connected connected -> next(connected, command, knowledge);
            // Sent before the client knew that it was refused, or closed.
            case Refused refused -> Progress.DONE;
            case Closed closed -> Progress.DONE;
        };
        if (progress == Progress.WANTS_TO_CATCH_UP) {
            catchUpFor(command);
        }
    }

    private Progress first(Silent silent, Command command, Knowledge knowledge) {
        if (command instanceof Command.Connect connect) {
            return connect(silent, connect, knowledge);
        }
        close(Disconnect.BAD_REQUEST);
        return Progress.DONE;
    }

    private Progress next(Connected connected, Command command, Knowledge knowledge) {
        switch (command) {
            case Command.Subscribe subscribe -> {
                return subscribe(connected, subscribe, knowledge);
            }
            case Command.Unsubscribe unsubscribe -> unsubscribe(unsubscribe);
            case Command.History history -> history(connected, history);
            case Command.Publish publish -> publish(publish);
            case Command.Presence(long id, String channel) -> notOnFeeds(id, channel, ErrorCode.NOT_AVAILABLE);
            case Command.PresenceStats(long id, String channel) -> notOnFeeds(id, channel, ErrorCode.NOT_AVAILABLE);
            case Command.Ping(long id) -> send(new Reply.Ponged(id));
            case Command.Send send -> {}
            case Command.Rpc(long id) -> fail(id, ErrorCode.NOT_AVAILABLE);
            case Command.Refresh refresh -> refresh(connected, refresh);
            case Command.SubRefresh refresh -> refresh(connected, refresh);
            case Command.Pong pong -> pong(connected);
            case Command.Connect again -> close(Disconnect.BAD_REQUEST);
            case Command.Malformed malformed -> close(Disconnect.BAD_REQUEST);
        }
        return Progress.DONE;
    }

    // Connect, refresh, expiry

    private Progress connect(Silent silent, Command.Connect connect, Knowledge knowledge) {
        String token = connect.token().isEmpty() ? handshakeToken : connect.token();
        if (token.isEmpty() && context.tokenRequired()) {
            close(Disconnect.INVALID_TOKEN);
            return Progress.DONE;
        }
        if (token.isEmpty()) {
            return begin(silent, connect, new User.Anonymous(), null, Access.ALL, Set.of(), knowledge);
        }
        switch (context.tokens().connection(token, now())) {
            case TokenCheck.Valid<ConnectionClaims>(ConnectionClaims claims) -> {
                return begin(
                        silent,
                        connect,
                        new User.Known(claims.user()),
                        claims.expiresAt(),
                        access(claims),
                        claims.channels(),
                        knowledge);
            }
            case TokenCheck.Expired<ConnectionClaims>() -> refuse(silent, connect.id(), ErrorCode.TOKEN_EXPIRED);
            case TokenCheck.Invalid<ConnectionClaims>() -> close(Disconnect.INVALID_TOKEN);
            // The error is temporary: the client comes back with the same token.
            case TokenCheck.Unknown<ConnectionClaims>() -> refuse(silent, connect.id(), ErrorCode.INTERNAL);
        }
        return Progress.DONE;
    }

    private Progress begin(
            Silent silent,
            Command.Connect connect,
            User user,
            @Nullable Instant expiresAt,
            Access access,
            Set<String> channels,
            Knowledge knowledge) {
        if (channels.size() > context.limits().channels()) {
            close(Disconnect.CHANNEL_LIMIT);
            return Progress.DONE;
        }
        Map<String, Reply.Subscription> subs = new LinkedHashMap<>();
        List<Held> joined = new ArrayList<>();
        for (String channel : channels) {
            if (isSubscribedInSameFrame(channel)) {
                continue;
            }
            if (!(open(channel) instanceof Lookup.Feed feed)) {
                abandon(joined);
                refuse(silent, connect.id(), ErrorCode.UNKNOWN_CHANNEL);
                return Progress.DONE;
            }
            Held candidate = new Held(channel, feed.stream(), true, true);
            joined.add(candidate);
            Resume resume = connect.subs().getOrDefault(channel, Resume.ANEW);
            Reply.Subscription start = join(candidate, null, resume, null, knowledge, false);
            if (start == null) {
                abandon(joined);
                if (knowledge == Knowledge.AS_IT_IS) {
                    return Progress.WANTS_TO_CATCH_UP;
                }
                refuse(silent, connect.id(), ErrorCode.INTERNAL);
                return Progress.DONE;
            }
            subs.put(channel, start);
        }
        if (!context.connections().admit(user, context.limits().userConnections())) {
            abandon(joined);
            close(Disconnect.CONNECTION_LIMIT);
            return Progress.DONE;
        }
        var session = new Session(context.clientIds().get(), user, expiresAt, access);
        state = silent.connect(session);
        namedChannels = channels;
        send(new Reply.Connected(
                connect.id(),
                session.client(),
                context.version(),
                ttl(expiresAt),
                context.limits().ping(),
                subs));
        joined.forEach(this::keep);
        cancel(heartbeatTimer);
        long interval = context.limits().ping().toMillis();
        heartbeatTimer = context.timers()
                .after(Duration.ofMillis(context.jitter().nextLong(interval / 2, interval + 1)), this::ping);
        expireAt(expiresAt);
        return Progress.DONE;
    }

    private boolean isSubscribedInSameFrame(String channel) {
        return pending.stream()
                .anyMatch(command -> command instanceof Command.Subscribe subscribe
                        && subscribe.channel().equals(channel));
    }

    private void abandon(List<Held> joined) {
        for (Held candidate : joined) {
            candidate.leave();
            context.channels().released(candidate.channel());
        }
    }

    private void refuse(Silent silent, long id, ErrorCode error) {
        state = silent.refuse();
        fail(id, error);
    }

    private void refresh(Connected connected, Command.Refresh refresh) {
        switch (context.tokens().connection(refresh.token(), now())) {
            case TokenCheck.Valid<ConnectionClaims>(ConnectionClaims claims) -> {
                if (!new User.Known(claims.user()).equals(connected.session().user())) {
                    close(Disconnect.INVALID_TOKEN);
                    return;
                }
                state = connected.refreshed(claims.expiresAt(), access(claims));
                namedChannels = claims.channels();
                expireAt(claims.expiresAt());
                send(new Reply.Refreshed(
                        refresh.id(), connected.session().client(), context.version(), ttl(claims.expiresAt())));
                endWhatOnlyReached(connected.session().access());
            }
            case TokenCheck.Expired<ConnectionClaims>() -> fail(refresh.id(), ErrorCode.TOKEN_EXPIRED);
            case TokenCheck.Invalid<ConnectionClaims>() -> close(Disconnect.INVALID_TOKEN);
            case TokenCheck.Unknown<ConnectionClaims>() -> fail(refresh.id(), ErrorCode.INTERNAL);
        }
    }

    /** Ends what the token before reached and the new one does not. */
    private void endWhatOnlyReached(Access before) {
        for (Held subscription : List.copyOf(held.values())) {
            if (find(subscription.channel()) instanceof Lookup.Feed(Stream stream, String agency)
                    && before.mayRead(agency)
                    && !subscription.mayRead(agency)) {
                drop(subscription);
                send(new Reply.UnsubscribePush(subscription.channel(), UnsubscribeCode.SERVER));
            }
        }
    }

    private Access access(ConnectionClaims claims) {
        return context.tokenRequired() ? claims.access() : Access.ALL;
    }

    private void expireAt(@Nullable Instant expiresAt) {
        cancel(expiryTimer);
        expiryTimer = expiresAt == null
                ? null
                : context.timers()
                        .after(
                                Duration.between(now(), expiresAt)
                                        .plus(context.limits().refreshGrace()),
                                () -> close(Disconnect.EXPIRED));
    }

    private @Nullable Duration ttl(@Nullable Instant expiresAt) {
        return expiresAt == null ? null : Duration.between(now(), expiresAt);
    }

    // Ping and pong

    private synchronized void stillSilent() {
        if (!(state instanceof Connected)) {
            close(Disconnect.STALE);
        }
    }

    private synchronized void ping() {
        if (state instanceof Connected connected) {
            state = connected.pinged();
            send(new Reply.Ping());
            heartbeatTimer = context.timers().after(context.limits().pong(), this::pongIsDue);
        }
    }

    private synchronized void pongIsDue() {
        if (state instanceof Connected connected && connected.heartbeat() == Heartbeat.PONG_DUE) {
            close(Disconnect.NO_PONG);
        }
    }

    private void pong(Connected connected) {
        Connected after = connected.ponged();
        if (after == null) {
            close(Disconnect.BAD_REQUEST);
            return;
        }
        state = after;
        cancel(heartbeatTimer);
        heartbeatTimer = context.timers().after(context.limits().ping(), this::ping);
    }

    // Subscriptions

    private Progress subscribe(Connected connected, Command.Subscribe subscribe, Knowledge knowledge) {
        long id = subscribe.id();
        String channel = subscribe.channel();
        Held before = current(channel);
        if (before != null && !before.serverSide) {
            return failed(id, ErrorCode.ALREADY_SUBSCRIBED);
        }
        if (before == null && held.size() >= context.limits().channels()) {
            return failed(id, ErrorCode.LIMIT_EXCEEDED);
        }
        if (!(find(channel) instanceof Lookup.Feed(Stream seen, String agency))) {
            return failed(id, problem(channel));
        }
        boolean mayHaveIt = before != null || namedChannels.contains(channel);
        Instant expiresAt = null;
        if (!subscribe.token().isEmpty()) {
            switch (context.tokens().subscription(subscribe.token(), now())) {
                case TokenCheck.Valid<SubscriptionClaims>(SubscriptionClaims claims) -> {
                    if (!isFor(claims, channel, connected.session().user())) {
                        close(Disconnect.INVALID_TOKEN);
                        return Progress.DONE;
                    }
                    mayHaveIt = true;
                    expiresAt = claims.expiresAt();
                }
                case TokenCheck.Expired<SubscriptionClaims>() -> {
                    return failed(id, ErrorCode.TOKEN_EXPIRED);
                }
                case TokenCheck.Invalid<SubscriptionClaims>() -> {
                    return failed(id, ErrorCode.PERMISSION_DENIED);
                }
                case TokenCheck.Unknown<SubscriptionClaims>() -> {
                    return failed(id, ErrorCode.INTERNAL);
                }
            }
        }
        if (!mayHaveIt && !connected.session().access().mayRead(agency)) {
            return failed(id, ErrorCode.PERMISSION_DENIED);
        }
        if (!(open(channel) instanceof Lookup.Feed feed)) {
            return failed(id, problem(channel));
        }
        Held candidate = new Held(channel, feed.stream(), false, mayHaveIt);
        Reply.Subscription start =
                join(candidate, before, subscribe.resume(), expiresAt, knowledge, subscribe.rejectUnrecoverable());
        if (start == null) {
            abandon(List.of(candidate));
            return switch (knowledge) {
                case AS_IT_IS -> Progress.WANTS_TO_CATCH_UP;
                case CAUGHT_UP -> failed(id, ErrorCode.UNRECOVERABLE_POSITION);
                case CANNOT_CATCH_UP -> failed(id, ErrorCode.INTERNAL);
            };
        }
        if (find(channel) instanceof Lookup.Feed now && !candidate.mayRead(now.agency())) {
            // It has become another agency's before the stream could have told so.
            abandon(List.of(candidate));
            return failed(id, ErrorCode.PERMISSION_DENIED);
        }
        if (before != null) {
            drop(before);
        }
        send(new Reply.Subscribed(id, start));
        candidate.expireAt(expiresAt);
        keep(candidate);
        return Progress.DONE;
    }

    /**
     * Joins a stream, in the place of a standing subscription when there is one. Null when the client cannot be given what
     * it lacks and is not to be told so yet: this instance may be behind, or cannot find out, or the client wants an error.
     */
    private Reply.@Nullable Subscription join(
            Held candidate,
            @Nullable Held before,
            Resume resume,
            @Nullable Instant expiresAt,
            Knowledge knowledge,
            boolean reject) {
        boolean recover = resume.recover();
        Joining joining = join(candidate, before, resume);
        if (joining instanceof Joining.Unrecoverable(boolean sameEpoch)) {
            boolean decided = knowledge == Knowledge.CAUGHT_UP || !sameEpoch;
            if (!decided || reject) {
                return null;
            }
            joining = join(candidate, before, Resume.ANEW);
        }
        return switch (joining) {
            case Joining.Joined joined -> {
                candidate.behind = joined.more();
                // Before the answer goes: it may have drained before this command is done.
                somebodyBehind |= joined.more();
                yield new Reply.Subscription(
                        ttl(expiresAt), joined.position(), recover, joined.recovered(), joined.publications());
            }
            case Joining.Unrecoverable unrecoverable -> null;
            // Emptied between finding and joining it: the next look finds its successor.
            case Joining.Retired() -> null;
        };
    }

    private Joining join(Held candidate, @Nullable Held before, Resume resume) {
        Stream stream = candidate.stream();
        int page = context.limits().page();
        // Otherwise the stream it was on is no more, and it has ended with it.
        if (before != null && before.stream() == stream) {
            return stream.takeOver(before.subscription, candidate.subscription, resume, page);
        }
        return resume.recover()
                ? stream.rejoin(candidate.subscription, resume, page)
                : stream.join(candidate.subscription);
    }

    /** Its answer is on its way. */
    private void keep(Held subscription) {
        subscription.answered();
        held.put(subscription.channel(), subscription);
        context.connections().subscribed(1);
        if (subscription.behind || subscription.advance()) {
            behind.add(subscription);
            somebodyBehind = true;
        }
    }

    private synchronized void wasRead(Held subscription, Archive.@Nullable Part part) {
        subscription.reading = false;
        if (part == null) {
            subscription.stream().giveUp(subscription.subscription);
        } else {
            subscription.stream().give(subscription.subscription, part);
        }
        if (part == null || part.publications().isEmpty()) {
            // Nothing was sent, so that nothing will drain.
            advanceAll();
        }
    }

    private synchronized void advanceAll() {
        behind.removeIf(subscription -> !subscription.advance());
        somebodyBehind = !behind.isEmpty();
    }

    private void unsubscribe(Command.Unsubscribe unsubscribe) {
        Held subscription = current(unsubscribe.channel());
        if (subscription != null) {
            drop(subscription);
        }
        send(new Reply.Unsubscribed(unsubscribe.id()));
    }

    private void drop(Held subscription) {
        subscription.leave();
        context.channels().released(subscription.channel());
        behind.remove(subscription);
        if (held.remove(subscription.channel(), subscription)) {
            context.connections().subscribed(-1);
        }
    }

    private synchronized void forget(Held subscription) {
        drop(subscription);
    }

    /** The subscription to a channel, if the stream has not ended it meanwhile. */
    private @Nullable Held current(String channel) {
        Held subscription = held.get(channel);
        if (subscription != null && !subscription.isHeld()) {
            drop(subscription);
            return null;
        }
        return subscription;
    }

    private void refresh(Connected connected, Command.SubRefresh refresh) {
        Held subscription = current(refresh.channel());
        if (subscription == null) {
            fail(refresh.id(), ErrorCode.PERMISSION_DENIED);
            return;
        }
        switch (context.tokens().subscription(refresh.token(), now())) {
            case TokenCheck.Valid<SubscriptionClaims>(SubscriptionClaims claims) -> {
                if (!isFor(claims, refresh.channel(), connected.session().user())) {
                    close(Disconnect.INVALID_TOKEN);
                    return;
                }
                subscription.expireAt(claims.expiresAt());
                send(new Reply.SubRefreshed(refresh.id(), ttl(claims.expiresAt())));
            }
            case TokenCheck.Expired<SubscriptionClaims>() -> fail(refresh.id(), ErrorCode.TOKEN_EXPIRED);
            case TokenCheck.Invalid<SubscriptionClaims>() -> fail(refresh.id(), ErrorCode.PERMISSION_DENIED);
            case TokenCheck.Unknown<SubscriptionClaims>() -> fail(refresh.id(), ErrorCode.INTERNAL);
        }
    }

    private static boolean isFor(SubscriptionClaims claims, String channel, User user) {
        boolean sameUser = switch (user) {
            case User.Known(String id) -> claims.user().equals(id);
            case User.Anonymous anonymous ->
                claims.user().isEmpty() || claims.user().equals(anonymous.name());
        };
        return sameUser && claims.channel().equals(channel);
    }

    private synchronized void expire(Held subscription) {
        if (current(subscription.channel()) == subscription) {
            drop(subscription);
            send(new Reply.UnsubscribePush(subscription.channel(), UnsubscribeCode.EXPIRED));
        }
    }

    // The rest

    private void history(Connected connected, Command.History history) {
        if (!(find(history.channel()) instanceof Lookup.Feed(Stream stream, String agency))) {
            fail(history.id(), problem(history.channel()));
            return;
        }
        if (!connected.session().access().mayRead(agency) && current(history.channel()) == null) {
            fail(history.id(), ErrorCode.PERMISSION_DENIED);
            return;
        }
        int page = context.limits().page();
        int limit = history.limit() < 0 ? page : Math.min(history.limit(), page);
        StreamPosition since = history.since();
        Stream.Page read = stream.history(since == null ? null : since.offset(), limit, history.reverse());
        if (read == null) {
            fail(history.id(), ErrorCode.NOT_AVAILABLE);
            return;
        }
        if (since != null
                && !since.epoch().isEmpty()
                && !since.epoch().equals(read.position().epoch())) {
            fail(history.id(), ErrorCode.UNRECOVERABLE_POSITION);
            return;
        }
        send(new Reply.HistoryRead(history.id(), read.publications(), read.position()));
    }

    private void publish(Command.Publish publish) {
        if (!publish.hasData()) {
            fail(publish.id(), ErrorCode.BAD_REQUEST);
            return;
        }
        notOnFeeds(publish.id(), publish.channel(), ErrorCode.PERMISSION_DENIED);
    }

    private void notOnFeeds(long id, String channel, ErrorCode error) {
        fail(id, find(channel) instanceof Lookup.Feed ? error : problem(channel));
    }

    private Lookup find(String channel) {
        return isPrintable(channel) ? measured(channel, context.channels().find(channel)) : new Lookup.BadName();
    }

    private Lookup open(String channel) {
        return isPrintable(channel) ? measured(channel, context.channels().open(channel)) : new Lookup.BadName();
    }

    private static boolean isPrintable(String channel) {
        return channel.chars().allMatch(character -> character >= ' ' && character <= '~');
    }

    /** Feeds have been measured by the names that are encoded in theirs. */
    private Lookup measured(String channel, Lookup found) {
        return found instanceof Lookup.Unknown
                        && channel.length() > context.limits().channelNameLength()
                ? new Lookup.BadName()
                : found;
    }

    private ErrorCode problem(String channel) {
        return switch (find(channel)) {
            case Lookup.BadName() -> ErrorCode.BAD_REQUEST;
            case Lookup.SwitchedOff() -> ErrorCode.NOT_AVAILABLE;
            case Lookup.Unknown() -> ErrorCode.UNKNOWN_CHANNEL;
            // Began to exist between two looks: the client may ask again.
            case Lookup.Feed feed -> ErrorCode.INTERNAL;
        };
    }

    // Waiting for the log

    private void catchUpFor(Command command) {
        waiting = true;
        var over = new AtomicBoolean();
        Timer deadline = context.timers()
                .after(context.limits().catchUpWithin(), () -> goOn(command, Knowledge.CANNOT_CATCH_UP, over));
        context.channels().caughtUp().whenComplete((done, failure) -> {
            deadline.cancel();
            Knowledge knowledge = failure == null ? Knowledge.CAUGHT_UP : Knowledge.CANNOT_CATCH_UP;
            context.timers().after(Duration.ZERO, () -> goOn(command, knowledge, over));
        });
    }

    private void goOn(Command command, Knowledge knowledge, AtomicBoolean over) {
        if (over.compareAndSet(false, true) && worksAgain(command, knowledge)) {
            transport.resume();
        }
    }

    private synchronized boolean worksAgain(Command command, Knowledge knowledge) {
        waiting = false;
        take(command, knowledge);
        return work();
    }

    private void release() {
        if (state instanceof Closed) {
            return;
        }
        if (state instanceof Connected connected) {
            context.connections().dismiss(connected.session().user());
        }
        state = new Closed();
        context.connections().closed(this);
        List.copyOf(held.values()).forEach(this::drop);
        pending.clear();
        cancel(heartbeatTimer);
        cancel(expiryTimer);
    }

    private Progress failed(long id, ErrorCode error) {
        fail(id, error);
        return Progress.DONE;
    }

    private void fail(long id, ErrorCode error) {
        send(new Reply.Failed(id, error));
    }

    private void send(Reply reply) {
        transport.send(encoding.encode(reply));
    }

    private Instant now() {
        return context.clock().instant();
    }

    private static void cancel(@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** A subscription as this connection holds it. */
    private final class Held implements Subscriber {

        private final Subscription subscription;
        private final boolean serverSide;
        private final boolean named;
        private boolean behind;
        private boolean reading;
        private @Nullable Timer expiry;

        // The next two under its own lock, which is the last of all.
        private boolean answered;
        private @Nullable UnsubscribeCode ended;

        /**
         * Not joined yet.
         *
         * @param serverSide whether it came with the connection
         * @param named whether a token names this channel: it reaches it whoever's it is
         */
        private Held(String channel, Stream stream, boolean serverSide, boolean named) {
            this.subscription = new Subscription(channel, this, stream);
            this.serverSide = serverSide;
            this.named = named;
        }

        private String channel() {
            return subscription.channel();
        }

        private Stream stream() {
            return subscription.stream();
        }

        /** Whether it is still behind. */
        private boolean advance() {
            if (reading) {
                return true;
            }
            return switch (stream().advance(subscription, context.limits().page())) {
                case Advance.Done done -> false;
                case Advance.More more -> true;
                case Advance.Reading(var part) -> {
                    reading = true;
                    part.whenComplete((read, failure) ->
                            context.timers().after(Duration.ZERO, () -> wasRead(this, failure == null ? read : null)));
                    yield true;
                }
            };
        }

        private boolean isHeld() {
            return stream().holds(subscription);
        }

        private void leave() {
            stream().leave(subscription);
            cancel(expiry);
        }

        private void expireAt(@Nullable Instant expiresAt) {
            cancel(expiry);
            expiry = expiresAt == null
                    ? null
                    : context.timers()
                            .after(
                                    Duration.between(now(), expiresAt)
                                            .plus(context.limits().refreshGrace()),
                                    () -> expire(this));
        }

        @Override
        public Encoding encoding() {
            return encoding;
        }

        @Override
        public void deliver(byte[] message) {
            transport.send(message);
        }

        @Override
        public boolean mayRead(String agency) {
            return named
                    || (state instanceof Connected connected
                            && connected.session().access().mayRead(agency));
        }

        @Override
        public void forbidden(Subscription ended) {
            endedByStream(UnsubscribeCode.SERVER);
        }

        @Override
        public void interrupted(Subscription ended) {
            if (serverSide) {
                transport.close(Disconnect.INSUFFICIENT_STATE);
            } else {
                endedByStream(UnsubscribeCode.INSUFFICIENT_STATE);
            }
        }

        /** A client that hears of the end of what it was not told the beginning of takes it for subscribed for ever. */
        private synchronized void endedByStream(UnsubscribeCode why) {
            if (answered) {
                tell(why);
            } else {
                ended = why;
            }
        }

        private synchronized void answered() {
            answered = true;
            if (ended != null) {
                tell(ended);
            }
        }

        private void tell(UnsubscribeCode why) {
            transport.send(encoding.encode(new Reply.UnsubscribePush(channel(), why)));
            context.timers().after(Duration.ZERO, () -> forget(this));
        }
    }
}
