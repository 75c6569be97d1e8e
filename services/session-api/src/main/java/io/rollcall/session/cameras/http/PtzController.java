package io.rollcall.session.cameras.http;

import io.rollcall.kit.auth.Caller;
import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.TakesIdempotencyKey;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.session.cameras.domain.CameraDecider;
import io.rollcall.session.cameras.domain.CameraDecider.Refusal;
import io.rollcall.session.cameras.ptz.Motion;
import io.rollcall.session.cameras.ptz.PtzDispatcher;
import io.rollcall.session.cameras.ptz.PtzOrder;
import io.rollcall.session.cameras.reads.CameraCatalogue;
import io.rollcall.session.cameras.secrets.CameraSecrets;
import io.rollcall.session.cameras.wire.CameraCommands;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.JsonNode;

/**
 * Moves cameras over HTTP, each request on a virtual thread of its own. Under an Idempotency-Key the camera's decider
 * keeps that a request was begun, and what became of it: so it is carried out once, whoever asks again and where.
 */
@RestController
@Tag(name = "cameras")
class PtzController {

    private static final double DEFAULT_SPEED = 0.5;
    private static final int MAX_PRESET = 256;
    private static final int MAX_USER = 256;
    private static final Duration ASK_AGAIN = Duration.ofMillis(250);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final CommandClient<CameraCommand, CameraEvent> commands;
    private final CameraHeaders headers;
    private final CameraCatalogue catalogue;
    private final CameraSecrets secrets;
    private final CameraClaims claims;
    private final PtzDispatcher dispatcher;
    private final Insistence insistence = new Insistence(ASK_AGAIN);
    private final Executor threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("ptz-", 0).factory());

    /** For the API's documents. */
    @Schema(name = "PtzCommand")
    private record Body(
            @Schema(
                    allowableValues = {
                        "pan_left",
                        "pan_right",
                        "tilt_up",
                        "tilt_down",
                        "zoom_in",
                        "zoom_out",
                        "preset",
                        "home",
                        "stop"
                    })
            String command,

            @Schema(defaultValue = "0.5", minimum = "0", maximum = "1")
            double speed,

            @Schema(minimum = "1", maximum = "256") int preset_id,

            String user_id) {}

    PtzController(
            CommandClient<CameraCommand, CameraEvent> commands,
            CameraHeaders headers,
            CameraCatalogue catalogue,
            CameraSecrets secrets,
            PtzDispatcher dispatcher) {
        this.commands = commands;
        this.headers = headers;
        this.catalogue = catalogue;
        this.secrets = secrets;
        this.claims = new CameraClaims(commands);
        this.dispatcher = dispatcher;
    }

    @PostMapping(
            path = CamerasController.PATH + "/{id}/ptz",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = MediaType.APPLICATION_JSON_VALUE)
    @TakesIdempotencyKey
    @Operation(
            summary = "Move a camera.",
            description = "user_id is required, preset_id for the command preset. A movement ends with stop, or by"
                    + " itself after ten seconds. 409 when the camera cannot be moved, 502 when it refuses or cannot be"
                    + " reached, 504 when it does not answer in time.")
    CompletableFuture<SequencedMap<String, String>> ptz(
            Caller caller,
            HttpServletRequest request,
            @PathVariable String id,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = Body.class)))
                    @RequestBody
                    JsonNode body) {
        CommandHeader header =
                headers.of(caller, request, CamerasController.PATH + "/" + id + "/ptz", CommandIds.key(request));
        // Not the body's bytes, but all that is read of it.
        PtzOrder order = order(header, body);
        header.setFingerprint(secrets.fingerprint(
                (order.command() + " " + order.speed() + " " + order.preset() + " " + order.userId())
                        .getBytes(StandardCharsets.UTF_8)));
        Camera camera = catalogue.get(id).orElseThrow(CameraRefusals::notFound);
        return CompletableFuture.supplyAsync(
                () -> answer(header.getRepeatable() ? once(order, camera) : dispatcher.carryOut(order, camera)),
                threads);
    }

    private static PtzOrder order(CommandHeader header, JsonNode body) {
        if (!body.isObject()) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "Invalid request body");
        }
        JsonNode command = body.path("command");
        String word = command.isString() ? command.asString() : "";
        double speed = speed(body.path("speed"));
        Integer preset = word.equals("preset") ? preset(body.path("preset_id")) : null;
        Motion motion = motion(word, speed, preset);
        JsonNode user = body.path("user_id");
        if (!user.isString() || user.asString().isBlank()) {
            throw new BadFieldException("user_id", "is required");
        }
        if (user.asString().length() > MAX_USER) {
            throw new BadFieldException("user_id", "must have at most " + MAX_USER + " characters");
        }
        return new PtzOrder(header, user.asString(), word, speed, preset, motion);
    }

    private static Motion motion(String command, double speed, @Nullable Integer preset) {
        return switch (command) {
            case "pan_left" -> new Motion.Move(-speed, 0, 0);
            case "pan_right" -> new Motion.Move(speed, 0, 0);
            case "tilt_up" -> new Motion.Move(0, speed, 0);
            case "tilt_down" -> new Motion.Move(0, -speed, 0);
            case "zoom_in" -> new Motion.Move(0, 0, speed);
            case "zoom_out" -> new Motion.Move(0, 0, -speed);
            case "preset" -> new Motion.ToPreset(Objects.requireNonNull(preset));
            case "home" -> new Motion.Home();
            case "stop" -> new Motion.Stop();
            default -> throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "Invalid PTZ command");
        };
    }

    private static double speed(JsonNode speed) {
        if (speed.isMissingNode() || speed.isNull()) {
            return DEFAULT_SPEED;
        }
        double it = speed.isNumber() ? speed.asDouble(Double.NaN) : Double.NaN;
        if (!(it >= 0 && it <= 1)) {
            throw new BadFieldException("speed", "must be a number from 0 to 1");
        }
        return it;
    }

    private static Integer preset(JsonNode preset) {
        if (preset.isMissingNode() || preset.isNull()) {
            throw new BadFieldException("preset_id", "is required for preset");
        }
        int it = preset.isIntegralNumber() && preset.canConvertToInt() ? preset.asInt() : 0;
        if (it < 1 || it > MAX_PRESET) {
            throw new BadFieldException("preset_id", "must be a whole number from 1 to " + MAX_PRESET);
        }
        return it;
    }

    private static SequencedMap<String, String> answer(PtzDispatcher.Outcome outcome) {
        return switch (outcome) {
            case DONE -> {
                var answer = new LinkedHashMap<String, String>();
                answer.put("status", "success");
                answer.put("message", "PTZ command executed");
                yield answer;
            }
            case UNSUPPORTED -> throw new ResponseStatusException(HttpStatus.CONFLICT, "Camera does not support PTZ");
            case FAILED -> throw new ResponseStatusException(HttpStatus.BAD_GATEWAY, "Failed to control PTZ");
            case TIMED_OUT -> throw new ResponseStatusException(HttpStatus.GATEWAY_TIMEOUT, "Camera did not answer");
        };
    }

    private PtzDispatcher.Outcome once(PtzOrder order, Camera camera) {
        String id = camera.getCameraId();
        boolean first = claims.isFirst(order.header(), id);
        CommandHeader reported = CameraHeaders.next(order.header(), "report");
        if (!first) {
            return reported(reported, id);
        }
        PtzDispatcher.Outcome outcome;
        try {
            outcome = dispatcher.carryOut(order, camera);
        } catch (UnavailableException e) {
            // Nothing has moved, so the key is not used up.
            takeBack(order.header(), id);
            throw e;
        }
        String word = outcome == PtzDispatcher.Outcome.DONE ? CameraDecider.DONE : outcome.name();
        CameraCommand report = CameraCommands.report(reported, id, word);
        // Whoever asks for it meanwhile is heard here too.
        insistence
                .until(() -> commands.send(id, reported, report), event -> !isUnreported(event))
                .join();
        return outcome;
    }

    /** Under an id of its own, so that no late one can take back the next claim. */
    private void takeBack(CommandHeader claim, String id) {
        CommandHeader header = CommandHeader.newBuilder(CameraHeaders.next(claim, "unclaim-" + UUID.randomUUID()))
                .setRepeatable(false)
                .build();
        CameraCommand unclaim = CameraCommands.unclaim(header, id, claim.getCommandId());
        insistence.until(() -> commands.send(id, header, unclaim), _ -> true).join();
    }

    private static boolean isUnreported(CameraEvent event) {
        return Objects.requireNonNull(event.getAnswer()).getReason().equals(Refusal.UNREPORTED.name());
    }

    /** What became of it, once that is known: the first request may still be running, on whatever instance. */
    private PtzDispatcher.Outcome reported(CommandHeader header, String id) {
        long until = System.nanoTime() + dispatcher.patience().plusSeconds(1).toNanos();
        while (System.nanoTime() < until) {
            Answer answer = answer(commands.send(id, header, CameraCommands.report(header, id, "")));
            if (answer.getOutcome() != Outcome.REFUSED) {
                return PtzDispatcher.Outcome.DONE;
            }
            if (!answer.getReason().equals(Refusal.UNREPORTED.name())) {
                return PtzDispatcher.Outcome.valueOf(answer.getReason());
            }
            pause();
        }
        throw new UnavailableException(
                "The first request with this " + CommandIds.HEADER + " has not ended.", RETRY_AFTER);
    }

    private static void pause() {
        try {
            Thread.sleep(ASK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("The service is stopping.", RETRY_AFTER);
        }
    }

    private static Answer answer(CompletableFuture<CameraEvent> sent) {
        return Objects.requireNonNull(CameraClaims.waited(sent).getAnswer());
    }
}
