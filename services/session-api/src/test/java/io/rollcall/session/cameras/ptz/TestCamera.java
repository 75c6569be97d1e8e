package io.rollcall.session.cameras.ptz;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * A camera that speaks ONVIF: SOAP 1.2, WS-Security's UsernameToken digest verified against its own clock, services at
 * different paths, faults with ONVIF's codes.
 */
public final class TestCamera implements AutoCloseable {

    private static final String SOAP = "http://www.w3.org/2003/05/soap-envelope";
    private static final String WSSE =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private static final String WSU =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private static final String DIGEST =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
    private static final String PTZ = "http://www.onvif.org/ver20/ptz/wsdl";
    private static final Duration LEEWAY = Duration.ofSeconds(5);

    private final String user;
    private final String password;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Set<String> nonces = new HashSet<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Duration ahead = Duration.ZERO;
    private volatile String refusal = "";
    private volatile String nonsense = "";
    private volatile String addressOfItsOwn = "";
    private volatile boolean silent;
    private volatile boolean tellsItsServices = true;

    private TestCamera(String user, String password) {
        this.user = user;
        this.password = password;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** A running one that lets this user in. */
    public static TestCamera start(String user, String password) {
        return new TestCamera(user, password);
    }

    /** Where its device service is. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/onvif/device_service";
    }

    /** What it was asked, in order: path, method and the text of its parts. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    /** What its motors were told, in order. */
    public List<String> moves() {
        return asked.stream()
                .filter(it -> it.startsWith("/onvif/ptz "))
                .map(it -> it.substring("/onvif/ptz ".length()))
                .toList();
    }

    /** Its clock goes wrong by this. */
    public void isAhead(Duration time) {
        ahead = time;
    }

    /** Its PTZ service answers with a fault of this code; empty: no more. */
    public void refuse(String code) {
        refusal = code;
    }

    /** Its PTZ service answers this; empty: no more. */
    public void answerNonsense(String text) {
        nonsense = text;
    }

    /** It says that its services are at this host. */
    public void callsItself(String hostAndPort) {
        addressOfItsOwn = hostAndPort;
    }

    /** All its services are at one path, and it does not say so. */
    public void keepsItsServicesToItself() {
        tellsItsServices = false;
    }

    /** It takes questions and does not answer. */
    public void keepSilent() {
        silent = true;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Document request = parsed(exchange.getRequestBody().readAllBytes());
            Element method =
                    first((Element) request.getElementsByTagNameNS(SOAP, "Body").item(0));
            if (silent) {
                end.await();
                return;
            }
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            String action = method.getNamespaceURI() + "/" + method.getLocalName();
            if (!type.startsWith("application/soap+xml") || !type.contains("action=\"" + action + "\"")) {
                reply(exchange, 415, "");
                return;
            }
            boolean open = method.getLocalName().equals("GetSystemDateAndTime");
            if (!open && !isLetIn(request)) {
                reply(exchange, 400, fault("NotAuthorized"));
                return;
            }
            asked.add(path + " " + told(method));
            if (method.getNamespaceURI().equals(PTZ) && !nonsense.isEmpty()) {
                reply(exchange, 200, nonsense);
            } else if (method.getNamespaceURI().equals(PTZ) && !refusal.isEmpty()) {
                reply(exchange, 400, fault(refusal));
            } else {
                respond(exchange, path, method);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private void respond(HttpExchange exchange, String path, Element method) throws IOException {
        String name = method.getLocalName();
        boolean atItsPlace = !tellsItsServices
                || path.equals(
                        switch (method.getNamespaceURI()) {
                            case PTZ -> "/onvif/ptz";
                            case "http://www.onvif.org/ver10/media/wsdl" -> "/onvif/media";
                            default -> "/onvif/device_service";
                        });
        if (!atItsPlace || (name.equals("GetCapabilities") && !tellsItsServices)) {
            reply(exchange, 400, fault("ActionNotSupported"));
            return;
        }
        String body = switch (name) {
            case "GetSystemDateAndTime" -> time();
            case "GetCapabilities" -> capabilities();
            case "GetProfiles" ->
                "<trt:Profiles token=\"audio\"/>"
                        + "<trt:Profiles token=\"main &amp; &quot;1&quot;\"><tt:PTZConfiguration token=\"p\"/></trt:Profiles>"
                        + "<trt:Profiles token=\"second\"><tt:PTZConfiguration token=\"q\"/></trt:Profiles>";
            default -> "";
        };
        reply(
                exchange,
                200,
                "<env:Envelope xmlns:env=\"" + SOAP + "\" xmlns:tt=\"http://www.onvif.org/ver10/schema\""
                        + " xmlns:trt=\"http://www.onvif.org/ver10/media/wsdl\"><env:Body><n:" + name
                        + "Response xmlns:n=\"" + method.getNamespaceURI() + "\">"
                        + body + "</n:" + name + "Response></env:Body></env:Envelope>");
    }

    private String time() {
        ZonedDateTime now = Instant.now().plus(ahead).atZone(ZoneOffset.UTC);
        return "<n:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:UTCDateTime><tt:Time><tt:Hour>"
                + now.getHour() + "</tt:Hour><tt:Minute>" + now.getMinute() + "</tt:Minute><tt:Second>"
                + now.getSecond() + "</tt:Second></tt:Time><tt:Date><tt:Year>" + now.getYear() + "</tt:Year><tt:Month>"
                + now.getMonthValue() + "</tt:Month><tt:Day>" + now.getDayOfMonth()
                + "</tt:Day></tt:Date></tt:UTCDateTime></n:SystemDateAndTime>";
    }

    private String capabilities() {
        String host =
                addressOfItsOwn.isEmpty() ? "127.0.0.1:" + server.getAddress().getPort() : addressOfItsOwn;
        return "<n:Capabilities><tt:Media><tt:XAddr>http://" + host + "/onvif/media</tt:XAddr></tt:Media>"
                + "<tt:PTZ><tt:XAddr>http://" + host + "/onvif/ptz</tt:XAddr></tt:PTZ></n:Capabilities>";
    }

    /** As the profile says: the digest fits, the time is ours within five seconds, the nonce is new. */
    private synchronized boolean isLetIn(Document request) throws GeneralSecurityException {
        String created = text(request, WSU, "Created");
        String nonce = text(request, WSSE, "Nonce");
        NodeList passwords = request.getElementsByTagNameNS(WSSE, "Password");
        if (created.isEmpty() || nonce.isEmpty() || passwords.getLength() != 1) {
            return false;
        }
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        sha1.update(Base64.getDecoder().decode(nonce));
        sha1.update(created.getBytes(StandardCharsets.UTF_8));
        byte[] digest = sha1.digest(password.getBytes(StandardCharsets.UTF_8));
        Duration off = Duration.between(Instant.parse(created), Instant.now().plus(ahead));
        return text(request, WSSE, "Username").equals(user)
                && ((Element) passwords.item(0)).getAttribute("Type").equals(DIGEST)
                && MessageDigest.isEqual(digest, Base64.getDecoder().decode(text(request, WSSE, "Password")))
                && off.abs().compareTo(LEEWAY) <= 0
                && nonces.add(nonce);
    }

    private static String text(Document request, String namespace, String name) {
        NodeList found = request.getElementsByTagNameNS(namespace, name);
        return found.getLength() == 1 ? found.item(0).getTextContent() : "";
    }

    private static String told(Element method) {
        List<String> parts = new ArrayList<>();
        parts.add(method.getLocalName());
        NodeList all = method.getElementsByTagNameNS("*", "*");
        for (int i = 0; i < all.getLength(); i++) {
            Element part = (Element) all.item(i);
            String x = part.getAttribute("x");
            String y = part.getAttribute("y");
            String own = x.isEmpty() ? part.getTextContent() : x + (y.isEmpty() ? "" : "," + y);
            if (first(part) == null) {
                parts.add(part.getLocalName() + "=" + own);
            }
        }
        return String.join(" ", parts);
    }

    @SuppressWarnings("NullAway")
    private static Element first(Element parent) {
        NodeList children = parent.getChildNodes();
        for (int i = 0; i < children.getLength(); i++) {
            if (children.item(i) instanceof Element element) {
                return element;
            }
        }
        return null;
    }

    private static String fault(String code) {
        return "<env:Envelope xmlns:env=\"" + SOAP + "\" xmlns:ter=\"http://www.onvif.org/ver10/error\"><env:Body>"
                + "<env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode><env:Value>ter:" + code
                + "</env:Value></env:Subcode></env:Code><env:Reason><env:Text xml:lang=\"en\">no</env:Text></env:Reason>"
                + "</env:Fault></env:Body></env:Envelope>";
    }

    private static Document parsed(byte[] body) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(body));
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/soap+xml; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
