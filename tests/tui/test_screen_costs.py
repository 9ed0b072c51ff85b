"""What the screen costs, counted: timers, pictures, bytes, memory held. Never seconds, which depend on the machine:
those are measured by `make bench`."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import pytest
from textual._compositor import ChopsUpdate, CompositorUpdate
from textual.message_pump import MessagePump
from textual.screen import Screen

from bench.texts import markdown, tokens
from phoenix_tui.tui.app import PhoenixApp
from tests.helpers.pictures import watch
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import FakeClient
from tests.tui.transcript_host import Host, until

ANSWER = 8_000
"""Characters."""
MOST_A_PICTURE = 1_000
"""Bytes of a picture, on the average, while an answer comes: the rows that changed, and now and then a whole view."""
PIECES = 150
MESSAGES = 120
KEPT = 40
"""Of those, how many stay laid out in some way, whatever is in view."""
MOST_A_CHARACTER = 3
"""Bytes held for each character of a message that is not in view: the text itself is one."""


def comes_again(timer: Any) -> bool:
    """Whether it runs, and for ever."""
    return timer._repeat is None and timer._active.is_set()


class Pictures:
    """Counts what would be written to the terminal."""

    def __init__(self, app: PhoenixApp | Host) -> None:
        self.count = self.written = 0
        self._app = app
        watch(app, self._shown)

    def _shown(self, screen: Screen[object], picture: CompositorUpdate) -> None:
        self.count += 1
        self.written += len(picture.render_segments(self._app.console).encode())


async def test_an_idle_screen_draws_nothing_and_waits_for_nothing(open_screen: OpenScreen) -> None:
    """No timer that comes again runs anywhere, and a snapshot that says the same paints nothing."""
    async with open_screen(FakeClient(), size=(120, 40)) as ui:
        for _ in range(20):
            await ui.pilot.pause()
        pumps: list[MessagePump] = [ui.app, *ui.app.screen_stack, *ui.screen.query("*")]
        running = [(pump, timer) for pump in pumps for timer in pump._timers if comes_again(timer)]
        assert running == []
        pictures = Pictures(ui.app)
        ui.client.publish(ui.client.current)
        await ui.until(
            lambda: ui.screen.snapshot is not None and ui.screen.snapshot.version == ui.client.current.version
        )
        for _ in range(10):
            await ui.pilot.pause()
        assert pictures.count == 0


async def test_while_an_answer_comes_only_the_lines_that_changed_are_written() -> None:
    """One picture a piece, as the slowest stream has it."""
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        answer = app.transcript.begin_answer("OpenAI")
        await pilot.pause()
        pictures = Pictures(app)
        for piece in tokens(markdown(ANSWER))[:PIECES]:
            app.transcript.append_text(answer, piece)
            await until(pilot, lambda: not app.transcript.is_late)
            await pilot.pause()
        assert pictures.count <= 2 * PIECES
        assert pictures.written <= MOST_A_PICTURE * pictures.count


async def test_no_style_is_looked_for_between_enter_and_the_request(
    open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_screen(FakeClient()) as ui:
        looked_for: list[object] = []
        monkeypatch.setattr(ui.app.stylesheet, "apply", lambda node, **how: looked_for.append(node))
        ui.screen.show_chat()
        assert ui.screen.shows_chat
        assert looked_for == []


async def test_of_the_scroll_bar_only_what_moved_is_painted() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        for number in range(100):
            app.transcript.add_user(f"question {number}")
        await pilot.pause()
        bar = app.transcript.vertical_scrollbar.region
        painted: list[CompositorUpdate] = []
        watch(app, lambda screen, picture: painted.append(picture))
        for number in range(20):
            app.transcript.add_user(f"another {number}")
            await pilot.pause()
        assert bar.height == 40
        cells = [y for picture in painted for y, first, end in _spans(picture) if first <= bar.x < end]
        assert 0 < len(cells) <= 4 * 20


def _spans(picture: CompositorUpdate) -> list[tuple[int, int, int]]:
    """What is painted, as row, first column, and the column behind the last."""
    assert isinstance(picture, ChopsUpdate)
    return picture.spans


async def test_what_is_out_of_view_holds_little_more_than_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is laid out near the view is held beside it, the same for any length: so the cost of one message more."""
    monkeypatch.setattr("phoenix_tui.tui.transcript.layout.KEPT_VIEWS", KEPT)
    monkeypatch.setattr("phoenix_tui.tui.transcript.layout.KEPT_SLOTS", KEPT)
    text = markdown(2_400)
    app = Host()
    async with app.run_test(size=(100, 30)) as pilot:
        held: list[int] = []
        tracemalloc.start()
        for number in range(3 * MESSAGES + 1):
            if number in (2 * MESSAGES, 3 * MESSAGES):
                await until(pilot, lambda: not app.transcript.is_late)
                await pilot.pause()
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
            answer = app.transcript.begin_answer("OpenAI")
            app.transcript.append_text(answer, text + str(number))
            app.transcript.finish_answer(answer)
        tracemalloc.stop()
        assert held[1] - held[0] <= MOST_A_CHARACTER * MESSAGES * len(text)
