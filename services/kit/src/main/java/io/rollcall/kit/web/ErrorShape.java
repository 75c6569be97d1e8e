package io.rollcall.kit.web;

import java.util.Set;
import org.springframework.http.MediaType;

/**
 * How one surface words its errors. A service makes it a bean; then whatever fails under its prefixes answers so,
 * wherever it fails: in a filter, in a controller, in Tomcat itself. Everything else answers problem details.
 */
public interface ErrorShape {

    /** Whole leading parts of a path, as {@code /v1/realtime}: that path and all below it. The longest one wins. */
    Set<String> prefixes();

    /** The body, which Jackson writes. */
    Object body(Failure failure);

    /** What the body is. */
    default MediaType contentType() {
        return MediaType.APPLICATION_JSON;
    }
}
