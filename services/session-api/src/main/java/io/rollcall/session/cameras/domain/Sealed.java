package io.rollcall.session.cameras.domain;

import java.util.Arrays;

/** Cipher text, compared by its bytes. */
public final class Sealed {

    private final byte[] bytes;

    /** Of these bytes, which nobody changes. */
    public Sealed(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The bytes themselves, to be read only. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sealed it && Arrays.equals(bytes, it.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Its length alone. */
    @Override
    public String toString() {
        return "Sealed[" + bytes.length + " bytes]";
    }
}
