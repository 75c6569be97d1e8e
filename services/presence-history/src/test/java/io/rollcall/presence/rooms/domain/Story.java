package io.rollcall.presence.rooms.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.presence.rooms.domain.Decision.Told;
import java.util.ArrayList;
import java.util.List;

/** One room's story: given what was told, when one more webhook comes, then these facts are told. */
final class Story {

    private RoomState state = RoomState.UNKNOWN;

    private Story() {}

    static Story given(Webhook... webhooks) {
        var story = new Story();
        for (Webhook webhook : webhooks) {
            story.state = RoomDecider.decide(webhook, story.state).after();
        }
        return story;
    }

    /** The story goes on. */
    Story and(Webhook... webhooks) {
        for (Webhook webhook : webhooks) {
            state = RoomDecider.decide(webhook, state).after();
        }
        return this;
    }

    /** The story goes on with polls. */
    Story polled(Observation... observations) {
        for (Observation observation : observations) {
            state = RoomDecider.decide(observation, state).after();
        }
        return this;
    }

    Outcome when(Observation observation) {
        return new Outcome(RoomDecider.decide(observation, state), state);
    }

    Outcome when(Webhook webhook) {
        return new Outcome(RoomDecider.decide(webhook, state), state);
    }

    /** What came of it. */
    record Outcome(Decision decision, RoomState before) {

        /** The facts, one line each: what, who, why, whether inferred, and the people after it. */
        Outcome then(String... lines) {
            assertThat(decision.told()).map(Story::line).containsExactly(lines);
            return foldsToTheSame();
        }

        Outcome thenNothing() {
            return then();
        }

        Outcome asks(Decision.Doubt.Reason... reasons) {
            assertThat(decision.doubts()).map(Decision.Doubt::reason).containsExactly(reasons);
            return this;
        }

        Outcome says(Decision.Source source) {
            assertThat(decision.told()).isNotEmpty().allMatch(told -> told.source() == source);
            return this;
        }

        Outcome people(int people) {
            Session current = decision.after().current();
            assertThat(current).isNotNull();
            assertThat(decision.after().people(current.sid())).isEqualTo(people);
            return this;
        }

        Outcome roomIs(String sid) {
            assertThat(decision.after().latest()).isEqualTo(sid);
            return this;
        }

        Change.Fact fact(int index) {
            return decision.told().get(index).fact();
        }

        RoomState after() {
            return decision.after();
        }

        private Outcome foldsToTheSame() {
            RoomState folded = before;
            for (Change change : decision.changes()) {
                folded = RoomDecider.evolve(folded, change);
            }
            assertThat(folded).isEqualTo(decision.after());
            return this;
        }
    }

    static String line(Told told) {
        var words = new ArrayList<String>();
        words.add(told.fact().getClass().getSimpleName());
        words.addAll(
                switch (told.fact()) {
                    case Change.RoomOpened opened ->
                        told.epoch() == 1
                                ? List.of(opened.roomSid())
                                : List.of(opened.roomSid(), "epoch=" + told.epoch());
                    case Change.RoomClosed closed -> List.of(closed.roomSid(), closed.reason());
                    case Change.ParticipantJoined joined -> List.of(joined.participantSid());
                    case Change.ParticipantLeft left -> List.of(left.participantSid(), left.reason());
                    case Change.ConnectionAborted aborted -> List.of(aborted.participantSid(), aborted.reason());
                    case Change.TrackPublished published ->
                        List.of(published.participantSid(), published.track().sid());
                    case Change.TrackUnpublished unpublished ->
                        List.of(unpublished.participantSid(), unpublished.trackSid());
                    case Change.RoomOpeningCorrected corrected -> List.of(corrected.roomSid());
                    case Change.RoomClosingCorrected corrected ->
                        List.of(corrected.roomSid(), corrected.previousReason() + "→" + corrected.reason());
                    case Change.LeavingCorrected corrected ->
                        List.of(corrected.participantSid(), corrected.previousReason() + "→" + corrected.reason());
                    case Change.Reported reported -> List.of(reported.event(), reported.subjectId());
                    case Change.AnomalyReported anomaly ->
                        List.of(anomaly.code().name());
                });
        if (told.fact().inferred()) {
            words.add("inferred");
        }
        words.add("people=" + told.people());
        return String.join(" ", words);
    }
}
