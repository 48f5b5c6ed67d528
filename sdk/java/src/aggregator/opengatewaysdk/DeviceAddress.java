package aggregator.opengatewaysdk;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.regex.Pattern;

/** A device as the network sees it. An IPv4 address in IPv6 clothes, as dual-stack servers report it, is the IPv4 address. */
record DeviceAddress(String ip, Integer port) {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String IPV4 = OCTET + "(\\." + OCTET + "){3}";
    private static final String IPV6 = "([0-9a-fA-F]{0,4}:){2,8}([0-9a-fA-F]{0,4}|" + IPV4 + ")";

    /** 203.0.113.25:8080, 203.0.113.25, [2001:db8::1]:8080, [2001:db8::1] or 2001:db8::1. */
    static DeviceAddress parse(String text) {
        if (text.startsWith("[")) {
            var end = text.indexOf(']');
            if (end < 0) throw new IllegalArgumentException("the bracket is not closed");
            return of(text.substring(1, end), readPort(text.substring(end + 1)));
        }
        var colon = text.indexOf(':');
        return colon < 0 || colon != text.lastIndexOf(':') ? of(text, null) : of(text.substring(0, colon), readPort(text.substring(colon)));
    }

    static DeviceAddress of(String ip, Integer port) {
        if (port != null && (port < 0 || port > 65535)) throw new IllegalArgumentException("a port is 0 to 65535");
        return new DeviceAddress(readAddress(ip), port);
    }

    /** CAMARA's login_hint. */
    String toLoginHint() {
        var host = isIpv6() ? "[" + ip + "]" : ip;
        return port == null ? "ipport:" + host : "ipport:" + host + ":" + port;
    }

    /** CAMARA's Device. Without a port there can be no translation of addresses, and then the private address is the public one. */
    Map<String, Object> toDevice() {
        if (isIpv6()) return Map.of("ipv6Address", ip);
        return Map.of("ipv4Address", port == null ? Map.of("publicAddress", ip, "privateAddress", ip) : Map.of("publicAddress", ip, "publicPort", port));
    }

    private boolean isIpv6() {
        return ip.indexOf(':') >= 0;
    }

    private static String readAddress(String text) {
        // Only what can be nothing but an address may come to InetAddress: it would ask the DNS about the rest, and it reads hextets of any length.
        if (text.matches(IPV4) || text.matches(IPV6)) {
            try {
                var address = InetAddress.getByName(text);
                return address instanceof Inet4Address ? address.getHostAddress() : shortened(address.getHostAddress());
            } catch (UnknownHostException malformed) {
                // Said below.
            }
        }
        throw new IllegalArgumentException("an address is four decimal octets, or IPv6");
    }

    /** As RFC 5952 has it: the first of the longest runs of zeros, if it is longer than one group, becomes "::". */
    private static String shortened(String groups) {
        var longest = "";
        for (var zeros = Pattern.compile("(?<![0-9a-f])0(:0)+(?![0-9a-f])").matcher(groups); zeros.find();)
            if (zeros.group().length() > longest.length()) longest = zeros.group();
        if (longest.isEmpty()) return groups;
        var at = Pattern.compile("(?<![0-9a-f])" + longest + "(?![0-9a-f])").matcher(groups);
        return at.find() ? groups.substring(0, at.start()).replaceFirst(":$", "") + "::" + groups.substring(at.end()).replaceFirst("^:", "") : groups;
    }

    private static Integer readPort(String text) {
        if (text.isEmpty()) return null;
        if (!text.matches(":[0-9]{1,5}")) throw new IllegalArgumentException("a device is ip:port, [ipv6]:port, or an address alone");
        return Integer.valueOf(text.substring(1));
    }
}
