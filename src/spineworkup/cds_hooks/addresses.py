"""Addresses as they stand in the settings: written in the one way in which they can be compared letter by letter.

No address is ever called; one that could be read in two ways would let in a caller whom nobody meant.
"""

from __future__ import annotations

import re
from ipaddress import ip_network

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:]+\])(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    r"(?P<path>(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)(?P<slash>/?)"
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def is_loopback(host: str) -> bool:
    """Return whether nobody but this machine can reach a host.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    return host in LOOPBACK


def wrong_with_base(url: str) -> str:
    """Return what is wrong with the public address of the service; empty where nothing is.

    >>> wrong_with_base("https://cds.example.org/spine")
    ''
    >>> wrong_with_base("https://cds.example.org/")
    'expected no slash at its end'
    """
    return wrong_with_address(url) or ("expected no slash at its end" if url.endswith("/") else "")


def wrong_with_origin(origin: str) -> str:
    """Return what is wrong with the origin of a page that may call the service from a browser.

    >>> wrong_with_origin("null")
    'expected an address such as https://cds.example.org'
    """
    match = _ADDRESS.fullmatch(origin)
    if match and (match["path"] or match["slash"]):
        return "expected no path"
    return wrong_with_address(origin)


def wrong_with_address(url: str) -> str:
    """Return what is wrong with an address: it has to be by https, outside of this machine, and plain."""
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return "expected an address such as https://cds.example.org"
    scheme, host, port = match["scheme"], match["host"].strip("[]"), match["port"]
    if scheme == "http" and not is_loopback(host):
        return "expected https"
    if port is not None and (port == _DEFAULT_PORTS[scheme] or int(port) > 65535):
        return "expected no port, or one that isn't the usual one of the scheme"
    return ""


def wrong_with_proxy(network: str) -> str:
    """Return what is wrong with the address or the network of a proxy.

    >>> wrong_with_proxy("0.0.0.0/0")
    'expected a network that is not everybody'
    """
    try:
        everybody = ip_network(network).prefixlen == 0
    except ValueError:
        return "expected an IP address, or a network such as 10.0.0.0/24"
    return "expected a network that is not everybody" if everybody else ""
