package io.rollcall.kit.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rollcall.kit.web.EdgeApplication;
import io.rollcall.kit.web.WireClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Authentication switched off, and authentication that cannot be on. */
@ExtendWith(OutputCaptureExtension.class)
class AuthOffTest {

    private static String[] arguments(String... more) {
        String[] all = new String[more.length + 3];
        all[0] = "--server.port=0";
        all[1] = "--management.server.port=0";
        all[2] = "--spring.application.name=ws-gateway";
        System.arraycopy(more, 0, all, 3, more.length);
        return all;
    }

    @Test
    void everybodyIsAnonymousWhateverTheySendAndTheLogSaysItOnce(CapturedOutput output) {
        try (var service = new SpringApplicationBuilder(EdgeApplication.class).run(arguments("--AUTH_ENABLED=false"))) {
            var client =
                    new WireClient(service.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
            String anonymous = "{\"id\":\"anonymous\",\"admin\":true}";

            assertThat(client.get("/me").body()).isEqualTo(anonymous);
            assertThat(client.get("/me", "Authorization: Bearer nonsense").body())
                    .isEqualTo(anonymous);
            assertThat(client.get("/me", "Authorization: Bearer a", "Authorization: Bearer b")
                            .body())
                    .isEqualTo(anonymous);
            assertThat(client.get("/me", "X-User-ID: root").body()).isEqualTo(anonymous);
            assertThat(client.get("/stream?access_token=nonsense").body()).isEqualTo(anonymous);
            assertThat(client.post("/hook?who=1", "").body()).isEqualTo("anonymous");
            assertThat(client.get("/me").header("X-Content-Type-Options")).isEqualTo("nosniff");
        }
        assertThat(output.getOut().lines().filter(line -> line.contains("authentication is off")))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--AUTH_AUDIENCE=rollcall|AUTH_ISSUER is not set|Set AUTH_ISSUER to the issuer of your tokens",
                "--AUTH_ISSUER=https://id.example.org|AUTH_AUDIENCE is not set|Set AUTH_AUDIENCE to what the claim aud",
            })
    void onWithoutWhatItNeedsTheServiceEndsAndNamesTheVariable(
            String given, String problem, String remedy, CapturedOutput output) {
        assertThat(catchThrowable(() -> new SpringApplicationBuilder(EdgeApplication.class).run(arguments(given))))
                .hasRootCauseInstanceOf(UnfitAuthException.class);

        assertThat(output.getAll()).contains(problem, remedy, "AUTH_ENABLED=false lets everybody in");
    }
}
