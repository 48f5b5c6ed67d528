import ipaddress
import re
from dataclasses import dataclass
from typing import Optional, Union


@dataclass(frozen=True)
class Address:
    """A device as the network sees it."""

    ip: Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
    port: Optional[int]

    @staticmethod
    def of(ip, port=None):
        """port may be None or empty, which is how some servers say that they do not know it."""
        if "%" in ip:
            raise ValueError("an address with a zone names no device elsewhere")
        address = ipaddress.ip_address(ip)
        # Dual-stack servers report IPv4 in IPv6 clothes.
        address = getattr(address, "ipv4_mapped", None) or address
        if port is None or port == "":
            return Address(address, None)
        if not re.fullmatch("[0-9]{1,5}", str(port)) or int(port) > 65535:
            raise ValueError("a port is 0 to 65535")
        return Address(address, int(port))

    @staticmethod
    def parse(text):
        """203.0.113.25:8080, 203.0.113.25, [2001:db8::1]:8080, [2001:db8::1] or 2001:db8::1."""
        match = re.fullmatch(r"\[(?P<ip6>[^\]]*)\](:(?P<port6>[0-9]+))?|(?P<ip4>[^:]*)(:(?P<port4>[0-9]+))?", text)
        if match is None:
            return Address.of(text)
        return Address.of(match["ip6"] or match["ip4"] or "", match["port6"] or match["port4"])

    def login_hint(self):
        """CAMARA's login_hint."""
        host = str(self.ip) if self.ip.version == 4 else f"[{self.ip}]"
        return f"ipport:{host}" if self.port is None else f"ipport:{host}:{self.port}"

    def to_device(self):
        """CAMARA's Device. Without a port there can be no translation of addresses, and then the private address is the public one."""
        ip = str(self.ip)
        if self.ip.version == 6:
            return {"ipv6Address": ip}
        return {"ipv4Address": {"publicAddress": ip, "privateAddress": ip} if self.port is None else {"publicAddress": ip, "publicPort": self.port}}
