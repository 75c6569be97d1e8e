/** The rules, told as given, when and then, and held against random histories. */
@NullMarked
package io.rollcall.presence.rooms.domain;

import org.jspecify.annotations.NullMarked;
