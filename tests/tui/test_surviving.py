"""Bugs of every kind, put into widgets: each is caught where it happens, told once, and the rest goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key, MouseMove
from textual.message import Message
from textual.pilot import Pilot
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from phoenix_tui.tui.defects import MOST_DEFECTS
from phoenix_tui.tui.surviving_app import HOPELESS, SurvivingApp
from tests.tui.transcript_host import until


class Poked(Message):
    """Somebody pokes a widget."""


class Frail(Widget, can_focus=True):
    """Fails wherever `breaks` says, and counts what it did all the same."""

    DEFAULT_CSS = "Frail { height: auto; max-height: 4; padding: 1; }"
    BINDINGS = [("x", "explode", "Explode"), ("y", "fine", "Fine")]  # noqa: RUF012 - Textual declares it so

    value: reactive[int] = reactive(0, repaint=False)

    def __init__(self, *breaks: str, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.breaks = set(breaks)
        self.did: list[str] = []

    def do(self, what: str) -> None:
        if what in self.breaks:
            raise ZeroDivisionError(what)
        self.did.append(what)

    def render(self) -> Content:
        self.do("render")
        return Content("as it should be")

    def compose(self) -> ComposeResult:
        if "compose" in self.breaks:
            yield Static("first", id="first")
            raise ZeroDivisionError("compose")

    def on_mount(self) -> None:
        self.do("mount")

    def on_idle(self) -> None:
        self.do("idle")

    @on(Poked)
    def _poked(self) -> None:
        self.do("handler")

    async def watch_value(self) -> None:
        self.do("async watcher")

    def _watch_value(self) -> None:
        self.do("watcher")

    def action_explode(self) -> None:
        self.do("action")

    def action_fine(self) -> None:
        self.do("fine")

    def call(self, what: str) -> Callable[[], None]:
        return lambda: self.do(what)


class Window(ModalScreen[None]):
    """A screen that fails while it is built."""

    def compose(self) -> ComposeResult:
        yield Static("built", id="built")
        raise ZeroDivisionError("compose")


class Host(SurvivingApp):
    """A frail widget beside a sound one, fed by data binding."""

    fed: reactive[int] = reactive(0, repaint=False)

    def __init__(self, frail: Frail, log_folder: Path | None = None) -> None:
        super().__init__([], log_folder=log_folder, is_kept=True)
        self.frail = frail
        self.sound = Frail(id="sound")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.frail.data_bind(value=Host.fed)
            yield self.sound.data_bind(value=Host.fed)

    @property
    def told(self) -> list[str]:
        return [notice.message for notice in self._notifications]

    def forgive(self) -> None:
        assert {defect.kind for defect in self.defects} == {"ZeroDivisionError"}
        self._exception = None


def shown(widget: Widget) -> list[str]:
    """What stands on the screen where `widget` is, without blanks around it."""
    region = widget.region
    rows = widget.screen._compositor.render_strips()[region.y : region.bottom]
    return [text for row in rows if (text := row.crop(region.x, region.right).text.strip())]


async def poke(pilot: Pilot[None], widget: Widget) -> None:
    widget.post_message(Poked())
    await pilot.pause()


async def test_a_handler_that_fails_does_not_end_its_widget() -> None:
    app = Host(Frail("handler"))
    async with app.run_test(notifications=True) as pilot:
        await poke(pilot, app.frail)
        assert app.told == ["The frail did not do what it should (ZeroDivisionError). Your conversation is safe."]
        app.frail.breaks.clear()
        await poke(pilot, app.frail)
        assert "handler" in app.frail.did
        app.forgive()


async def test_the_same_error_is_told_once_and_counted() -> None:
    app = Host(Frail("handler", "idle"))
    async with app.run_test(notifications=True) as pilot:
        for _ in range(30):
            app.frail.post_message(Poked())
        await until(pilot, lambda: any(it.times == 30 for it in app.defects))
        assert len(list(app.defects)) == 2, "one of each way"
        assert app.told == ["The frail did not do what it should (ZeroDivisionError). Your conversation is safe."]
        app.frail.breaks.clear()
        await pilot.pause()
        app.forgive()


async def test_a_picture_that_fails_is_a_line_in_its_place_until_it_succeeds() -> None:
    app = Host(Frail("render"))
    async with app.run_test(notifications=True, size=(60, 12)) as pilot:
        await pilot.pause()
        assert shown(app.frail) == ["The frail could not be drawn."]
        assert shown(app.sound) == ["as it should be"]
        assert app.told == ["The frail could not be drawn (ZeroDivisionError). Your conversation is safe."]
        app.frail.breaks.clear()
        app.frail.refresh(layout=True)
        await until(pilot, lambda: shown(app.frail) == ["as it should be"])
        app.frail.breaks.add("render")
        app.frail.refresh()
        await until(pilot, lambda: shown(app.frail) == ["The frail could not be drawn."])
        app.frail.breaks.clear()
        app.frail.refresh()
        await until(pilot, lambda: shown(app.frail) == ["as it should be"])
        app.forgive()


@pytest.mark.parametrize("what", ["watcher", "async watcher"])
async def test_a_watcher_that_fails_hits_neither_who_set_the_value_nor_who_else_watches_it(what: str) -> None:
    app = Host(Frail(what))
    async with app.run_test(notifications=True) as pilot:
        app.fed = 7
        await pilot.pause()
        assert app.sound.value == app.frail.value == 7
        assert app.sound.did.count("watcher") > 1
        assert "The frail did not" in app.told[0]
        await poke(pilot, app.frail)
        assert "handler" in app.frail.did
        app.forgive()


async def test_a_mount_that_fails_leaves_the_widget_and_the_rest_working() -> None:
    app = Host(Frail("mount"))
    async with app.run_test(notifications=True) as pilot:
        assert app.told == ["The frail could not be built whole (ZeroDivisionError). Your conversation is safe."]
        await poke(pilot, app.frail)
        assert "handler" in app.frail.did
        assert shown(app.frail) == ["as it should be"]
        app.forgive()


async def test_what_was_composed_before_the_error_is_there() -> None:
    app = Host(Frail("compose"))
    async with app.run_test(notifications=True) as pilot:
        assert app.frail.query("#first")
        await poke(pilot, app.frail)
        assert "handler" in app.frail.did
        await app.push_screen(Window())
        await pilot.pause()
        assert app.screen.query("#built")
        assert any("The window could not be built whole" in told for told in app.told)
        await app.pop_screen()
        await poke(pilot, app.sound)
        assert "handler" in app.sound.did
        app.forgive()


def _work(frail: Frail, fails: Callable[[], None]) -> None:
    async def work() -> None:
        fails()

    frail.run_worker(work())


def _task(frail: Frail, fails: Callable[[], None]) -> None:
    async def task() -> None:
        fails()

    asyncio.get_running_loop().create_task(task())


def _after_another(frail: Frail, fails: Callable[[], None]) -> None:
    frail.call_next(fails)
    frail.call_next(frail.call("the one after"))


@pytest.mark.parametrize(
    ("begin", "part"),
    [
        (lambda frail, fails: frail.call_later(fails), "frail"),
        (lambda frail, fails: frail.set_timer(0.001, fails), "frail"),
        (lambda frail, fails: frail.set_interval(0.001, fails), "frail"),
        (lambda frail, fails: frail.call_later(frail.call_after_refresh, fails), "frail"),
        (_after_another, "frail"),
        (_work, "program"),
        (_task, "work in the background"),
    ],
    ids=["later", "timer", "interval", "after refresh", "next", "worker", "task"],
)
async def test_what_is_called_later_and_fails_is_told_and_nothing_stops(
    begin: Callable[[Frail, Callable[[], None]], object], part: str
) -> None:
    app = Host(Frail("call"))
    async with app.run_test(notifications=True) as pilot:
        begin(app.frail, app.frail.call("call"))
        await until(pilot, lambda: bool(app.told))
        assert app.told[0].startswith(f"The {part} did not do what it should (ZeroDivisionError).")
        if begin is _after_another:
            await until(pilot, lambda: "the one after" in app.frail.did)
        app.frail.breaks.clear()
        await poke(pilot, app.frail)
        assert "handler" in app.frail.did
        app.forgive()


async def test_an_action_that_fails_was_what_the_key_meant() -> None:
    app = Host(Frail("action"))
    async with app.run_test(notifications=True) as pilot:
        app.frail.focus()
        await pilot.press("x", "y")
        assert "fine" in app.frail.did
        assert "The frail did not do what it should" in app.told[0]
        app.forgive()


async def test_errors_of_the_program_itself_are_survived_until_no_key_works(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host(Frail())
    async with app.run_test(notifications=True) as pilot:

        async def broken(key: str, priority: bool = False) -> bool:
            raise ZeroDivisionError("no key works")

        monkeypatch.setattr(app, "_check_bindings", broken)
        for _ in range(HOPELESS - 1):
            app.post_message(Key("a", "a"))
        await until(pilot, lambda: sum(it.times for it in app.defects) == HOPELESS - 1)
        assert not app._exit
        monkeypatch.undo()
        await pilot.press("a")
        monkeypatch.setattr(app, "_check_bindings", broken)
        for _ in range(HOPELESS):
            app.post_message(Key("a", "a"))
        await until(pilot, lambda: app._exit)
        app.forgive()
    assert app.last_words.startswith("phoenix-tui had to end: the program did not do what it should")


async def test_mouse_events_that_fail_never_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host(Frail())
    async with app.run_test(notifications=True) as pilot:

        def broken(event: object) -> None:
            raise ZeroDivisionError("hit-testing")

        monkeypatch.setattr(app.screen, "_forward_event", broken)
        for _ in range(5 * HOPELESS):
            app.post_message(MouseMove(None, 1, 1, 0, 0, 0, shift=False, meta=False, ctrl=False))
            await pilot.pause()
        assert sum(it.times for it in app.defects) >= HOPELESS
        assert not app._exit
        app.forgive()


async def test_a_layout_that_fails_is_told_and_the_next_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host(Frail())
    async with app.run_test(notifications=True, size=(60, 12)) as pilot:

        def broken(*_: object) -> None:
            raise ZeroDivisionError("no layout")

        monkeypatch.setattr(app.screen._compositor, "reflow", broken)
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: bool(app.told))
        monkeypatch.undo()
        await pilot.resize_terminal(50, 11)
        await until(pilot, lambda: app.sound.region.width == 50)
        assert "The screen did not do what it should" in app.told[0]
        app.forgive()


async def test_errors_that_differ_each_time_are_bounded(tmp_path: Path) -> None:
    app = Host(Frail(), tmp_path)
    for number in range(MOST_DEFECTS + 5):
        app.caught(app.frail, f"failed at {number}", ZeroDivisionError())
    app._error_log.close(app.defects)
    assert len(list(app.defects)) == MOST_DEFECTS
    written = (tmp_path / "errors.log").read_text("utf-8")
    assert written.count("The frail failed at") == MOST_DEFECTS
    assert "And 5 errors more of other kinds." in written


async def test_no_test_is_blind_for_an_error_that_was_survived() -> None:
    async def ran() -> None:
        app = Host(Frail("handler"))
        async with app.run_test() as pilot:
            await poke(pilot, app.frail)

    with pytest.raises(ZeroDivisionError, match="handler"):
        await ran()
