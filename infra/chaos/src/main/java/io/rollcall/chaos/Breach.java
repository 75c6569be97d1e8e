package io.rollcall.chaos;

/** A promise that was broken, and how. */
record Breach(Promise promise, String detail) {

    /** What Rollcall promises whatever is killed. */
    enum Promise {
        NOTHING_ACKNOWLEDGED_IS_LOST("acknowledged webhooks lost"),
        NO_FACT_IS_LOST("facts lost"),
        NO_FACT_IS_DUPLICATED("facts duplicated"),
        ORDER_IS_KEPT("rooms whose order was not kept"),
        SUBSCRIBERS_GET_EVERYTHING_ONCE("feed events a subscriber missed or got again"),
        STATE_IS_RIGHT("rooms and sessions that differ from the capture");

        private final String title;

        Promise(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }
}
