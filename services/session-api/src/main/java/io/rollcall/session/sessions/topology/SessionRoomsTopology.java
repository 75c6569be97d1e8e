package io.rollcall.session.sessions.topology;

import io.rollcall.kit.streams.CommitPace;
import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopic;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.session.sessions.wire.RoomNews;
import java.time.Duration;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Named;

/** What webhooks tell of a session's room becomes a command to that session, which has another key: this repartitions. */
public final class SessionRoomsTopology implements ServiceTopology {

    private final StreamTopics topics;
    private final Duration commitInterval;
    private final RoomNews news;

    /**
     * Reads and writes these.
     *
     * @param commitInterval how soon what is fresh is committed
     * @param emptyGrace how long an empty room may stay empty
     */
    public SessionRoomsTopology(StreamTopics topics, Duration commitInterval, Duration emptyGrace) {
        this.topics = topics;
        this.commitInterval = commitInterval;
        this.news = new RoomNews(emptyGrace);
    }

    @Override
    public void addTo(StreamsBuilder builder) {
        StreamTopic<RoomEvent> roomEvents = topics.of(Topics.ROOM_EVENTS);
        StreamTopic<SessionCommand> commands = topics.of(Topics.SESSION_COMMANDS);

        builder.stream(roomEvents.name(), roomEvents.consumed())
                .processValues(CommitPace.step(commitInterval), Named.as("pace-" + roomEvents.name()))
                .flatMapValues(news::of, Named.as("note-session-rooms"))
                .selectKey((room, command) -> command.getSessionId(), Named.as("address-sessions"))
                .to(commands.name(), commands.produced("write-room-news"));
    }
}
