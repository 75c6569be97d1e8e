package io.rollcall.gateway.dashboard;

import io.rollcall.kit.auth.AuthSettings;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /dashboard/sign-in}: what the page must know before it has a token. */
@RestController
public class SignInController {

    private final SignIn answer;

    /**
     * Answers the same to everybody.
     *
     * @param required whether the rooms are shown to holders of a token only
     */
    public SignInController(boolean required, AuthSettings issued) {
        this.answer = new SignIn(
                required,
                issued.enabled() ? issued.issuer() : "",
                issued.enabled() ? issued.audience().stream().sorted().toList() : List.of());
    }

    /** Whether one signs in, and whose tokens do. Nothing of it is a secret. */
    @GetMapping("/dashboard/sign-in")
    public ResponseEntity<SignIn> signIn() {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(answer);
    }

    /** How one signs in. */
    public record SignIn(
            @Schema(description = "whether a token is needed")
            boolean required,

            @Schema(description = "whose access tokens do; empty when nobody is asked for one")
            String issuer,

            @Schema(description = "what the tokens must be for, one of these")
            List<String> audience) {
        /** Keeps a copy. */
        public SignIn {
            audience = List.copyOf(audience);
        }
    }
}
