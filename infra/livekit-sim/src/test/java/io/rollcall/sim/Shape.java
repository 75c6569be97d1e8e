package io.rollcall.sim;

import java.util.regex.Pattern;

/** Takes what differs from run to run out of a text, but only where it has the form that it must have. */
public final class Shape {

    private static final Pattern ID = Pattern.compile("\"(RM|PA|EV)_[2-9A-HJ-NP-Za-km-z]{12}\"");
    private static final Pattern TRACK = Pattern.compile("\"TR_(AM|VC)[2-9A-HJ-NP-Za-km-z]{12}\"");
    private static final Pattern PASSWORD = Pattern.compile("(\"turn_?[pP]assword\":)\"[0-9A-Za-z]{42,44}\"");
    private static final Pattern SECONDS =
            Pattern.compile("(\"(?:creation_time|joined_at|creationTime|joinedAt|createdAt)\":)\"1[78]\\d{8}\"");
    private static final Pattern MILLISECONDS =
            Pattern.compile("(\"(?:creation_time_ms|joined_at_ms|creationTimeMs|joinedAtMs)\":)\"1[78]\\d{11}\"");
    private static final Pattern MICROSECONDS = Pattern.compile("(\"unixMicro\":)\"1[78]\\d{14}\"");
    private static final Pattern CID = Pattern.compile("(\"cid\":)\"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\"");
    private static final Pattern SSRC = Pattern.compile("(\"ssrc\":)\\d{6,10}");
    private static final Pattern TOKEN = Pattern.compile("eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+");

    private Shape() {}

    /** Without ids, secrets and tokens. */
    public static String withoutIds(String text) {
        String shape = ID.matcher(text).replaceAll("\"$1\"");
        shape = TRACK.matcher(shape).replaceAll("\"TR_$1\"");
        shape = PASSWORD.matcher(shape).replaceAll("$1\"\"");
        shape = MICROSECONDS.matcher(shape).replaceAll("$1\"\"");
        shape = CID.matcher(shape).replaceAll("$1\"\"");
        shape = SSRC.matcher(shape).replaceAll("$10");
        return TOKEN.matcher(shape).replaceAll("TOKEN");
    }

    /** Without ids, secrets, tokens and times. */
    public static String withoutIdsAndTimes(String text) {
        String shape = SECONDS.matcher(withoutIds(text)).replaceAll("$1\"\"");
        return MILLISECONDS.matcher(shape).replaceAll("$1\"\"");
    }
}
