package io.rollcall.session.cameras.ptz;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import okhttp3.Dns;

/**
 * Which hosts cameras may be at, so that a camera's address is no way into the network that this service is in: names
 * ({@code cam-7.example}), domains ({@code *.cams.example}), addresses and networks ({@code 10.20.0.0/16}), or all of
 * them ({@code *}). A name that is not permitted itself may lead to permitted addresses only.
 */
public final class AllowedHosts implements Dns {

    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|.*:.*");

    private final List<String> names = new ArrayList<>();
    private final List<Network> networks = new ArrayList<>();
    private final Dns names2addresses;
    private boolean all;

    private static final class Network {

        private final byte[] address;
        private final int bits;

        Network(byte[] address, int bits) {
            this.address = address;
            this.bits = bits;
        }

        boolean holds(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit += 8) {
                int mask = bits - bit >= 8 ? 0xff : 0xff << (8 - (bits - bit));
                if (((address[bit / 8] ^ other[bit / 8]) & mask & 0xff) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Reads what is permitted.
     *
     * @throws IllegalArgumentException when one is no name, address or network
     */
    public AllowedHosts(List<String> permitted) {
        this(permitted, Dns.SYSTEM);
    }

    AllowedHosts(List<String> permitted, Dns dns) {
        this.names2addresses = dns;
        permitted.forEach(it -> add(it.strip().toLowerCase(Locale.ROOT)));
    }

    private void add(String permitted) {
        int slash = permitted.indexOf('/');
        String host = slash < 0 ? permitted : permitted.substring(0, slash);
        if (permitted.equals("*")) {
            all = true;
        } else if (LITERAL.matcher(host).matches()) {
            byte[] address = address(host);
            int most = address.length * 8;
            int bits = slash < 0 ? most : bits(permitted.substring(slash + 1), most, permitted);
            networks.add(new Network(address, bits));
        } else if (slash < 0 && host.matches("(\\*\\.)?[a-z0-9_.-]+")) {
            names.add(host);
        } else if (!permitted.isEmpty()) {
            throw unfit(permitted);
        }
    }

    /** Whether a host may be asked, as far as its name or address tells; else its addresses do, in the look-up. */
    boolean mayBe(String host) {
        return all || isNamed(host) || !LITERAL.matcher(host).matches() || isIn(address(host));
    }

    @Override
    public List<InetAddress> lookup(String host) throws UnknownHostException {
        List<InetAddress> addresses = names2addresses.lookup(host);
        if (all || isNamed(host)) {
            return addresses;
        }
        List<InetAddress> permitted =
                addresses.stream().filter(it -> isIn(it.getAddress())).toList();
        if (permitted.isEmpty()) {
            throw new UnknownHostException("PTZ_ALLOWED_HOSTS permits none of its addresses");
        }
        return permitted;
    }

    private boolean isNamed(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return names.stream().anyMatch(it -> it.startsWith("*.") ? name.endsWith(it.substring(1)) : name.equals(it));
    }

    private boolean isIn(byte[] address) {
        return networks.stream().anyMatch(network -> network.holds(address));
    }

    private static byte[] address(String literal) {
        try {
            return InetAddress.ofLiteral(literal).getAddress();
        } catch (IllegalArgumentException e) {
            throw unfit(literal);
        }
    }

    private static int bits(String text, int most, String permitted) {
        if (text.matches("\\d{1,3}") && Integer.parseInt(text) <= most) {
            return Integer.parseInt(text);
        }
        throw unfit(permitted);
    }

    private static IllegalArgumentException unfit(String permitted) {
        return new IllegalArgumentException("PTZ_ALLOWED_HOSTS: no host, address or network: " + permitted);
    }
}
