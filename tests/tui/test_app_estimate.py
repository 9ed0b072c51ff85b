"""What the message would cost, above the prompt; and what was sent, kept from run to run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from textual import events

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.core.types import Target
from phoenix_tui.tui.history_file import NAME, HistoryFile
from phoenix_tui.tui.widgets.lines import ActivityLine
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import HOLD, FakeClient, make_snapshot, says, started


@dataclass(frozen=True)
class Price:
    input: float
    output: float = 0.0


class Prices:
    """Every model of OpenRouter costs 10 dollars for a million tokens, local ones nothing; it counts who asks."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, target: Target) -> Price | None:
        self.asked += 1
        return {"openrouter": Price(10.0), "ollama": Price(0.0)}.get(target.provider)


def said(ui: Opened) -> str:
    """What stands above the prompt."""
    return str(ui.screen.query_one(ActivityLine).render()).strip()


def holding(window: int, **changes: object) -> Snapshot:
    """All well; the first to answer holds so many tokens."""
    snapshot = make_snapshot()
    first, *others = snapshot.providers
    return replace(snapshot, providers=(replace(first, context_window=window), *others), **changes)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoenix_tui.tui.screens.writing_screen.ESTIMATED_AFTER", 0.001)


async def test_what_would_be_sent_is_told_and_goes_with_the_text(open_screen: OpenScreen) -> None:
    prices = Prices()
    async with open_screen(price=prices) as ui:
        assert said(ui) == ""
        assert prices.asked == 0, "nothing is asked before anything is written"
        await ui.type("x" * 400)
        await ui.until(lambda: said(ui) == "about 104 tokens, $0.0010 plus the answer, openrouter-model")
        await ui.pilot.press("alt+6")
        await ui.until(lambda: said(ui) == "about 104 tokens, free, ollama-model")
        await ui.pilot.press("alt+2")
        await ui.until(lambda: said(ui) == "about 104 tokens, openai-model")
        ui.screen.prompt.empty()
        await ui.until(lambda: said(ui) == "")


async def test_the_conversation_and_what_is_attached_count(open_screen: OpenScreen, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("x" * 4_000, "utf-8")
    async with open_screen(FakeClient(make_snapshot(), says("y" * 800)), folder=tmp_path) as ui:
        await ui.send("x" * 400)
        await ui.answered()
        await ui.type("and @notes.md?")
        await ui.until(lambda: said(ui) == "about 1,315 tokens with 1 file, openrouter-model")
        await ui.pilot.press("ctrl+u")
        await ui.type("/new")
        await ui.until(lambda: said(ui) == "")


async def test_a_paste_of_a_megabyte_counts(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        ui.app.post_message(events.Paste("x" * 1_000_000))
        await ui.until(lambda: said(ui).startswith("about 250,004 tokens"))


@pytest.mark.parametrize(
    ("snapshot", "text", "words"),
    [
        (holding(100), "x" * 500, "about 129 tokens: more than openrouter-model holds (100)"),
        (holding(140), "x" * 500, "about 129 tokens: nearly all that openrouter-model holds (140)"),
        (
            holding(10**6, daily_budget=2.0, spent_today=1.9999),
            "x" * 500,
            "about 129 tokens, $0.0013: more than the $0.0001 left of the day's budget",
        ),
    ],
)
async def test_what_is_too_much_is_a_warning(
    open_screen: OpenScreen, snapshot: Snapshot, text: str, words: str
) -> None:
    async with open_screen(FakeClient(snapshot), price=Prices()) as ui:
        await ui.type(text)
        await ui.until(lambda: said(ui) == words)
        assert ui.screen.estimate is not None
        assert ui.screen.estimate.warns


async def test_a_narrow_screen_says_less_and_what_goes_on_comes_first(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), HOLD])
    async with open_screen(client, size=(44, 15), price=Prices()) as ui:
        await ui.type("x" * 400)
        await ui.until(lambda: said(ui) == "104 tokens, $0.0010")
        await ui.send("")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await ui.type("more")
        await ui.pilot.pause()
        assert "tokens" not in said(ui)


async def test_the_placeholder_says_what_the_keys_do_now(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), HOLD])
    async with open_screen(client) as ui:
        assert ui.screen.prompt.placeholder == "Write a message; / for commands, @ for files"
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        assert str(ui.screen.prompt.placeholder) == "esc stops the answer; enter sends when it is over"
        await ui.pilot.press("escape")
        await ui.answered()
        assert str(ui.screen.prompt.placeholder).startswith("Write a message")


# What was sent before


async def test_the_next_run_walks_through_what_was_sent(open_screen: OpenScreen, tmp_path: Path) -> None:
    async with open_screen(state_folder=tmp_path) as ui:
        ui.screen.prompt.paste("secret\n" * 500)
        await ui.send(" ok?")
        await ui.answered()
        await ui.send("two")
        await ui.answered(2)
        await ui.until(lambda: len(HistoryFile(tmp_path).read()) == 2)
    assert "secret" not in (tmp_path / NAME).read_text("utf-8")
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.until(lambda: ui.screen.prompt.sent.knows("two"))
        await ui.pilot.press("up")
        assert ui.screen.prompt.value == "two"
        await ui.pilot.press("up")
        assert ui.screen.prompt.value == "[a paste that was not kept: 500 lines, 3,500 characters] ok?"
        await ui.pilot.press("down", "down", "ctrl+r")
        assert not ui.screen.conversation.is_empty
        await ui.pilot.press("up", "up", "up")
        assert ui.screen.prompt.value.startswith("[a paste"), "what is restored is not there twice"


async def test_where_nothing_is_kept_nothing_is_written(open_screen: OpenScreen, tmp_path: Path) -> None:
    async with open_screen(own_files=tmp_path) as ui:
        await ui.send("one")
        await ui.answered()
        await ui.pilot.press("up")
        assert ui.screen.prompt.value == "one"
    assert not (tmp_path / NAME).exists()


async def test_what_cannot_be_kept_is_told_once(open_screen: OpenScreen, tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.until(lambda: any("could not be read" in told for told in ui.told))
        for number in (1, 2):
            await ui.send("one")
            await ui.answered(number)
        await ui.until(lambda: any("could not be kept" in told for told in ui.told))
        assert sum("could not be kept" in told for told in ui.told) == 1
