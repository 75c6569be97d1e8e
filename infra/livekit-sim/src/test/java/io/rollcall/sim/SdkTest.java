package io.rollcall.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.livekit.server.AccessToken;
import io.livekit.server.CanPublish;
import io.livekit.server.RoomJoin;
import io.livekit.server.RoomName;
import io.livekit.server.RoomServiceClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import retrofit2.Call;

/** LiveKit's own Java SDK finds in it what it finds in a server. */
class SdkTest {

    private LivekitSim sim;
    private Api controls;
    private RoomServiceClient client;

    @BeforeEach
    void start() throws IOException {
        sim = LivekitSim.start(Settings.quiet());
        controls = new Api(sim);
        client = RoomServiceClient.createClient(sim.url().toString(), Tokens.API_KEY, Tokens.SECRET);
    }

    @AfterEach
    void stop() {
        sim.close();
    }

    @Test
    void theClientMakesListsChangesAndDeletesRooms() throws Exception {
        Room made = client.createRoom("réunion/1", 60, 5).execute().body();

        assertThat(client.listRooms(List.of("réunion/1")).execute().body()).containsExactly(made);
        assertThat(answer(client.updateRoomMetadata("réunion/1", "m")).getMetadata())
                .isEqualTo("m");
        assertThat(client.deleteRoom("réunion/1").execute().isSuccessful()).isTrue();
        assertThat(client.deleteRoom("réunion/1").execute().code()).isEqualTo(404);
        assertThat(client.listRooms().execute().body()).isEmpty();
    }

    @Test
    void theClientSeesChangesAndRemovesThoseWhoJoinedWithTheSdksTokens() throws Exception {
        client.createRoom("room").execute();
        var token = new AccessToken(Tokens.API_KEY, Tokens.SECRET);
        token.setIdentity("u-1");
        token.setName("Ana");
        token.getAttributes().put("agency", "ag1");
        token.addGrants(new RoomJoin(true), new RoomName("room"), new CanPublish(false));
        controls.control("join", Map.of("token", token.toJwt()));

        ParticipantInfo ana = answer(client.getParticipant("room", "u-1"));
        assertThat(client.listParticipants("room").execute().body()).containsExactly(ana);
        assertThat(ana.getName()).isEqualTo("Ana");
        assertThat(ana.getAttributesMap()).containsExactly(Map.entry("agency", "ag1"));
        assertThat(ana.getPermission().getCanPublish()).isFalse();
        assertThat(ana.getPermission().getCanSubscribe()).isTrue();
        assertThat(answer(client.updateParticipant("room", "u-1", "Ana B")).getName())
                .isEqualTo("Ana B");
        assertThat(client.removeParticipant("room", "u-1").execute().isSuccessful())
                .isTrue();
        assertThat(client.listParticipants("room").execute().body()).isEmpty();
    }

    @Test
    void theClientMutesATrack() throws Exception {
        client.createRoom("room").execute();
        controls.control("join", Map.of("token", Tokens.joining("room", "u-1"), "publish", List.of("microphone")));
        String track = answer(client.getParticipant("room", "u-1")).getTracks(0).getSid();

        assertThat(answer(client.mutePublishedTrack("room", "u-1", track, true)).getMuted())
                .isTrue();
        assertThat(client.mutePublishedTrack("room", "u-1", track, false)
                        .execute()
                        .code())
                .isEqualTo(412);
    }

    @Test
    void aWrongSecretIsRefusedInPlainText() throws Exception {
        var stranger =
                RoomServiceClient.createClient(sim.url().toString(), Tokens.API_KEY, "another secret of any kind");

        var response = stranger.listRooms().execute();

        assertThat(response.code()).isEqualTo(401);
        assertThat(Objects.requireNonNull(response.errorBody()).string()).startsWith("invalid token: ");
    }

    private static <T> T answer(Call<T> call) throws IOException {
        return Objects.requireNonNull(call.execute().body());
    }
}
