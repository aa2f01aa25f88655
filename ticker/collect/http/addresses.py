"""Which addresses a host name has, and which of them may be connected to: public ones, and those of allowed hosts."""

from __future__ import annotations

import ipaddress
import socket
import threading
from typing import Any, NamedTuple

from ticker.collect.http.bounds import Budget
from ticker.collect.http.faults import FetchError, clean

_MOST_ADDRESSES = 8
_MOST_STUCK = 32

_PROTOCOL_ASSIGNMENTS = ipaddress.ip_network("192.0.0.0/24")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_stuck: dict[str, threading.Thread] = {}  # by host: look-ups that outlived their GET
_stuck_lock = threading.Lock()


class Address(NamedTuple):
    """A checked socket address of a host."""

    family: int
    sockaddr: tuple[Any, ...]
    public: bool


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet.

    `ipaddress` (3.11) calls global what is not: loopback inside NAT64 or 6to4, `::127.0.0.1`, 192.0.0.8, multicast. So
    an IPv4 address inside an IPv6 one is checked instead of it, and for the rest `is_global` is not enough.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (inner := _embedded(ip)):
        ip = inner
    if ip in _PROTOCOL_ASSIGNMENTS or (isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _embedded(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def _refuse_where_stuck(host: str) -> None:
    """getaddrinfo can't be interrupted: a thread that hangs in it is left behind, but only one for each host."""
    with _stuck_lock:
        for name in [name for name, thread in _stuck.items() if not thread.is_alive()]:
            del _stuck[name]
        if host in _stuck:
            raise FetchError(f"{host}: an earlier look-up of its address has not ended yet; no second one is begun")
        if len(_stuck) >= _MOST_STUCK:
            raise FetchError(f"{host}: {len(_stuck)} look-ups of other addresses have not ended yet (the limit)")


def _resolved(budget: Budget, host: str, port: int) -> list[Any]:
    _refuse_where_stuck(host)
    found: list[Any] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            found.extend(budget.resolve(host, port, type=socket.SOCK_STREAM))
        except Exception as fault:  # carried to the thread that waits
            failed.append(fault)

    budget.stage = "while its address was looked up"
    thread = threading.Thread(target=look_up, name=f"look up {host}", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(budget.wait_s())
    except FetchError:
        with _stuck_lock:
            _stuck[host] = thread
        raise
    if failed and isinstance(failed[0], OSError | UnicodeError):
        raise FetchError(f"{host}: its address can't be found: {clean(failed[0])}") from failed[0]
    if failed:
        raise failed[0]
    return list(dict.fromkeys((family, sockaddr) for family, _, _, _, sockaddr in found))


def usable_addresses(budget: Budget, host: str, port: int) -> list[Address]:
    """The addresses of `host` that may be connected to. Raises FetchError where there is none."""
    found = _resolved(budget, host, port)
    checked = [Address(family, sockaddr, is_public(sockaddr[0])) for family, sockaddr in found]
    usable = [each for each in checked if each.public or budget.allowed][:_MOST_ADDRESSES]
    if not usable:
        met = ", ".join(str(sockaddr[0]) for _, sockaddr in found[:3]) or "none"
        raise FetchError(f"{host}: refused: its address ({met}) is not public and the host is not an allowed one")
    return usable
