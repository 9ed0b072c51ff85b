"""Reads the providers' public status pages now and then, for whoever wants that. No key is ever sent there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from phoenix_tui.core.clock import Clock
from phoenix_tui.core.errors import WireError
from phoenix_tui.core.moment import Uniform
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.snapshot import UpstreamStatus
from phoenix_tui.core.status_feeds import MAX_BYTES, read_page
from phoenix_tui.core.transport import HttpRequest, Transport

EVERY_SECONDS = 300.0
_GET_SECONDS = 5.0
_BELIEVED_SECONDS = 3 * EVERY_SECONDS
_HEADERS = {
    "user-agent": "phoenix-tui",
    "accept": "application/json, application/rss+xml",
    "accept-encoding": "identity",
}


class StatusReader:
    """What the status pages of `names` say, read every five minutes while `run` runs.

    `changed` is called when anything else is to be shown than before. `feeds` replaces the documents that are read, by
    provider (tests). A page that cannot be read is no trouble: what it said last is believed for a quarter of an hour,
    then nothing is shown for it.
    """

    def __init__(
        self,
        names: Iterable[str],
        *,
        transport: Transport,
        clock: Clock,
        rng: Uniform,
        changed: Callable[[], None],
        feeds: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        names = tuple(names)
        known = feeds if feeds is not None else {name: profile_of(name).status_feeds for name in names}
        self._feeds = {name: tuple(known.get(name, ())) for name in names}
        self._transport = transport
        self._clock = clock
        self._rng = rng
        self._changed = changed
        self._read: dict[str, tuple[float, UpstreamStatus]] = {}

    def status(self, name: str) -> UpstreamStatus | None:
        """What the page of `name` said last; None when that is too long ago, or nothing can be read."""
        read_at, status = self._read.get(name, (float("-inf"), None))
        return status if self._clock.monotonic() - read_at <= _BELIEVED_SECONDS else None

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            await self.read()
            await self._clock.sleep(EVERY_SECONDS * self._rng.uniform(0.8, 1.2))

    async def read(self) -> None:
        """Read every page once, now."""
        shown = self._shown()
        await asyncio.gather(*(self._read_one(name, urls) for name, urls in self._feeds.items() if urls))
        if self._shown() != shown:
            self._changed()

    def _shown(self) -> list[tuple[bool, str] | None]:
        statuses = (self.status(name) for name in self._feeds)
        return [(status.trouble, status.words) if status else None for status in statuses]

    async def _read_one(self, name: str, urls: Sequence[str]) -> None:
        documents = await asyncio.gather(*(self._get(url) for url in urls))
        profile = profile_of(name)
        now = datetime.fromtimestamp(self._clock.wall(), UTC)
        status = read_page(
            [document for document in documents if document],
            page=profile.status_page,
            about=profile.status_about,
            now=now,
        )
        if status is not None:
            self._read[name] = (self._clock.monotonic(), status)

    async def _get(self, url: str) -> bytes:
        """The document at `url`; nothing when it is not to be had whole, in time and in bounds."""
        body = bytearray()
        try:
            async with (
                asyncio.timeout(_GET_SECONDS),
                self._transport.send(HttpRequest("GET", url, _HEADERS, _GET_SECONDS)) as response,
            ):
                if response.status != 200:
                    return b""
                async for chunk in response.chunks():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        return b""
        except (WireError, TimeoutError):
            return b""
        return bytes(body)
