package io.rollcall.schemas;

import java.util.Locale;

/** The services that read and write topics; nobody else does. */
public enum Service {
    WEBHOOK_INGEST,
    SESSION_API,
    QUOTA_COUNTER,
    PRESENCE_HISTORY,
    WS_GATEWAY;

    /** The one word for it everywhere: module, application id, container, metric tag. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
