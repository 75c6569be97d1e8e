package io.rollcall.kit.decider;

import org.jspecify.annotations.Nullable;

/** What a command must have said, looked at where a record becomes one. */
public final class CommandParts {

    private CommandParts() {}

    /**
     * The part that a command's type names.
     *
     * @throws PoisonCommandException when it is missing
     */
    public static <T> T required(@Nullable T part) {
        if (part == null) {
            throw new PoisonCommandException("the part that its type names is missing");
        }
        return part;
    }

    /**
     * A name or an id.
     *
     * @throws PoisonCommandException when it is empty
     */
    public static String named(String value, String what) {
        if (value.isEmpty()) {
            throw new PoisonCommandException("no " + what);
        }
        return value;
    }
}
