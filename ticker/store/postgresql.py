"""Connections to PostgreSQL, none of which waits for ever: neither for a server that is slow or gone, nor for another
write, nor for a network that swallows what is sent."""

from __future__ import annotations

import time
from collections.abc import Generator
from functools import cache
from typing import Any

import sqlalchemy as sa

READING: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
LOCK_S = 5  # how long a statement waits for another write
CONNECT_S = 2
_READ_S = 5
_WRITE_S = 30
_IDLE_S = 10  # longest that a stopped process may lock the lease's row: others must take over within 30 s
_NETWORK_S = 2  # on top of a statement's own limit, which the server keeps
_READ_ONLY = "25006"  # https://www.postgresql.org/docs/current/errcodes-appendix.html

_OPTIONS: dict[str, Any] = {
    "connect_timeout": CONNECT_S,
    "application_name": "som-ticker",
    # A server that vanished without closing the connection is noticed after about 10 s.
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def postgresql_engine(url: sa.URL, **options: Any) -> sa.Engine:
    """Raises ImportError where the driver is missing."""
    if not options:
        options = {"pool_size": 5, "pool_timeout": LOCK_S, "pool_pre_ping": True}
    engine = sa.create_engine(url, hide_parameters=True, connect_args=_OPTIONS, **options)
    sa.event.listen(engine, "do_connect", _connect)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "handle_error", _drop_read_only)
    return engine


def allow(connection: sa.Connection, seconds: float) -> None:
    """So long may each statement of this transaction take."""
    driver: Any = connection.connection.driver_connection
    driver.answer_s = seconds + _NETWORK_S
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{seconds:g}s'")


@cache
def _bounded() -> Any:
    """The driver's connection, with a limit for each answer. The server's own limits do not reach a client whose
    network is cut without a word."""
    import psycopg

    class Bounded(psycopg.Connection[Any]):
        answer_s: float = _READ_S + _NETWORK_S

        def wait(self, gen: Generator[Any, Any, Any], *args: Any, **options: Any) -> Any:
            return super().wait(self._until(gen, time.monotonic() + self.answer_s), *args, **options)

        def _until(self, gen: Generator[Any, Any, Any], deadline: float) -> Generator[Any, Any, Any]:
            # The driver resumes it at each event on the socket, and ten times a second without one.
            ready: Any = None
            while True:
                try:
                    wanted = gen.send(ready)
                except StopIteration as end:
                    return end.value
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no answer within {self.answer_s:g} s")

    return Bounded


def _connect(_dialect: Any, _record: Any, args: Any, options: Any) -> Any:
    return _bounded().connect(*args, **options)


def _prepare(connection: Any, _record: object) -> None:
    # By statement, because the operator's address may use the connection's `options`.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET statement_timeout = '{_READ_S}s'; SET lock_timeout = '{LOCK_S}s';"
            f" SET idle_in_transaction_session_timeout = '{_IDLE_S}s'"
        )
    connection.commit()


def _begin(connection: sa.Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.answer_s = _READ_S + _NETWORK_S
    if connection.get_execution_options().get("ticker_writes", False):
        driver.read_only = None  # as the server has it: after a read the session would say READ WRITE itself
        allow(connection, _WRITE_S)


def _drop_read_only(context: Any) -> None:
    """A session keeps `default_transaction_read_only` for its life: once a write is refused, all connections are
    replaced, so that the next write finds the server as it is by then."""
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True
