package io.rollcall.kit.decider;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Tells the API's documents that a request may come under a key, see {@link CommandIds#key}. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
        name = CommandIds.HEADER,
        in = ParameterIn.HEADER,
        description = "1 to 255 printable ASCII characters: the same request under it is done once.",
        schema = @Schema(type = "string", minLength = 1, maxLength = 255))
public @interface TakesIdempotencyKey {}
