package io.rollcall.kit.web;

/**
 * How long a body of one route may be, where it is not as long as all others may. A service makes it a bean.
 *
 * @param method as {@code POST}
 * @param path whole, without variables
 * @param bytes the longest body it reads
 */
public record BodyLimit(String method, String path, long bytes) {}
