"""A server on loopback that does to a client whatever a test writes down, over TLS too."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TICK_S = 0.03  # between two bytes of a drip: many of them fit into every deadline used here


class Talk:
    """One request, and what a script says to it. It returns to keep the connection open for the next request."""

    def __init__(self, server: Server, conn: socket.socket, request: bytes, nth: int) -> None:
        self.server, self.conn, self.request, self.nth = server, conn, request, nth

    @property
    def path(self) -> str:
        return self.request.split(b" ")[1].decode()

    def header(self, name: str) -> str | None:
        for line in self.request.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.conn.sendall(piece)

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        head = [f"HTTP/1.1 {status} Whatever", *(f"{name.replace('_', '-')}: {headers[name]}" for name in headers)]
        if status != 304 and not {"Content_Length", "Transfer_Encoding"} & headers.keys():
            head.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*head, "", ""]).encode("utf-8") + body)

    def drip(self, piece: bytes) -> None:
        while not self.server.over.wait(TICK_S):
            self.send(piece)

    def flood(self, piece: bytes) -> None:
        while not self.server.over.is_set():
            self.send(piece)

    def hang(self) -> None:
        self.server.over.wait()

    def close(self) -> None:
        self.conn.shutdown(socket.SHUT_RDWR)
        self.conn.close()

    def reset(self) -> None:
        self.conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.conn.close()


Script = Callable[[Talk], None]


class Server:
    def __init__(self, script: Script, tls: ssl.SSLContext | None = None, *, silent: bool = False) -> None:
        self.script, self.tls, self.silent = script, tls, silent
        self.talks: list[Talk] = []
        self.connections = 0
        self.over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._conns: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.over.set()
        for sock in [self._listening, *self._conns]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits on it
        for thread in self._threads:
            thread.join()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self.over.is_set():
                conn, _ = self._listening.accept()
                self.connections += 1
                self._conns.append(conn)
                thread = threading.Thread(target=self._serve, args=(conn,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, conn: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as stack:
            stack.callback(lambda: conn.close())
            conn.settimeout(5)
            if self.silent:
                self.over.wait()
                return
            if self.tls:
                conn = self.tls.wrap_socket(conn, server_side=True)
                self._conns.append(conn)
            for nth in range(1000):
                request = self._request(conn)
                if not request:
                    return
                talk = Talk(self, conn, request, nth)
                self.talks.append(talk)
                self.script(talk)

    def _request(self, conn: socket.socket) -> bytes:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            piece = conn.recv(4096)
            if not piece:
                return b""
            request += piece
        return request


class Authority:
    """A certificate authority of the tests' own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests' authority")])
        self._cert = self._signed(self._name, self._key.public_key(), ca=True)

    def _signed(self, name: x509.Name, key: Any, *, ca: bool, host: str = "") -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder(self._name, name, key, x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if host:
            try:
                names: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
            except ValueError:
                names = x509.DNSName(host)
            builder = builder.add_extension(x509.SubjectAlternativeName([names]), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def server_context(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        cert = self._signed(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key.public_key(), ca=False, host=host
        )
        file = self._folder / f"{host}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + cert.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self._cert.public_bytes(serialization.Encoding.PEM).decode())
