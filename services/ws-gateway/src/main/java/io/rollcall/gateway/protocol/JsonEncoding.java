package io.rollcall.gateway.protocol;

import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.channels.domain.StreamPosition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The protocol as JSON, one object a message. Zero values are left out. */
public final class JsonEncoding implements Encoding {

    @Override
    public List<Command> decode(byte[] bytes, int offset, int length) {
        return CommandReader.read(bytes, offset, length);
    }

    @Override
    public byte[] encode(Reply reply) {
        var json = new JsonBytes(128);
        switch (reply) {
            case Reply.Connected connected -> connected(json, connected);
            case Reply.Subscribed subscribed -> {
                result(json, subscribed.id(), "subscribe");
                subscription(json, subscribed.subscription());
                end(json);
            }
            case Reply.Unsubscribed(long id) -> empty(json, id, "unsubscribe");
            case Reply.HistoryRead history -> history(json, history);
            case Reply.Ponged(long id) -> empty(json, id, "ping");
            case Reply.Refreshed refreshed -> {
                result(json, refreshed.id(), "refresh");
                json.beginObject().name("client").string(refreshed.client());
                json.name("version").string(refreshed.version());
                expiry(json, refreshed.ttl());
                json.endObject();
                end(json);
            }
            case Reply.SubRefreshed refreshed -> {
                result(json, refreshed.id(), "sub_refresh");
                json.beginObject();
                expiry(json, refreshed.ttl());
                json.endObject();
                end(json);
            }
            case Reply.Failed(long id, ErrorCode error) -> {
                result(json, id, "error");
                json.beginObject().name("code").number(error.code());
                json.name("message").string(error.message());
                if (error.temporary()) {
                    json.name("temporary").bool(true);
                }
                json.endObject();
                end(json);
            }
            case Reply.Ping() -> json.beginObject().endObject();
            case Reply.PublicationPush(String channel, Publication publication) -> {
                push(json, channel, "pub");
                publication(json, publication);
                json.endObject().endObject();
            }
            case Reply.UnsubscribePush(String channel, UnsubscribeCode code) -> {
                push(json, channel, "unsubscribe");
                json.beginObject().name("code").number(code.code());
                json.name("reason").string(code.reason()).endObject();
                json.endObject().endObject();
            }
        }
        return json.toBytes();
    }

    private static void connected(JsonBytes json, Reply.Connected connected) {
        result(json, connected.id(), "connect");
        json.beginObject().name("client").string(connected.client());
        json.name("version").string(connected.version());
        expiry(json, connected.ttl());
        if (!connected.subs().isEmpty()) {
            json.name("subs").beginObject();
            for (Map.Entry<String, Reply.Subscription> sub : connected.subs().entrySet()) {
                json.name(sub.getKey());
                subscription(json, sub.getValue());
            }
            json.endObject();
        }
        json.name("ping").number(connected.ping().toSeconds());
        json.name("pong").bool(true);
        json.endObject();
        end(json);
    }

    private static void subscription(JsonBytes json, Reply.Subscription subscription) {
        json.beginObject();
        expiry(json, subscription.ttl());
        if (!subscription.position().equals(StreamPosition.NONE)) {
            json.name("recoverable").bool(true);
            json.name("positioned").bool(true);
            position(json, subscription.position());
        }
        if (!subscription.publications().isEmpty()) {
            publications(json, subscription.publications());
        }
        if (subscription.wasRecovering()) {
            json.name("was_recovering").bool(true);
        }
        if (subscription.recovered()) {
            json.name("recovered").bool(true);
        }
        json.endObject();
    }

    private static void history(JsonBytes json, Reply.HistoryRead history) {
        result(json, history.id(), "history");
        json.beginObject();
        if (!history.publications().isEmpty()) {
            publications(json, history.publications());
        }
        position(json, history.position());
        json.endObject();
        end(json);
    }

    private static void position(JsonBytes json, StreamPosition position) {
        json.name("epoch").string(position.epoch());
        if (position.offset() != 0) {
            json.name("offset").number(position.offset());
        }
    }

    private static void publications(JsonBytes json, List<Publication> publications) {
        json.name("publications").beginArray();
        for (Publication publication : publications) {
            publication(json, publication);
        }
        json.endArray();
    }

    private static void publication(JsonBytes json, Publication publication) {
        json.beginObject().name("data").raw(publication.data());
        if (publication.offset() != 0) {
            json.name("offset").number(publication.offset());
        }
        json.endObject();
    }

    private static void expiry(JsonBytes json, @Nullable Duration ttl) {
        if (ttl != null) {
            json.name("expires").bool(true);
            // A client that is told 0 would never refresh.
            json.name("ttl").number(Math.max(1, ttl.toSeconds()));
        }
    }

    private static void empty(JsonBytes json, long id, String name) {
        result(json, id, name);
        json.beginObject().endObject();
        end(json);
    }

    private static void result(JsonBytes json, long id, String name) {
        json.beginObject();
        if (id != 0) {
            json.name("id").number(id);
        }
        json.name(name);
    }

    private static void end(JsonBytes json) {
        json.endObject();
    }

    private static void push(JsonBytes json, String channel, String name) {
        json.beginObject().name("push").beginObject();
        json.name("channel").string(channel).name(name);
    }
}
