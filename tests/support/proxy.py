"""A TCP proxy before a server, which can cut, delay, drip and swallow what passes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Connect = Callable[[], Any]  # a coroutine that gives the streams of a connection to the server


class Proxy:
    """Listens on `port` of loopback. What is set holds from the next piece on, in both directions."""

    def __init__(self, connect: Connect) -> None:
        self.delay_s = 0.0  # before each piece
        self.drip = False  # byte by byte, a few hundred a second
        self.swallow = False  # what is sent arrives nowhere, and connections stay open
        self.refuse = False  # new connections are closed at once
        self.connections = 0  # opened so far
        self._connect, self._loop = connect, asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Reset every connection that is open."""
        self._loop.call_soon_threadsafe(self._abort)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._abort)
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _stop(self) -> None:
        self._server.close()
        mine = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for one in mine:
            one.cancel()
        await asyncio.gather(*mine, return_exceptions=True)

    def _abort(self) -> None:
        for one in self._writers:
            one.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.refuse:
            writer.transport.abort()
            return
        ends = {writer}
        try:
            there_reader, there_writer = await self._connect()
            ends.add(there_writer)
            self._writers |= ends
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for one in ends:
                one.transport.abort()
            self._writers -= ends

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            if self.drip:
                for at in range(len(data)):
                    await asyncio.sleep(0.003)
                    writer.write(data[at : at + 1])
            elif not self.swallow:
                writer.write(data)
            await writer.drain()
        writer.transport.abort()


@contextmanager
def proxy_to_socket(path: str) -> Iterator[Proxy]:
    """Before a server that listens on a Unix socket."""
    made = Proxy(lambda: asyncio.open_unix_connection(path))
    try:
        yield made
    finally:
        made.close()
