/**
 * WebSocket (RFC 6455) on Tomcat's own upgrade: frames are taken apart and put together here, so that what many clients
 * are sent is encoded once and joined, and an idle connection holds no buffer.
 */
@NullMarked
package io.rollcall.gateway.websocket;

import org.jspecify.annotations.NullMarked;
