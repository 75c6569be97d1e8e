/** Who calls: bearer tokens of an OIDC issuer, and the caller that controllers are given. */
@NullMarked
package io.rollcall.kit.auth;

import org.jspecify.annotations.NullMarked;
