"""Servers on loopback in a thread of their own, for a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from socketserver import BaseServer
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class _Threading(WSGIServer):
    """wsgiref's server, with a thread for each request: a page's frames are asked for at once."""

    daemon_threads = True

    def process_request(self, request: Any, client_address: Any) -> None:
        Thread(target=self._work, args=(request, client_address), daemon=True).start()

    def _work(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass  # the browser has gone
        finally:
            self.shutdown_request(request)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running(server: BaseServer) -> Iterator[str]:
    """A server's address, while it runs."""
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def serving(app: Any) -> AbstractContextManager[str]:
    """An application's address, while it is served."""
    return running(make_server("127.0.0.1", 0, app, _Threading, _Quiet))
