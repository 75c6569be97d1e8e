package io.rollcall.session.cameras.ptz;

import io.rollcall.session.cameras.domain.StreamUrl.Login;
import io.rollcall.session.cameras.ptz.PtzException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** SOAP 1.2 as ONVIF speaks it, with the UsernameToken digest of WS-Security 1.0. */
final class Soap {

    private static final String ENVELOPE = "http://www.w3.org/2003/05/soap-envelope";
    private static final String WSSE =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private static final String WSU =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private static final String DIGEST =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
    private static final String BASE64 =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

    private Soap() {}

    /** The envelope of a request; without a login it has no header. */
    static byte[] request(String body, @Nullable Login login, Instant cameraTime, byte[] nonce) {
        String header = login == null ? "" : "<s:Header>" + security(login, cameraTime, nonce) + "</s:Header>";
        String envelope = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"" + ENVELOPE + "\">" + header
                + "<s:Body>" + body + "</s:Body></s:Envelope>";
        return envelope.getBytes(StandardCharsets.UTF_8);
    }

    private static String security(Login login, Instant cameraTime, byte[] nonce) {
        String created = cameraTime.truncatedTo(ChronoUnit.MILLIS).toString();
        Base64.Encoder base64 = Base64.getEncoder();
        return "<wsse:Security s:mustUnderstand=\"true\" xmlns:wsse=\"" + WSSE + "\" xmlns:wsu=\"" + WSU
                + "\"><wsse:UsernameToken><wsse:Username>" + escaped(login.user())
                + "</wsse:Username><wsse:Password Type=\"" + DIGEST + "\">"
                + base64.encodeToString(digest(nonce, created, login.password()))
                + "</wsse:Password><wsse:Nonce EncodingType=\"" + BASE64 + "\">" + base64.encodeToString(nonce)
                + "</wsse:Nonce><wsu:Created>" + created + "</wsu:Created></wsse:UsernameToken></wsse:Security>";
    }

    /** The profile says SHA-1: it proves the password to a camera, and signs nothing. */
    private static byte[] digest(byte[] nonce, String created, String password) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(nonce);
            sha1.update(created.getBytes(StandardCharsets.UTF_8));
            return sha1.digest(password.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** Text for an element or an attribute. */
    static String escaped(String text) {
        var escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                // What no XML document may hold at all, not even escaped.
                default -> escaped.appendCodePoint(c < ' ' || c == 0xfffe || c == 0xffff ? 0xfffd : c);
            }
        });
        return escaped.toString();
    }

    /**
     * The body of an answer.
     *
     * @throws PtzException when it is no SOAP
     */
    static Element body(byte[] answer) {
        try {
            Element envelope = builder()
                    .parse(new InputSource(new ByteArrayInputStream(answer)))
                    .getDocumentElement();
            if ("Envelope".equals(envelope.getLocalName())) {
                return child(envelope, "Body").orElseThrow(() -> new PtzException(Kind.FAILED, "no SOAP body"));
            }
        } catch (SAXException | IOException e) {
            throw new PtzException(Kind.FAILED, "its answer is no XML", e);
        }
        throw new PtzException(Kind.FAILED, "its answer is no SOAP");
    }

    /** The codes of a fault, from the general one to the particular; empty when it is none. */
    static List<String> fault(Element body) {
        List<String> codes = new ArrayList<>();
        Optional<Element> code = child(body, "Fault").flatMap(fault -> child(fault, "Code"));
        while (code.isPresent()) {
            child(code.get(), "Value").ifPresent(value -> codes.add(local(value.getTextContent())));
            code = child(code.get(), "Subcode");
        }
        if (codes.isEmpty() && child(body, "Fault").isPresent()) {
            codes.add("Fault");
        }
        return codes;
    }

    /** The first child of this name; of whatever prefix, since cameras differ. */
    static Optional<Element> child(Element parent, String name) {
        return children(parent, name).stream().findFirst();
    }

    /** All children of this name. */
    static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && name.equals(element.getLocalName())) {
                found.add(element);
            }
        }
        return found;
    }

    /** What is below, one name after the other. */
    static Optional<Element> path(Element from, String... names) {
        Optional<Element> at = Optional.of(from);
        for (String name : names) {
            at = at.flatMap(element -> child(element, name));
        }
        return at;
    }

    private static String local(String name) {
        return name.strip().substring(name.strip().indexOf(':') + 1);
    }

    /** What a camera sends may be anybody's: no document types, so no entities, and nothing is fetched. */
    private static DocumentBuilder builder() {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Quiet());
            return builder;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("every Java has these features", e);
        }
    }

    /** The parser's own prints to standard error. */
    private static final class Quiet implements ErrorHandler {

        @Override
        public void warning(SAXParseException e) {
            // nobody reads it
        }

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
            throw e;
        }
    }
}
