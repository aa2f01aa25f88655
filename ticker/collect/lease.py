"""Who holds a lease, and the lease under which backfill and import write beside a process that collects."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from ticker.store import BACKFILL, Fenced, Store, StoreError

LEASE_TTL_S = 15.0  # a process that stopped renewing is replaced after this
_RETRY_S = 0.5


def holder_name() -> str:
    """A name for this process that no other one has, with its host and number for the operator."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


@contextmanager
def backfill_lease(store: Store, pause: Callable[[float], object]) -> Iterator[Callable[[], int]]:
    """The lease of backfill and import, waited for as long as a killed process may hold it. Yields a function that
    renews it and returns its token; that raises Fenced once another process has taken over. Raises StoreError where
    another backfill or import is at work."""
    holder = holder_name()
    for _ in range(int(LEASE_TTL_S / _RETRY_S) + 4):
        if store.lease(holder, LEASE_TTL_S, BACKFILL) is not None:
            break
        pause(_RETRY_S)
    else:
        raise StoreError(f"{store.address}: another backfill or import is at work; run it again after that")
    try:
        yield partial(_renewed, store, holder)
    finally:
        with suppress(StoreError):
            store.release(holder, BACKFILL)


def _renewed(store: Store, holder: str) -> int:
    token = store.lease(holder, LEASE_TTL_S, BACKFILL)
    if token is None:
        raise Fenced(f"{store.address}: another backfill or import has taken over; run it again after that")
    return token
