package io.rollcall.bench.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.bench.RoomStory;
import io.rollcall.bench.load.Requests;
import io.rollcall.sim.webhooks.WebhookSigner;
import java.time.Instant;

/** Joins of many people to many rooms, signed before the clock starts; no two of a run are the same. */
final class SignedJoins {

    static final String PATH = "/webhooks/livekit";
    static final int ROOMS = 2_000;

    private final WebhookSigner signer;
    private long made;

    SignedJoins(WebhookSigner signer) {
        this.signer = signer;
    }

    /** So many more, good for five minutes from now. */
    Requests next(int count) {
        Instant now = Instant.now();
        var requests = new Requests(PATH, count);
        for (int i = 0; i < count; i++, made++) {
            int room = (int) (made % ROOMS);
            byte[] body = new RoomStory(made, "bench-room-" + room, now)
                    .joined(1, 0)
                    .body()
                    .getBytes(UTF_8);
            requests.add(body, signer.sign(body, now));
        }
        return requests;
    }
}
