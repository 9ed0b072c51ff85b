"""What kind of body an answer has, decided on its content type and, against that, on its first bytes."""

from __future__ import annotations

import html
import re
from typing import Literal, NoReturn

from phoenix_tui.core.errors import FramingError, WebPage
from phoenix_tui.core.framing.frame import MAX_BODY_BYTES, MAX_EVENT_BYTES, Frame
from phoenix_tui.core.framing.json_body import JsonDecoder
from phoenix_tui.core.framing.sse import SseDecoder
from phoenix_tui.core.text import redact, strip_controls

_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
_SSE_FIELDS = (b"data:", b"event:", b"id:", b"retry:")
_SSE_START = re.compile(rb"(?:data|event|id|retry)?:")
_SSE_LINE = re.compile(rb"[\r\n](?:data|event|id|retry)?:")
# Enough of a page to find its title in, and of a text to quote from.
_LOOK_BYTES = 4096
_TITLE = re.compile(r"<title[^>]*>([^<]{1,300})", re.IGNORECASE)
_TAG = re.compile(r"<(?:script|style)[^>]*>[^<]*|<[^>]*>", re.IGNORECASE)


class BodyFramer:
    """The frames of one answer's body.

    `content_type` is the header's value, None where there was none; `expects` is what the wire format streams. JSON
    and event streams are known by their first bytes whatever their label says; the label decides only what the bytes
    leave open. A body that is neither raises FramingError with an excerpt of it.
    """

    def __init__(
        self,
        content_type: str | None,
        expects: Literal["sse", "ndjson"],
        *,
        event_limit: int = MAX_EVENT_BYTES,
        body_limit: int = MAX_BODY_BYTES,
    ) -> None:
        self._label = (content_type or "").partition(";")[0].strip().lower()
        self._is_ndjson = "ndjson" in self._label or "jsonl" in self._label
        self._expects_lines = expects == "ndjson"
        self._event_limit = event_limit
        self._body_limit = body_limit
        self._decoder: SseDecoder | JsonDecoder | None = None
        self._head = b""

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that `chunk` completes. Raises FramingError, EventTooLarge."""
        if self._decoder is not None:
            return self._decoder.feed(chunk)
        self._head = (self._head + chunk).lstrip(_SPACE)
        if self._head[:3] == _BOM:
            self._head = self._head[3:].lstrip(_SPACE)
        self._decoder = self._choose(self._head)
        if self._decoder is None:
            return []
        return self._decoder.feed(self._head)

    def end(self) -> list[Frame]:
        """The frames that the end of the body completes. Raises FramingError."""
        if self._decoder is None:
            if self._head:
                self._refuse(self._head)
            return []
        frames = self._decoder.end()
        if isinstance(self._decoder, SseDecoder) and not self._decoder.recognised:
            self._refuse(self._head)
        return frames

    def _choose(self, head: bytes) -> SseDecoder | JsonDecoder | None:
        """The decoder for a body that begins with `head`; None while that is too short to tell."""
        if not head or (len(head) < 3 and _BOM.startswith(head)):
            return None
        if head[:1] in (b"{", b"["):
            limit = self._event_limit if self._is_ndjson else self._body_limit
            return JsonDecoder(line_limit=self._event_limit, value_limit=limit)
        if head[:1] != b"<" and (decoder := self._by_label(head)):
            return decoder
        if len(head) >= _LOOK_BYTES or b"</title>" in head.lower():
            self._refuse(head)
        return None

    def _by_label(self, head: bytes) -> SseDecoder | JsonDecoder | None:
        """As `_choose`, for a body that begins neither as JSON nor as a page."""
        if _SSE_START.match(head):
            return SseDecoder(self._event_limit)
        if any(start.startswith(head) for start in _SSE_FIELDS):
            return None
        if self._is_ndjson:
            return JsonDecoder(line_limit=self._event_limit, value_limit=self._event_limit, only_lines=True)
        if self._label == "text/event-stream" and (_SSE_LINE.search(head) or len(head) >= _LOOK_BYTES):
            return SseDecoder(self._event_limit)
        return None

    def _refuse(self, head: bytes) -> NoReturn:
        text = head[:_LOOK_BYTES].decode("utf-8", "replace")
        if head[:1] == b"<":
            name = f" (“{shown}”)" if (shown := page_title(text)) else ""
            raise WebPage(
                f"The answer is a web page{name}, not a model's answer: the base URL may be wrong, or a login page or "
                "proxy stands between."
            )
        wanted = "lines of JSON" if self._expects_lines else "a stream of events"
        raise FramingError(f"The answer is neither {wanted} nor JSON. It begins: {excerpt(text)}")


def page_title(page: str) -> str:
    """What an HTML page calls itself, or how its text begins; fit to be shown, "" where there is nothing to read."""
    title = _TITLE.search(page[:_LOOK_BYTES])
    return excerpt(html.unescape(title.group(1) if title else _TAG.sub(" ", page[:_LOOK_BYTES])))


def excerpt(text: str, length: int = 160) -> str:
    """The beginning of foreign `text` on one line, fit to be shown."""
    words = " ".join(redact(strip_controls(text[:_LOOK_BYTES])).split())
    return words if len(words) <= length else f"{words[:length]}…"
