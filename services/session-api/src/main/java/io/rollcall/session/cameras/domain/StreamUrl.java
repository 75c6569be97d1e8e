package io.rollcall.session.cameras.domain;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a camera's stream, which cameras want credentials in: before the host, and as {@code name=value} in
 * query and path. The places where they stand can be masked, and filled again.
 *
 * @param text empty when there is none
 */
public record StreamUrl(String text) {

    private static final String MASK = "***";
    private static final String LOGIN = "login";
    private static final String LOGIN_MASK = MASK + ":" + MASK;
    private static final int MAX = 2048;
    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://(?<authority>[^/?]*)(?<path>[^?]*)(?:\\?(?<query>.*))?");
    private static final Pattern HOST = Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[^:@\\[\\]]+)(?::\\d{1,5})?");
    private static final Pattern QUERY_PAIR = Pattern.compile("(?<=^|[&;])(?<name>[^=&;]*)=(?<value>[^&;]*)");

    /** Where names and values stand in a path, a value goes up to the next name: some end in anything. */
    private static final Pattern PATH_PAIR =
            Pattern.compile("(?<=[/&;,_])(?<name>[A-Za-z0-9.%-]+)=(?<value>.*?)(?=[/&;,_][A-Za-z0-9.%-]+=|$)");

    private static final String OF_USER = "user|usr|login|account|uname|(?<![a-z])(?:u|un|uid)(?![a-z])";
    private static final String OF_PASSWORD = "pass|pw|psw|(?<![a-z])(?:p|pin)(?![a-z])";
    private static final Pattern USER = Pattern.compile(OF_USER);
    private static final Pattern PASSWORD = Pattern.compile(OF_PASSWORD);

    /** Rather one place too many: what is masked needlessly is only not shown. Short names count as whole words. */
    private static final Pattern OPENS = Pattern.compile(OF_USER + "|" + OF_PASSWORD
            + "|secret|token|auth|cred|key|sign|session|ticket|digest|hash|jwt|bearer"
            + "|code(?![a-z])|(?<![a-z])(?:otp|sig|sid)(?![a-z])");

    private record Place(String name, int from, int to) {}

    /**
     * Who logs in where there is somebody.
     *
     * @param password empty when there is none
     */
    public record Login(String user, String password) {

        /** Everything but the password. */
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }

    /**
     * Reads what a person gave.
     *
     * @throws IllegalArgumentException when it cannot be told for sure where its credentials end; the message says what
     *     it must be, and nothing of it
     */
    public static StreamUrl of(String text) {
        var url = new StreamUrl(text);
        String wrong = url.wrong();
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(wrong);
        }
        return url;
    }

    /** The names of the places where credentials stand, in their order. */
    public List<String> places() {
        return scan().stream().map(Place::name).toList();
    }

    /** Whether none of them stands in the clear. */
    public boolean isMasked() {
        return wrong().isEmpty() && scan().stream().allMatch(this::isMask);
    }

    /** Whether one of them has been masked, and another one has not. */
    public boolean isPartlyMasked() {
        return !isMasked() && scan().stream().anyMatch(this::isMask);
    }

    /** With a mask in every place. */
    public StreamUrl masked() {
        return filled(scan().stream()
                .map(place -> place.name().equals(LOGIN) ? LOGIN_MASK : MASK)
                .toList());
    }

    /** What stands in the places, in their order. */
    public List<String> secrets() {
        return scan().stream().map(this::at).toList();
    }

    /**
     * With these in the places.
     *
     * @throws IllegalArgumentException when there are more or fewer than places
     */
    public StreamUrl filled(List<String> secrets) {
        List<Place> places = scan();
        if (places.size() != secrets.size()) {
            throw new IllegalArgumentException(secrets.size() + " secrets for " + places.size() + " places");
        }
        var filled = new StringBuilder();
        int copied = 0;
        Iterator<String> next = secrets.iterator();
        for (Place place : places) {
            filled.append(text, copied, place.from()).append(next.next());
            copied = place.to();
        }
        return new StreamUrl(filled.append(text, copied, text.length()).toString());
    }

    /** Who logs in: before the host, else as the query or the path tells. */
    public Optional<Login> login() {
        List<Place> places = scan();
        if (!places.isEmpty() && places.getFirst().name().equals(LOGIN)) {
            String both = at(places.getFirst());
            int colon = both.indexOf(':');
            return Optional.of(
                    colon < 0
                            ? new Login(decoded(both), "")
                            : new Login(decoded(both.substring(0, colon)), decoded(both.substring(colon + 1))));
        }
        return value(places, USER)
                .map(user -> new Login(user, value(places, PASSWORD).orElse("")));
    }

    private Optional<String> value(List<Place> places, Pattern name) {
        return places.stream()
                .filter(place -> name.matcher(place.name()).find())
                .map(place -> decoded(at(place)))
                .findFirst();
    }

    /** The address may be logged and shown; what opens it may not. */
    @Override
    public String toString() {
        return wrong().isEmpty() ? masked().text() : "a malformed address";
    }

    private String at(Place place) {
        return text.substring(place.from(), place.to());
    }

    private boolean isMask(Place place) {
        String it = at(place);
        return it.equals(MASK) || (place.name().equals(LOGIN) && it.equals(LOGIN_MASK));
    }

    private List<Place> scan() {
        List<Place> places = new ArrayList<>();
        Matcher address = ADDRESS.matcher(text);
        if (!address.matches()) {
            return places;
        }
        int at = address.group("authority").lastIndexOf('@');
        if (at > 0) {
            int from = address.start("authority");
            places.add(new Place(LOGIN, from, from + at));
        }
        pairs(PATH_PAIR, address.start("path"), address.end("path"), places);
        if (address.group("query") != null) {
            pairs(QUERY_PAIR, address.start("query"), address.end("query"), places);
        }
        return places;
    }

    private void pairs(Pattern pair, int from, int to, List<Place> places) {
        Matcher found = pair.matcher(text).region(from, to);
        while (found.find()) {
            String name = decoded(found.group("name")).toLowerCase(Locale.ROOT);
            if (OPENS.matcher(name).find() && found.start("value") < found.end("value")) {
                places.add(new Place(name, found.start("value"), found.end("value")));
            }
        }
    }

    private String wrong() {
        if (text.isEmpty()) {
            return "";
        }
        if (text.length() > MAX) {
            return "must have at most " + MAX + " characters";
        }
        Matcher address = ADDRESS.matcher(text);
        if (text.chars().anyMatch(c -> c <= ' ' || c == 0x7f) || !address.matches()) {
            return "must be an address such as rtsp://host/path";
        }
        String authority = address.group("authority");
        boolean host = HOST.matcher(authority.substring(authority.lastIndexOf('@') + 1))
                .matches();
        // A password with one of these in the clear makes another address of it, which would show the rest.
        return host && text.indexOf('#') < 0 && everyAtIsInAPlace()
                ? ""
                : "must be an address such as rtsp://host/path, with /, ?, # and @ in names and passwords"
                        + " percent-encoded";
    }

    private boolean everyAtIsInAPlace() {
        List<Place> places = scan();
        for (int i = text.indexOf('@'); i >= 0; i = text.indexOf('@', i + 1)) {
            int at = i;
            if (places.stream().noneMatch(place -> place.from() <= at && at <= place.to())) {
                return false;
            }
        }
        return true;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // A percent sign that nobody encoded.
            return text;
        }
    }
}
