"""Calling the person back: only if wanted, only to a window that nobody looks at, and only with words of our own."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from textual import events

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.events import Confirming, TextDelta
from phoenix_tui.tui.notifying import BELL, Notifier, NotifyBy
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import ANSWER, NOW, FakeClient, make_snapshot, nobody, says, started, target


def sent(by: NotifyBy, environ: Mapping[str, str]) -> str:
    out: list[str] = []
    Notifier(out.append, by, environ=environ, find=lambda _: None).call("anthropic has answered")
    return "".join(out)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-kitty"}, "\x1b]99;;phoenix-tui: anthropic has answered\x1b\\"),
        ({"TERM_PROGRAM": "iTerm.app"}, "\x1b]9;phoenix-tui: anthropic has answered\x07"),
        ({"TERM_PROGRAM": "WezTerm"}, "\x1b]777;notify;phoenix-tui;anthropic has answered\x07"),
        ({"TERM": "foot"}, "\x1b]777;notify;phoenix-tui;anthropic has answered\x07"),
        ({"TERM": "xterm-256color"}, BELL),
    ],
)
def test_each_terminal_is_called_as_it_understands(environ: Mapping[str, str], expected: str) -> None:
    assert sent(NotifyBy.DESKTOP, environ) == expected
    assert sent(NotifyBy.BELL, environ) == BELL


def test_inside_tmux_it_is_passed_through_and_the_bell_rings_too() -> None:
    out = sent(NotifyBy.DESKTOP, {"TMUX": "x", "LC_TERMINAL": "iTerm2"})
    assert "\x1bPtmux;\x1b\x1b]9;phoenix-tui: anthropic has answered\x07\x1b\\" in out
    assert out.endswith(BELL)


@pytest.mark.parametrize(
    ("environ", "platform", "program"),
    [({"DISPLAY": ":0"}, "linux", "notify-send"), ({}, "darwin", "osascript")],
)
def test_the_desktop_of_this_machine_is_asked_only_by_who_sits_at_it(
    environ: dict[str, str], platform: str, program: str
) -> None:
    looked_for: list[str] = []

    def find(name: str) -> str | None:
        looked_for.append(name)
        return None

    Notifier(lambda _: None, NotifyBy.DESKTOP, environ=environ, find=find, platform=platform).call("hello")
    assert program in looked_for
    looked_for.clear()
    remote = environ | {"SSH_CONNECTION": "1 2 3 4"}
    Notifier(lambda _: None, NotifyBy.DESKTOP, environ=remote, find=find, platform=platform).call("hello")
    assert not looked_for


def test_a_multiplexer_that_tells_nothing_of_its_window_is_taken_to_be_behind() -> None:
    assert Notifier(lambda _: None, environ={}).is_looked_at
    assert not Notifier(lambda _: None, environ={"TMUX": "x"}).is_looked_at


async def look_away(ui: Opened, by: NotifyBy = NotifyBy.BELL, after: float = 10.0) -> None:
    ui.app.notifier.by, ui.app.notifier.after = by, after
    ui.app.post_message(events.AppBlur())
    await ui.until(lambda: not ui.app.notifier.is_looked_at)


async def test_a_long_answer_in_a_window_nobody_looks_at_rings(open_screen: OpenScreen) -> None:
    clock = [NOW]
    slow = [started("openrouter"), TextDelta("Slow"), ANSWER, *says(".")[1:]]
    client = FakeClient(make_snapshot(), slow)

    async def ask(ui: Opened, seconds: float) -> None:
        turns = len(client.turns)
        await ui.send("why?")
        await ui.until(lambda: len(client.turns) > turns and client.turns[-1].holding.is_set())
        clock[0] += seconds
        client.turns[-1].confirm()
        await ui.answered(turns + 1)
        await ui.pilot.pause()

    async with open_screen(client, wall=lambda: clock[0]) as ui:
        await look_away(ui, NotifyBy.OFF)
        await ask(ui, 60)
        assert not ui.sent, "nobody has asked for it"
        await look_away(ui)
        await ask(ui, 3)
        assert not ui.sent, "that was short"
        await ask(ui, 60)
        await ui.until(lambda: ui.sent == [BELL])
        ui.app.post_message(events.AppFocus())
        await ui.until(lambda: ui.app.notifier.is_looked_at)
        await ask(ui, 60)
        assert ui.sent == [BELL], "it is looked at"


async def test_what_failed_and_what_is_asked_calls_however_short_it_was(open_screen: OpenScreen) -> None:
    asks = [started("openai"), Confirming(target("anthropic"), 8.0, NOW + 8, "no credit"), ANSWER, *says("Fine.")[1:]]
    client = FakeClient(make_snapshot(), [nobody(ErrorClass.AUTH, "<secret words>")], asks)
    async with open_screen(client) as ui:
        ui.app.notifier = Notifier(ui.sent.append, environ={"TERM": "xterm-kitty"})
        await look_away(ui, NotifyBy.DESKTOP)
        await ui.send("why?")
        await ui.until(lambda: ui.sent == ["\x1b]99;;phoenix-tui: nobody could answer\x1b\\"])
        ui.screen.prompt.empty()
        await ui.send("why?")
        await ui.until(lambda: len(ui.sent) == 2)
        assert "phoenix-tui: anthropic may be asked next: it waits for your word" in ui.sent[1]
        client.turns[-1].confirm()
        await ui.answered(2)
