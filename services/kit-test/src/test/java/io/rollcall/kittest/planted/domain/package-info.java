/** A domain package with every fault that the rules look for. */
@NullMarked
package io.rollcall.kittest.planted.domain;

import org.jspecify.annotations.NullMarked;
