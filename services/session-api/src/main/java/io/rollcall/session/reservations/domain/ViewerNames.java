package io.rollcall.session.reservations.domain;

/** What LiveKit calls the room of a camera, and who watches there. */
public final class ViewerNames {

    /** The attributes of our viewers' tokens. */
    public static final String RESERVATION = "reservation_id";

    public static final String AGENCY = "agency";
    public static final String USER = "user_id";

    private ViewerNames() {}

    /** The room in which a camera is watched. */
    public static String room(String cameraId) {
        return "camera_" + cameraId;
    }

    /** The participant of a reservation: two tabs of one user do not put each other out. */
    public static String identity(String reservationId) {
        return "viewer_" + reservationId;
    }
}
