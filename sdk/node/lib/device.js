import { isIP, isIPv4, isIPv6 } from "node:net";

/** A device by its address: "203.0.113.25:8080", "203.0.113.25", "[2001:db8::1]:8080", "[2001:db8::1]" or "2001:db8::1". */
export function parseIpPort(text) {
  const [, bracketed, , port6] = /^\[([^\]]*)\](:(.*))?$/s.exec(text) ?? [];
  if (bracketed !== undefined) return check({ ip: bracketed, port: port6 ?? null });
  if (isIP(text)) return check({ ip: text, port: null });
  const [, ip, port] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  if (ip === undefined) throw new TypeError("a device is ip:port, [ipv6]:port, or an address alone");
  return check({ ip, port });
}

/** CAMARA's login_hint. */
export function loginHint({ ip, port }) {
  const host = isIPv6(ip) ? `[${ip}]` : ip;
  return port == null ? `ipport:${host}` : `ipport:${host}:${port}`;
}

/** CAMARA's Device. Without a port there can be no translation of addresses, and then the private address is the public one. */
export function deviceAt(address) {
  const { ip, port } = check(address);
  if (isIPv6(ip)) return { ipv6Address: ip };
  return { ipv4Address: port == null ? { publicAddress: ip, privateAddress: ip } : { publicAddress: ip, publicPort: port } };
}

/**
 * The addresses in the first generation's ueId, each under the name of its kind. That generation lets a single address have its mask.
 * @param {?string} ipv4 what was given as IPv4, with or without /32: IPv6 too, since servers on both protocols have one name for both
 * @param {?string} ipv6 likewise, with or without /128
 */
export function ueAddresses(ipv4, ipv6) {
  const given = [ipv4?.replace(/\/32$/, ""), ipv6?.replace(/\/128$/, "")].filter(ip => ip != null);
  const addresses = [...new Set(given.map(ip => check({ ip }).ip))];
  const [ipv4addr, ipv6addr] = [isIPv4, isIPv6].map(isKind => addresses.filter(isKind));
  if (ipv4addr.length > 1 || ipv6addr.length > 1) throw new TypeError("two addresses of one kind are two devices");
  return { ipv4addr: ipv4addr[0], ipv6addr: ipv6addr[0] };
}

function check({ ip, port }) {
  if (!isIP(ip) || ip.includes("%")) throw new TypeError("an address is four decimal octets, or IPv6");
  if (isIPv6(ip)) ip = canonical(ip);
  if (port == null) return { ip, port: null };
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65535) throw new RangeError("a port is 0 to 65535");
  return { ip, port: Number(port) };
}

/** One spelling for each address. Dual-stack servers report IPv4 in IPv6 clothes: that is the IPv4 address. */
function canonical(ipv6) {
  const text = new URL(`http://[${ipv6}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(text) ?? [];
  if (high === undefined) return text;
  return [high, low].flatMap(half => [parseInt(half, 16) >> 8, parseInt(half, 16) & 255]).join(".");
}
