package io.rollcall.session.cameras.http;

import io.rollcall.kit.auth.Caller;
import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.TakesIdempotencyKey;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.cameras.CameraStatus;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.session.cameras.domain.Folding;
import io.rollcall.session.cameras.http.CameraAnswer.Imported;
import io.rollcall.session.cameras.reads.CameraCatalogue;
import io.rollcall.session.cameras.reads.CameraCatalogue.Page;
import io.rollcall.session.cameras.reads.CameraCatalogue.Query;
import io.rollcall.session.cameras.secrets.CameraSecrets;
import io.rollcall.session.cameras.wire.CameraCommands;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.JsonNode;

/** The catalogue of cameras over HTTP. */
@RestController
@RequestMapping(path = CamerasController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "cameras")
class CamerasController {

    static final String PATH = "/api/v1/cameras";
    static final String IMPORT = PATH + "/import";

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;
    private static final String CSV = "text/csv";

    private final CommandClient<CameraCommand, CameraEvent> commands;
    private final CameraHeaders headers;
    private final CameraCatalogue catalogue;
    private final CameraSecrets secrets;
    private final CameraReader reader;
    private final CameraImport imports;

    CamerasController(
            CommandClient<CameraCommand, CameraEvent> commands,
            CameraHeaders headers,
            CameraCatalogue catalogue,
            CameraSecrets secrets) {
        this.commands = commands;
        this.headers = headers;
        this.catalogue = catalogue;
        this.secrets = secrets;
        this.reader = new CameraReader(secrets);
        this.imports = new CameraImport(commands, catalogue, reader);
    }

    @GetMapping
    @Operation(
            summary = "Cameras in the order of their ids.",
            description = "search is part of a name in either language, without regard to case, vowel marks, forms of"
                    + " alef, teh marbuta and alef maksura. count is what is on the page, total what matches.")
    CameraAnswer.Listed list(
            @RequestParam(required = false) @Nullable String source,
            @Parameter(schema = @Schema(allowableValues = {"ONLINE", "OFFLINE", "ERROR"}))
                    @RequestParam(required = false)
                    @Nullable
                    String status,
            @RequestParam(required = false) @Nullable String search,
            @Parameter(schema = @Schema(type = "integer", defaultValue = "100", minimum = "1", maximum = "1000"))
                    @RequestParam(required = false)
                    @Nullable
                    String limit,
            @Parameter(schema = @Schema(type = "integer", defaultValue = "0", minimum = "0"))
                    @RequestParam(required = false)
                    @Nullable
                    String offset) {
        var query = new Query(given(source), status(status), search == null ? "" : Folding.fold(search));
        Page page = catalogue.list(
                query,
                number("limit", limit, DEFAULT_LIMIT, 1, MAX_LIMIT),
                number("offset", offset, 0, 0, Integer.MAX_VALUE));
        List<CameraAnswer> cameras =
                page.cameras().stream().map(CameraAnswer::of).toList();
        return new CameraAnswer.Listed(cameras, cameras.size(), page.total());
    }

    @GetMapping("/{id}")
    @Operation(summary = "One camera.")
    CameraAnswer one(@PathVariable String id) {
        return catalogue.get(id).map(CameraAnswer::of).orElseThrow(CameraRefusals::notFound);
    }

    @PutMapping(path = "/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Replace a whole camera (admins).",
            description = "name and source are required, what is absent is empty. A masked rtsp_url keeps the stored"
                    + " credentials. A camera that is moved to another source loses its reservations.")
    CompletableFuture<CameraAnswer> replace(
            Caller caller,
            HttpServletRequest request,
            @PathVariable String id,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = CameraAnswer.class)))
                    @RequestBody
                    JsonNode body) {
        admin(caller);
        CameraReader.Given given = reader.read(object(body), id);
        CommandHeader header = headers.of(caller, request, PATH + "/" + id, null);
        return commands.send(id, header, CameraCommands.replace(header, id, given.details()))
                .thenApply(CameraRefusals::accepted)
                .thenCompose(event -> {
                    Camera camera = Objects.requireNonNull(event.getCamera());
                    return catalogue.shows(id, camera).thenApply(_ -> CameraAnswer.of(camera));
                });
    }

    @DeleteMapping("/{id}")
    @TakesIdempotencyKey
    @Operation(summary = "Remove a camera (admins); its reservations end.")
    @ApiResponse(responseCode = "204", description = "It is gone.")
    CompletableFuture<ResponseEntity<Void>> remove(Caller caller, HttpServletRequest request, @PathVariable String id) {
        admin(caller);
        CommandHeader header = headers.of(caller, request, PATH + "/" + id, CommandIds.key(request));
        return commands.send(id, header, CameraCommands.remove(header, id))
                .thenApply(CameraRefusals::accepted)
                .thenCompose(event -> catalogue.shows(id, event.getCamera()))
                .thenApply(_ -> ResponseEntity.noContent().build());
    }

    @PostMapping(
            path = "/import",
            consumes = {MediaType.APPLICATION_JSON_VALUE, CSV})
    @TakesIdempotencyKey
    @Operation(
            summary = "Make or replace up to 10,000 cameras (admins).",
            description = "JSON, or CSV whose first line names the fields (latitude, longitude, address and address_ar"
                    + " of the location too; metadata as JSON). id, name and source are required, status is OFFLINE"
                    + " unless given. Rows that are wrong are told and do not keep the others out.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = ImportBody.class)),
                @Content(mediaType = CSV, schema = @Schema(type = "string"))
            })
    @ApiResponse(responseCode = "200", description = "One was imported at least.")
    @ApiResponse(responseCode = "400", description = "None was imported.")
    ResponseEntity<Imported> importAll(Caller caller, HttpServletRequest request) throws IOException {
        admin(caller);
        CommandHeader header = headers.of(caller, request, IMPORT, CommandIds.key(request));
        try (CameraImport.Turn _ = imports.turn()) {
            byte[] body = request.getInputStream().readAllBytes();
            header.setFingerprint(secrets.fingerprint(body));
            MediaType type = MediaType.parseMediaType(request.getContentType());
            Rows rows = MediaType.parseMediaType(CSV).includes(type) ? Rows.CSV : Rows.JSON;
            Imported imported = imports.run(body, rows, header);
            return ResponseEntity.status(imported.imported() == 0 ? HttpStatus.BAD_REQUEST : HttpStatus.OK)
                    .body(imported);
        }
    }

    /** For the API's documents. */
    @Schema(name = "CameraImport")
    private record ImportBody(List<CameraAnswer> cameras) {}

    private static JsonNode object(JsonNode body) {
        if (!body.isObject()) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "Invalid request body");
        }
        return body;
    }

    private static void admin(Caller caller) {
        if (!caller.admin()) {
            throw new ResponseStatusException(HttpStatus.FORBIDDEN, "Forbidden");
        }
    }

    private static @Nullable CameraStatus status(@Nullable String text) {
        String given = given(text);
        return given == null
                ? null
                : CameraStatus.valueOf(CameraReader.status("status", given).name());
    }

    private static @Nullable String given(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static int number(String field, @Nullable String text, int absent, int least, int most) {
        if (text == null || text.isEmpty()) {
            return absent;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new BadFieldException(
                field,
                most == Integer.MAX_VALUE ? "must be " + least + " or more" : "must be " + least + " to " + most);
    }
}
