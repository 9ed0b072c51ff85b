"""HTTP/1.1 as far as a server of JSON needs it: requests out of bytes, heads into bytes. No sockets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from phoenix_tui.core.values import dataclass
from phoenix_tui.sim.actions import Head

HEADER_BOUND = 64 * 2**10
BODY_BOUND = 64 * 2**20


class BadHttp(Exception):
    """The bytes are no request that this server takes; `status` is what to answer before closing."""

    def __init__(self, status: int) -> None:
        super().__init__(HTTPStatus(status).phrase)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are lower case, `path` is percent-decoded and without the query."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body as JSON, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to use the connection again."""
        return "close" not in self.headers.get("connection", "").lower()


class RequestParser:
    """Requests out of bytes that come in any pieces. `feed` bytes, then ask `next` until it returns None."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._head: Request | None = None

    @property
    def expects_continue(self) -> bool:
        """The client has sent a head and waits for permission to send the body; asked once, then answered."""
        return self._head is not None and self._head.headers.get("expect", "").lower() == "100-continue"

    @property
    def buffered(self) -> int:
        """Bytes that have come and belong to no finished request."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Takes more bytes."""
        self._buffer += data

    def next(self) -> Request | None:
        """The next complete request. Raises BadHttp."""
        if self._head is None:
            end = self._buffer.find(b"\r\n\r\n", 0, HEADER_BOUND + 4)
            if end < 0:
                if len(self._buffer) > HEADER_BOUND:
                    raise BadHttp(431)
                return None
            self._head = _parse_head(bytes(self._buffer[:end]))
            del self._buffer[: end + 4]
        body = (
            self._chunked() if "chunked" in self._head.headers.get("transfer-encoding", "").lower() else self._sized()
        )
        if body is None:
            return None
        head, self._head = self._head, None
        return Request(head.method, head.path, head.query, head.headers, body)

    def _sized(self) -> bytes | None:
        text = self._head.headers.get("content-length", "0") if self._head else "0"
        if not (text.isascii() and text.isdigit()):
            raise BadHttp(400)
        length = int(text)
        if length > BODY_BOUND:
            raise BadHttp(413)
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _chunked(self) -> bytes | None:
        if len(self._buffer) > BODY_BOUND:
            raise BadHttp(413)
        body, at = bytearray(), 0
        while (line_end := self._buffer.find(b"\r\n", at)) >= 0:
            try:
                size = int(self._buffer[at:line_end].split(b";")[0], 16)
            except ValueError:
                raise BadHttp(400) from None
            start = line_end + 2
            if size == 0:
                trailer_end = self._buffer.find(b"\r\n", start)
                if trailer_end < 0:
                    return None
                del self._buffer[: trailer_end + 2]
                return bytes(body)
            if len(self._buffer) < start + size + 2:
                return None
            body += self._buffer[start : start + size]
            at = start + size + 2
        return None


def _parse_head(head: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadHttp(400)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadHttp(400)
        headers[name.lower()] = value.strip()
    try:
        url = urlsplit(parts[1])
    except ValueError:
        raise BadHttp(400) from None
    return Request(parts[0], unquote(url.path), dict(parse_qsl(url.query, keep_blank_values=True)), headers)


def encode_head(head: Head, *, keep_alive: bool) -> bytes:
    """The bytes of `head`, with the framing of the body that it promises."""
    try:
        phrase = HTTPStatus(head.status).phrase
    except ValueError:
        phrase = "Overloaded" if head.status == 529 else "Unknown"
    lines = [f"HTTP/1.1 {head.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in head.headers.items()]
    if head.length is not None:
        lines.append(f"content-length: {head.length}")
    elif has_body(head.status):
        lines.append("transfer-encoding: chunked")
    lines.append("connection: keep-alive" if keep_alive else "connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def has_body(status: int) -> bool:
    """Whether an answer of this status may have a body at all."""
    return status >= 200 and status not in (204, 304)
