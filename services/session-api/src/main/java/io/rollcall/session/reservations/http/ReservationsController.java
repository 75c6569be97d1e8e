package io.rollcall.session.reservations.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.auth.Caller;
import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandHeaders;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.TakesIdempotencyKey;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.schemas.CameraRoom;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.LeaseClaim;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.ReserveSlot;
import io.rollcall.session.SessionApiProperties;
import io.rollcall.session.cameras.reads.CameraCatalogue;
import io.rollcall.session.livekit.AccessTokens;
import io.rollcall.session.reservations.domain.ViewerNames;
import io.rollcall.session.reservations.http.ReservationAnswer.Beaten;
import io.rollcall.session.reservations.http.ReservationAnswer.Listed;
import io.rollcall.session.reservations.http.ReservationAnswer.Released;
import io.rollcall.session.reservations.http.ReserveSaga.Reserved;
import io.rollcall.session.reservations.reads.LiveLeases;
import io.rollcall.session.reservations.rooms.CameraRooms;
import io.rollcall.session.reservations.wire.QuotaCommands;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.JsonNode;

/** Reservations of camera streams over HTTP. No thread waits for a decision or for LiveKit. */
@RestController
@RequestMapping(path = ReservationsController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "streams")
class ReservationsController {

    static final String PATH = "/api/v1/stream";

    private static final List<String> QUALITIES = List.of("high", "medium", "low");
    private static final String DEFAULT_QUALITY = "medium";
    private static final int MAX_USER = 256;

    private final CommandClient<QuotaCommand, QuotaEvent> commands;
    private final CommandIds ids;
    private final CameraCatalogue cameras;
    private final LiveLeases leases;
    private final CameraRooms rooms;
    private final AccessTokens tokens;
    private final ReserveSaga saga;
    private final SessionApiProperties properties;
    private final InstantSource clock;
    private final MeterRegistry meters;

    /** For the API's documents. */
    @Schema(name = "ReserveStream")
    private record Body(
            String camera_id,
            String user_id,

            @Schema(
                    allowableValues = {"high", "medium", "low"},
                    defaultValue = DEFAULT_QUALITY)
            String quality) {}

    ReservationsController(
            CommandClient<QuotaCommand, QuotaEvent> commands,
            CommandIds ids,
            CameraCatalogue cameras,
            LiveLeases leases,
            View<AgencyUsage> agencies,
            CameraRooms rooms,
            AccessTokens tokens,
            SessionApiProperties properties,
            InstantSource clock,
            MeterRegistry meters) {
        this.commands = commands;
        this.ids = ids;
        this.cameras = cameras;
        this.leases = leases;
        this.rooms = rooms;
        this.tokens = tokens;
        this.saga = new ReserveSaga(commands, cameras, leases, agencies, rooms);
        this.properties = properties;
        this.clock = clock;
        this.meters = meters;
    }

    @PostMapping(path = "/reserve", consumes = MediaType.APPLICATION_JSON_VALUE)
    @TakesIdempotencyKey
    @Operation(
            summary = "Reserve a camera's stream; the answer holds the token that opens its room.",
            description =
                    "Takes one slot of the agency's limit until it is released, it expires or its viewer has left."
                            + " A heartbeat is due every 30 s. Under an Idempotency-Key the same request gives the same answer for"
                            + " 24 hours, without token and expires_at once the reservation has ended; another body is 422.")
    @ApiResponse(responseCode = "201", description = "Reserved.")
    @ApiResponse(responseCode = "404", description = "There is no such camera.", content = @Content)
    @ApiResponse(responseCode = "409", description = "The camera is not online.", content = @Content)
    @ApiResponse(
            responseCode = "429",
            description = "The agency, or all of them together, use what they may; told in English and Arabic.",
            content = @Content(schema = @Schema(implementation = LimitAnswer.class)))
    @ApiResponse(
            responseCode = "503",
            description = "LiveKit or Kafka do not answer, or quota-counter has no memory for another lease.",
            content = @Content)
    CompletableFuture<ResponseEntity<ReservationAnswer>> reserve(
            Caller caller,
            HttpServletRequest request,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = Body.class)))
                    @RequestBody
                    JsonNode body) {
        CommandIds.Ids named = ids.of(caller.id(), "POST", PATH + "/reserve", CommandIds.key(request));
        ReserveSlot slot = slot(caller, body);
        CommandHeader header = CommandHeaders.asked(caller, request, clock.instant(), named)
                .setFingerprint(fingerprint(slot))
                .build();
        String agency = cameras.get(slot.getCameraId()).map(Camera::getAgency).orElse("");
        CompletableFuture<Reserved> reserving;
        try {
            reserving = saga.reserve(header, named.thing(), slot);
        } catch (RuntimeException e) {
            reserving = CompletableFuture.failedFuture(e);
        }
        return reserving
                .whenComplete((reserved, failure) -> ReservationCounts.count(meters, agency, reserved, failure))
                .thenApply(reserved -> ResponseEntity.status(HttpStatus.CREATED).body(answer(reserved)));
    }

    /** For the API's documents. */
    @Schema(name = "LimitReached")
    private record LimitAnswer(LimitExceededException.Body error) {}

    @DeleteMapping("/release/{reservation_id}")
    @TakesIdempotencyKey
    @Operation(
            summary = "Give a reservation back.",
            description = "The viewer is put out of the room. An admin may release anybody's.")
    CompletableFuture<Released> release(
            Caller caller, HttpServletRequest request, @PathVariable("reservation_id") String id) {
        CommandHeader header = header(caller, request, "/release/" + id);
        return ask(id, header, QuotaCommands.release(header, id, claim(caller)))
                .thenApply(_ -> new Released("released", "Stream reservation released successfully"));
    }

    @PostMapping("/heartbeat/{reservation_id}")
    @TakesIdempotencyKey
    @Operation(summary = "Keep a reservation for another 60 s; due every 30 s.")
    CompletableFuture<Beaten> heartbeat(
            Caller caller, HttpServletRequest request, @PathVariable("reservation_id") String id) {
        CommandHeader header = header(caller, request, "/heartbeat/" + id);
        return ask(id, header, QuotaCommands.heartbeat(header, id, claim(caller)))
                .thenApply(_ -> new Beaten("ok"));
    }

    @PostMapping("/renew/{reservation_id}")
    @TakesIdempotencyKey
    @Operation(
            summary = "Let a reservation live for its whole time again; the answer holds a new token.",
            description =
                    "Counts as a heartbeat. Repeated under its Idempotency-Key once the reservation has ended, the"
                            + " answer is without token and expires_at.")
    CompletableFuture<ReservationAnswer> renew(
            Caller caller, HttpServletRequest request, @PathVariable("reservation_id") String id) {
        CommandHeader header = header(caller, request, "/renew/" + id);
        return noted(header, id)
                .thenCompose(noted -> ask(id, noted, QuotaCommands.renew(noted, id, claim(caller))))
                .thenCompose(event -> {
                    FirstAnswer first = FirstAnswer.in(event.getAnswer());
                    Lease lease = event.getLease();
                    if (lease == null) {
                        // The same request again, after the reservation has ended.
                        if (first == null) {
                            throw ReservationRefusals.notFound();
                        }
                        return CompletableFuture.completedFuture(answer(first));
                    }
                    String name = first == null ? nameOf(lease) : first.cameraName();
                    return rooms.ensure(lease.getCameraId())
                            .thenApply(
                                    _ -> answer(lease, name, token(lease, lease.getRenewedAt(), lease.getExpiresAt())));
                });
    }

    /** Under a key, what its answer tells is kept with it: quota-counter forgets a lease that has ended. */
    private CompletableFuture<CommandHeader> noted(CommandHeader header, String id) {
        if (!header.getRepeatable()) {
            return CompletableFuture.completedFuture(header);
        }
        return (leases.get(id).isPresent() ? CompletableFuture.<Void>completedFuture(null) : leases.upToNow())
                .thenApply(_ -> leases.get(id)
                        .map(lease -> CommandHeader.newBuilder(header)
                                .setNote(new FirstAnswer(id, lease.getCameraId(), nameOf(lease), lease.getQuality())
                                        .note())
                                .build())
                        .orElse(header));
    }

    @GetMapping("/reservations")
    @Operation(
            summary = "The reservations of a user that live, the newest first, without tokens.",
            description = "Everybody's own; admins may ask for anybody's.")
    CompletableFuture<Listed> list(
            Caller caller, @RequestParam(name = "user_id", required = false) @Nullable String userId) {
        if (userId == null || userId.isEmpty()) {
            throw new BadFieldException("user_id", "is required");
        }
        noLongerThanUsersAre(userId);
        if (!caller.admin() && !caller.id().equals(userId)) {
            throw ReservationRefusals.forbidden();
        }
        return leases.upToNow()
                .thenApply(_ -> new Listed(leases.ofUser(userId).stream()
                        .map(lease -> answer(lease, nameOf(lease), null))
                        .toList()));
    }

    /** Asks about one lease where it is decided, which its id tells. */
    private CompletableFuture<QuotaEvent> ask(String id, CommandHeader header, QuotaCommand command) {
        int partition = ReservationIds.partition(id).orElseThrow(ReservationRefusals::notFound);
        if (partition >= commands.partitions()) {
            throw ReservationRefusals.notFound();
        }
        return commands.send(partition, id, header, command).thenApply(ReservationRefusals::accepted);
    }

    private CommandHeader header(Caller caller, HttpServletRequest request, String path) {
        CommandIds.Ids named = ids.of(caller.id(), request.getMethod(), PATH + path, CommandIds.key(request));
        return CommandHeaders.asked(caller, request, clock.instant(), named).build();
    }

    private static LeaseClaim claim(Caller caller) {
        return new LeaseClaim(caller.id(), caller.admin());
    }

    private static ReserveSlot slot(Caller caller, JsonNode body) {
        if (!body.isObject()) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "Invalid request body");
        }
        String cameraId = text(body, "camera_id");
        String userId = text(body, "user_id");
        if (cameraId.isBlank() || userId.isBlank()) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "camera_id and user_id are required");
        }
        noLongerThanUsersAre(userId);
        String quality = text(body, "quality");
        if (!quality.isEmpty() && !QUALITIES.contains(quality)) {
            throw new BadFieldException("quality", "must be one of " + String.join(", ", QUALITIES));
        }
        return new ReserveSlot(cameraId, userId, caller.id(), quality.isEmpty() ? DEFAULT_QUALITY : quality);
    }

    private static void noLongerThanUsersAre(String userId) {
        if (userId.length() > MAX_USER) {
            throw new BadFieldException("user_id", "must have at most " + MAX_USER + " characters");
        }
    }

    private static String text(JsonNode body, String field) {
        JsonNode text = body.path(field);
        if (text.isMissingNode() || text.isNull()) {
            return "";
        }
        if (!text.isString()) {
            throw new BadFieldException(field, "must be a string");
        }
        String it = text.asString();
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(it)) {
            throw new BadFieldException(field, "must be text: it has half of a character");
        }
        return it;
    }

    /** Not of the body's bytes, but of all that is read of it. */
    private static String fingerprint(ReserveSlot slot) {
        String read = slot.getQuality() + " " + slot.getUserId().length() + " " + slot.getUserId() + slot.getCameraId();
        return CommandIds.fingerprint(read.getBytes(StandardCharsets.UTF_8));
    }

    private ReservationAnswer answer(Reserved reserved) {
        FirstAnswer first = reserved.first();
        Lease lease = reserved.lease();
        if (lease == null) {
            return answer(first);
        }
        // As it was granted, however often it has been renewed since.
        Instant expiresAt = lease.getGrantedAt().plusMillis(life(lease));
        return answer(first, token(lease, lease.getGrantedAt(), expiresAt), expiresAt);
    }

    private static long life(Lease lease) {
        return lease.getExpiresAt().toEpochMilli() - lease.getRenewedAt().toEpochMilli();
    }

    private ReservationAnswer answer(Lease lease, String cameraName, @Nullable String token) {
        return answer(
                new FirstAnswer(lease.getReservationId(), lease.getCameraId(), cameraName, lease.getQuality()),
                token,
                lease.getExpiresAt());
    }

    /** Of one that has ended. */
    private ReservationAnswer answer(FirstAnswer first) {
        return answer(first, null, null);
    }

    private ReservationAnswer answer(FirstAnswer first, @Nullable String token, @Nullable Instant expiresAt) {
        return new ReservationAnswer(
                first.reservationId(),
                first.cameraId(),
                first.cameraName(),
                CameraRoom.nameOf(first.cameraId()),
                token,
                properties.livekit().wsUrl(),
                expiresAt,
                first.quality());
    }

    private String nameOf(Lease lease) {
        return cameras.get(lease.getCameraId()).map(Camera::getName).orElse("");
    }

    private String token(Lease lease, Instant issuedAt, Instant expiresAt) {
        var attributes = new LinkedHashMap<String, String>();
        attributes.put(ViewerNames.RESERVATION, lease.getReservationId());
        attributes.put(ViewerNames.AGENCY, lease.getAgency());
        attributes.put(ViewerNames.USER, lease.getUserId());
        return tokens.mintViewer(
                ViewerNames.identity(lease.getReservationId()),
                CameraRoom.nameOf(lease.getCameraId()),
                issuedAt.getEpochSecond(),
                expiresAt.getEpochSecond(),
                attributes);
    }
}
