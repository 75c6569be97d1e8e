package io.rollcall.session.reservations.domain;

/** What LiveKit calls those who watch cameras. */
public final class ViewerNames {

    /** The attributes of our viewers' tokens. */
    public static final String RESERVATION = "reservation_id";

    public static final String AGENCY = "agency";
    public static final String USER = "user_id";

    private ViewerNames() {}

    /** The participant of a reservation: two tabs of one user do not put each other out. */
    public static String identity(String reservationId) {
        return "viewer_" + reservationId;
    }
}
