"""
Connections to addresses that are public, and to no other.

A name is looked up once; every address it leads to is judged, and connected to as it was judged. So nothing that a name
leads to a moment later is ever reached, and no name leads into the network this program runs in.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from supportcore.notices.faults import NotSent

_UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6 for the internet."""
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator, RFC 6052."""


def is_public(text: str) -> bool:
    """
    Return whether an address belongs to the internet: not loopback, private, link-local, multicast or reserved.

    An IPv4 address inside one of IPv6 is judged as well.

    >>> [is_public(text) for text in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1", "fe80::1%eth0")]
    [True, False, False, False]
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    inner = _inner(address)
    if inner is not None:
        return is_public(str(inner))
    return address in _UNICAST and address.is_global


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that one of IPv6 stands for."""
    if address in _TRANSLATED:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def connected(host: str, port: int, *, allow_private: bool, left: Callable[[], float]) -> socket.socket:
    """
    Return a connection to the first address of *host* that answers.

    Args:
        allow_private: Take addresses that are not public, too.
        left: Tells how many seconds there are left for it.

    Raises:
        NotSent: ``address_not_public``: none of its addresses is.
        OSError: None of them answers, or the name is not known.
    """
    failed: OSError | None = None
    refused = ""
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if not (allow_private or is_public(str(address[0]))):
            refused = str(address[0])
            continue
        found = socket.socket(family, kind, protocol)
        try:
            found.settimeout(max(left(), 0.001))
            found.connect(address)
        except OSError as error:
            found.close()
            failed = error
        else:
            return found
    if failed is None and refused:
        raise NotSent("address_not_public", server=host, address=refused)
    raise failed or TimeoutError()
