"""Show one Markdown answer in the terminal, and what it took of the CPU: `python -m bench.show WAY CHARACTERS RATE`.

WAY is `transcript` (ours), `markdown` (Textual's own, fed by `Markdown.get_stream`) or `nothing`, which takes the same
tokens and shows none. RATE is in tokens a second, 0 for as fast as they are taken.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown, Static

from bench.texts import LAST, markdown, tokens
from phoenix_tui.tui.theme import DARK, theme_named
from phoenix_tui.tui.widgets.transcript import Transcript
from tests.tui.transcript_host import SHEET

BATCH = 0.02
"""Seconds between two deliveries, as a network has it."""


class Show(App[float]):
    """Takes the tokens, and ends with the seconds of CPU from the first of them to the last picture."""

    CSS_PATH = SHEET

    def __init__(self, way: str, characters: int, rate: float) -> None:
        super().__init__()
        self._way = way
        self._tokens = [*tokens(markdown(characters)), f"\n\n{LAST}"]
        self._rate = rate
        self.register_theme(theme_named(DARK))
        self.theme = DARK

    def compose(self) -> ComposeResult:
        match self._way:
            case "transcript":
                yield Transcript()
            case "markdown":
                with VerticalScroll():
                    yield Markdown()
            case _:
                yield Static("ready")

    def on_ready(self) -> None:
        self.run_worker(self._show())

    async def _show(self) -> None:
        await asyncio.sleep(0.3)  # the first picture is not what is measured
        began = time.process_time()
        match self._way:
            case "transcript":
                await self._in_the_transcript(self.query_one(Transcript))
            case "markdown":
                await self._in_markdown(self.query_one(Markdown))
            case _:
                async for _ in self._coming():
                    pass
        done = asyncio.Event()
        self.call_after_refresh(done.set)
        await done.wait()
        self.exit(time.process_time() - began)

    async def _in_the_transcript(self, transcript: Transcript) -> None:
        answer = transcript.begin_answer("Ours")
        async for piece in self._coming():
            transcript.append_text(answer, piece)
        transcript.finish_answer(answer)
        while transcript.is_late:  # noqa: ASYNC110 - it tells nobody when it is not any more
            await asyncio.sleep(0.005)

    async def _in_markdown(self, widget: Markdown) -> None:
        stream = Markdown.get_stream(widget)
        async for piece in self._coming():
            await stream.write(piece)
            self.query_one(VerticalScroll).scroll_end(animate=False)
        await stream.stop()

    async def _coming(self) -> AsyncIterator[str]:
        began, sent = time.perf_counter(), 0
        for piece in self._tokens:
            yield piece
            sent += 1
            if not self._rate:
                await asyncio.sleep(0)
                continue
            ahead = sent / self._rate - (time.perf_counter() - began)
            if ahead > BATCH:
                await asyncio.sleep(ahead)


if __name__ == "__main__":
    taken = Show(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])).run()
    print(f"CPU {taken:.4f} s")
