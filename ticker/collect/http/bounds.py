"""The budget of the GET under way, kept per thread: urllib3's hooks pass nothing of ours on to the sockets they open.

A pooled socket also outlives the GET that opened it. So a socket asks its thread for the budget of the GET it serves.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from ticker.collect.http.faults import FetchError

Resolve = Callable[..., list[Any]]  # called like socket.getaddrinfo, with the same result
Redirect = Callable[[tuple[Any, ...]], tuple[Any, ...]]  # from a checked socket address to the one to connect to

_HEADROOM = 64 << 10  # bytes of headers and chunk framing allowed on the wire above the body's limit
_POLL_S = 0.1  # how soon a cancelled GET notices

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a GET. `allow_hosts` are hosts as written in an address, lower case, "host" or "host:port", that may be
    private addresses and use any port; a redirect from a host that is not among them may not lead there."""

    deadline_s: float = 20  # wall clock, redirects and name look-ups included
    max_bytes: int = 2 << 20  # of the body, on the wire and decoded
    max_redirects: int = 5
    user_agent: str
    allow_hosts: frozenset[str] = frozenset()


@dataclass(slots=True)
class Budget:
    """The time and bytes one GET may still spend, and what its sockets need to know of it."""

    limits: Limits
    resolve: Resolve
    redirect_for_tests: Redirect
    cancelled: threading.Event | None
    ends: float  # time.monotonic()
    host: str = "?"  # of the request under way
    allowed: bool = False  # the host under way is in allow_hosts
    stage: str = "before anything was sent"
    received: int = 0  # bytes of the exchange under way
    reused: bool = True  # the exchange under way found its connection open
    reader: Any = None  # what its answer is read from

    def left_s(self) -> float:
        """Seconds until the deadline. Raises FetchError after it, and once the GET is cancelled."""
        if self.cancelled and self.cancelled.is_set():
            raise FetchError(f"{self.host}: the fetch was cancelled {self.stage}")
        left = self.ends - time.monotonic()
        if left <= 0:
            raise FetchError(f"{self.host}: not done within {self.limits.deadline_s:g} s; time ran out {self.stage}")
        return left

    def wait_s(self) -> float:
        """How long the next wait may last before it has to call again."""
        left = self.left_s()
        return min(left, _POLL_S) if self.cancelled else left

    def count(self, received: int) -> None:
        """Add bytes from the wire. Raises FetchError beyond the limit."""
        self.received += received
        if self.received > self.limits.max_bytes + _HEADROOM:
            raise FetchError(f"{self.host}: sent more than {self.limits.max_bytes} bytes (the limit), {self.stage}")


class _Thread(threading.local):
    budget: Budget


_thread = _Thread()


@contextmanager
def spending(budget: Budget) -> Iterator[None]:
    """All sockets of this thread spend `budget` meanwhile."""
    _thread.budget = budget
    try:
        yield
    finally:
        del _thread.budget


def current_budget() -> Budget:
    return _thread.budget


def bounded(sock: socket.socket, operation: Callable[[], T]) -> T:
    """Runs an operation that may be repeated after a time-out (reading, shaking hands), within the current budget."""
    budget = current_budget()
    while True:
        sock.settimeout(budget.wait_s())
        try:
            return operation()
        except TimeoutError as fault:
            if fault.errno is not None:  # the network's own time-out, not the end of our wait
                raise
