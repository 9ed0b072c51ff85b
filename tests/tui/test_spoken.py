"""For somebody who listens: plain lines in one column, said once."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from rich.console import RenderableType
from textual.screen import Screen
from textual.widgets import Input

from phoenix_tui import cli
from phoenix_tui.commands import screen
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.events import AttemptAborted, Confirming, ReasoningDelta, TextDelta, Waiting
from phoenix_tui.core.snapshot import HealthState, ProviderHealth
from phoenix_tui.sim.answer_texts import ABOUT, BY_TOPIC, CODE, FAILOVER, HELLO
from phoenix_tui.sim.answers import tokens
from phoenix_tui.tui import app, spoken, text
from phoenix_tui.tui.app import PhoenixApp
from phoenix_tui.tui.screens.help import HelpScreen
from phoenix_tui.tui.spoken_words import health_line, health_lines, news, order_lines
from phoenix_tui.tui.transcript.conversation import Conversation
from phoenix_tui.tui.transcript.entries import Entry, Kind, State
from phoenix_tui.tui.transcript.layout import Layout
from phoenix_tui.tui.widgets.lines import ActivityLine, KeyBar
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import HOLD, NOW, FakeClient, FakeKeys, at, attempt, make_snapshot, says, started, target
from tests.tui.test_provider_page import DOWN, snapshot_of

SIZES = [(60, 20), (100, 30), (160, 48)]
DRAWN = re.compile("[\u2500-\u25ff\u2800-\u28ff]")
"""Boxes, blocks, geometry and braille."""
OUT = ProviderHealth("openai", HealthState.UNAVAILABLE, reason="503 three times", retry_at=at(130))
ANSWER = (
    "# Title\n\nOne **two** [three](https://example.org).\n\n- a\n  - [x] b\n\n> said\n\n"
    "| n | born |\n|-|-|\n| Ada | 1815 |\n\n```python\nx = 1\ny = 2\n```\n\n---\n\n~~gone~~"
)


@pytest.fixture
def listens() -> None:
    spoken.use(is_spoken=True)


def rows(ui: Opened) -> list[str]:
    """What stands on the screen, as a terminal shows it."""
    drawn = unescape(ui.app.export_screenshot()).replace("\xa0", " ")
    assert not DRAWN.search(drawn), DRAWN.findall(drawn)
    assert "".join(sorted({sign for sign in drawn if not sign.isascii()})) == ""
    return [row.rstrip() for row in ui.drawn.splitlines()]


# Every screen


@pytest.mark.parametrize("size", SIZES)
async def test_no_screen_has_a_box_a_bar_or_a_sign(open_screen: OpenScreen, size: tuple[int, int]) -> None:
    client = FakeClient(snapshot_of(DOWN), says(ANSWER, "openai"))
    async with open_screen(client, screen_reader=True, size=size, keys=FakeKeys()) as ui:
        rows(ui)
        await ui.send("why?")
        await ui.answered()
        ui.screen.transcript.add_switch("openai failed → ollama")
        ui.screen.chat.fail("Nobody answered.", "Retry.")
        await ui.until(lambda: "Nobody answered" in ui.drawn)
        rows(ui)
        for keys in (
            ["f9"],
            ["down"],
            ["tab"],
            ["escape", "ctrl+f", "w", "escape"],
            ["tab"],
            ["n"],
            ["escape", "/", "down"],
        ):
            await ui.pilot.press(*keys)
            await ui.pilot.pause()
            rows(ui)
        await ui.pilot.press("escape", "ctrl+u")
        for action, word in (
            ("help", "Type to find"),
            ("settings", "Theme"),
            ("pick_primary", "Type to narrow"),
            ("provider_page('openai')", "Last error"),
            ("set_key('openai')", "key"),
            ("app.command_palette", "Search for commands"),
        ):
            await ui.run_actions(action)
            await ui.until(lambda: word in ui.drawn)  # noqa: B023 - awaited at once
            await ui.pilot.pause()
            rows(ui)
            await ui.pilot.press("down", "down")
            await ui.pilot.pause()
            rows(ui)
            await ui.pilot.press("escape")
            await ui.until(lambda: ui.app.screen is ui.screen)


@pytest.mark.parametrize("size", SIZES)
async def test_panels_lie_over_the_chat_at_every_width_and_take_all_of_it(
    open_screen: OpenScreen, size: tuple[int, int]
) -> None:
    async with open_screen(screen_reader=True, size=size) as ui:
        assert ui.screen.query_one("#chat").region.width == size[0]
        assert not ui.screen.query_one("#panels").region
        await ui.pilot.press("f9")
        assert ui.focus == "health"
        assert ui.screen.query_one("#panels").region.width == size[0]
        await ui.pilot.press("escape")
        assert ui.focus == "prompt"
        assert not ui.screen.query_one("#panels").region


@pytest.mark.parametrize("demo", [True, False])
def test_the_flag_is_for_this_run(demo: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[PhoenixApp] = []
    monkeypatch.setattr(app, "run_screen", opened.append)
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    asked = ["--screen-reader", *(["--demo"] if demo else [])]
    screen.run_screen(cli._parser().parse_args(asked))
    assert opened[0].has_class("-spoken")
    assert not opened[0].main.preferences.screen_reader, "nothing is kept"


async def test_lists_are_sentences(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(snapshot_of(DOWN)), screen_reader=True, size=(100, 40)) as ui:
        assert "openrouter answers first. openai is down, next try in under a minute. f9 tells of all." in rows(ui)
        await ui.run_actions("pick_primary")
        assert "1. openrouter: ready, your primary, openrouter-model" in rows(ui)
        await ui.pilot.press("escape")
        await ui.run_actions("settings")
        assert "ASCII only: auto (on here), default" in rows(ui)
        await ui.pilot.press("escape", "f1")
        await ui.until(lambda: "enter: Send the message" in rows(ui))


async def test_what_a_command_prints_has_no_columns(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(snapshot_of(DOWN)), screen_reader=True, size=(100, 60)) as ui:
        await ui.run_actions("providers", "route")
        said = [row.strip() for row in rows(ui)]
        assert "openai: down" in said
        assert "1. openrouter healthy" in said
        assert not [row for row in said if "  " in row]


async def test_a_notice_over_another_screen_is_one_line_without_a_frame(open_screen: OpenScreen) -> None:
    async with open_screen(screen_reader=True, size=(60, 20)) as ui:
        await ui.pilot.press("f9", "enter", "c")
        await ui.until(lambda: "openrouter was checked: healthy." in rows(ui))


async def test_one_completion_is_said_at_a_time(open_screen: OpenScreen) -> None:
    async with open_screen(screen_reader=True, size=(100, 30)) as ui:
        await ui.type("/ne")
        await ui.until(lambda: any(row.startswith("Commands, 1 of ") and "/new: " in row for row in rows(ui)))


async def test_it_is_put_on_and_off_while_it_runs(open_screen: OpenScreen) -> None:
    async with open_screen(size=(120, 36)) as ui:
        await ui.send("why?")
        await ui.answered()
        ui.screen.prefer(screen_reader=True)
        await ui.until(lambda: not ui.screen.query_one("#panels").region and "OpenRouter finished" in ui.drawn)
        assert " You:" in rows(ui)
        ui.screen.prefer(screen_reader=None)
        await ui.until(lambda: "╭" in ui.drawn and "finished" not in ui.drawn)


# Nothing moves by itself


class Painting(PhoenixApp):
    """Counts pictures that are not empty."""

    painted = 0

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        Painting.painted += renderable is not None
        super()._display(screen, renderable)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "script", [[], [started("openrouter"), HOLD], [started("openrouter"), ReasoningDelta("hm"), HOLD], "wait", "ask"]
)
async def test_a_minute_changes_nothing_that_has_not_happened(
    open_screen: OpenScreen, script: list[object] | str
) -> None:
    clock = Clock()
    if script == "wait":
        script = [started("openrouter"), Waiting(target("openrouter"), 1.0, NOW + 300, "limit"), HOLD]
    elif script == "ask":
        script = [started("openrouter"), Confirming(target("openai"), 300.0, NOW + 300, "it failed"), HOLD]
    snapshot = make_snapshot(openai=replace(OUT, retry_at=at(1_000)))
    client = FakeClient(snapshot, script)
    async with open_screen(client, screen_reader=True, wall=clock, size=(100, 30), app_class=Painting) as ui:
        if script:
            await ui.send("why?")
            await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        for keys in ((), ("f9",), ("escape", "f1"), ("escape", "ctrl+o")):
            await ui.pilot.press(*keys)
            await ui.pilot.pause()
            painted = Painting.painted
            for _ in range(60):
                clock.now += 1
                ui.screen.tick()
                await ui.pilot.pause()
            assert Painting.painted - painted <= 3, "only that the wait of openai is a minute shorter"
            assert not any(line.has_focus and line.cursor_blink for line in ui.app.screen.query(Input))
        assert not ui.screen.prompt.cursor_blink


async def test_what_goes_on_is_said_once(open_screen: OpenScreen) -> None:
    clock = Clock()
    client = FakeClient(make_snapshot(), [started("openrouter"), ReasoningDelta("hm"), HOLD])
    async with open_screen(client, screen_reader=True, wall=clock) as ui:
        await ui.send("why?")
        await ui.until(lambda: ui.screen.activity == "openrouter is thinking")
        clock.now += 30
        ui.screen.tick()
        assert ui.screen.activity == "openrouter is thinking"
        assert "hm" not in ui.drawn.split(), "reasoning is not read while it comes"


async def test_the_keys_are_not_said_anew_when_an_answer_begins_or_ends(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), says("Yes."), [started("openrouter"), HOLD])
    async with open_screen(client, screen_reader=True) as ui:
        await ui.send("why?")
        await ui.answered()
        bar, empty = str(ui.screen.query_one(KeyBar).render()), ui.screen.prompt.placeholder
        await ui.send("why?")
        await ui.until(lambda: ui.screen.is_answering)
        assert (str(ui.screen.query_one(KeyBar).render()), ui.screen.prompt.placeholder) == (bar, empty)
        assert "tokens" not in bar


@pytest.mark.usefixtures("listens")
def test_waits_are_rounded_to_minutes_and_hours() -> None:
    told = [text.countdown(wait) for wait in (1, 59, 60, 100, 130, 7_200, 200_000)]
    assert told == ["under a minute", "under a minute", "about 1 minute", "about 2 minutes", "about 2 minutes",
                    "about 2 hours", "about 2 days"]  # fmt: skip
    assert [text.ago(past) for past in (1, 100, 4_000)] == ["moments ago", "2 minutes ago", "67 minutes ago"]
    assert text.due(NOW + 5, NOW) == f"at {text.time_of_day(NOW + 5, NOW, exact=True)}"


# An answer


async def test_an_answer_is_shown_by_whole_blocks(open_screen: OpenScreen) -> None:
    deltas = ("One ", "two.", "\n\nThr", "ee.\n\n- a\n- b", "\n- c", "\n\n```python\nx = 1\n", "y = 2\n", "```\n")
    seen: list[str] = []
    async with open_screen(screen_reader=True, size=(80, 40)) as ui:
        ui.screen.show_chat()
        reply = ui.screen.transcript.begin_answer("OpenAI  gpt")
        for delta in deltas:
            ui.screen.transcript.append_text(reply, delta)
            await ui.until(lambda: not ui.screen.transcript.is_late)
            await ui.pilot.pause()
            said = " / ".join(row.strip() for row in rows(ui)[3:-3] if row.strip())
            seen.append(said.removeprefix("OpenAI:").strip(" /"))
        assert seen[:3] == ["", "", "One two."]
        assert seen[3] == "One two. / Three. / - a"
        assert seen[4] == "One two. / Three. / - a / - b"
        assert seen[6] == "One two. / Three. / - a / - b / - c"
        ui.screen.transcript.finish_answer(reply, "OpenAI  gpt   0.8s to first word, 62 tok/s")
        await ui.until(lambda: "finished" in ui.drawn)
        whole = [row.strip() for row in rows(ui) if row.strip()]
        at_code = whole.index("code, python, 2 lines")
        assert whole[at_code + 1 : at_code + 4] == ["x = 1", "y = 2", "end of code"]
        assert whole[at_code + 4] == "OpenAI finished: 11 words, gpt, 0.8 seconds to first word, 62 tokens a second.", (
            whole
        )


@pytest.mark.parametrize("written", [*BY_TOPIC, CODE, FAILOVER, ABOUT, HELLO])
def test_what_was_read_once_is_never_written_anew(written: str) -> None:
    """Answers as models give them, token by token: what is shown only grows, and not by half a block."""
    conversation = Conversation()
    layout = Layout(conversation.entries, 60, is_spoken=True)
    reply = Entry(Kind.ANSWER, title="OpenAI", state=State.STREAMING)
    conversation.add(reply)
    layout.added()

    def shown() -> list[str]:
        layout.changed(0)
        while layout.measure(0, layout.height):
            pass
        return [layout.line(layout.place(row)).text for row in range(layout.height)]

    before, steps = shown(), 0
    for token in tokens(written.strip()):
        reply.text.append(token)
        now = shown()
        assert now[: len(before)] == before
        steps += now != before
        before = now
    conversation.end(reply, State.DONE, header="OpenAI  gpt")
    assert shown()[: len(before)] == before
    assert steps > 2, "it does not wait for the end either"


async def test_what_colours_and_bars_say_is_said(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), says(ANSWER))
    async with open_screen(client, screen_reader=True, size=(80, 50)) as ui:
        await ui.send("why?")
        await ui.answered()
        await ui.until(lambda: "finished" in ui.drawn)
        said = [row.strip() for row in rows(ui) if row.strip()]
        start = said.index("You:")
        assert said[start : said.index("(struck out: gone)") + 1] == [
            "You:",
            "why?",
            "OpenRouter:",
            "heading 1: Title",
            "One two three (link).",
            "- a",
            "done: b",
            "quote",
            "said",
            "end of quote",
            "table with the columns n, born",
            "n: Ada; born: 1815",
            "code, python, 2 lines",
            "x = 1",
            "y = 2",
            "end of code",
            "separator",
            "(struck out: gone)",
        ]


async def test_long_code_says_its_end_once(open_screen: OpenScreen) -> None:
    code = "\n".join(f"x{number}" for number in range(450))
    client = FakeClient(make_snapshot(), says(f"```python\n{code}\n```\nend"))
    async with open_screen(client, screen_reader=True, size=(80, 500)) as ui:
        await ui.send("why?")
        await ui.answered()
        await ui.until(lambda: "finished" in ui.drawn)
        said = [row.strip() for row in rows(ui)]
        assert said.count("end of code") == 1
        assert said[said.index("x449") + 1] == "end of code"
        assert said[said.index("x0") - 1] == "code, python, more than 200 lines"


# What happens


async def test_a_switch_and_a_failure_are_sentences(open_screen: OpenScreen) -> None:
    cut = AttemptAborted(attempt("openrouter"), ErrorInfo(ErrorClass.NETWORK, "reset"), 8, target("openai"))
    script = [started("openrouter"), TextDelta("Because "), cut, started("openai"), TextDelta("Light.")]
    async with open_screen(FakeClient(make_snapshot(), [*script, HOLD]), screen_reader=True) as ui:
        await ui.send("why?")
        await ui.until(lambda: "Switch" in ui.drawn)
        said = " ".join(" ".join(rows(ui)).split())
        assert "OpenRouter: interrupted, 8 characters; enter shows it." in said
        assert "Switch: openrouter stopped after 8 characters (connection broken); now asking openai." in said
        ui.screen.action_stop()
        await ui.until(lambda: "OpenAI was stopped after 1 word" in ui.drawn)
        ui.screen.chat.fail("openai refused the key.", "Give it another.")
        await ui.until(lambda: "Error: openai refused the key." in ui.drawn)


async def test_who_is_out_and_who_is_back_is_said_in_the_chat(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot())
    async with open_screen(client, screen_reader=True) as ui:
        await ui.send("why?")
        await ui.answered()
        client.publish(make_snapshot(openai=OUT))
        await ui.until(lambda: "openai is down: 503 three times; next try in about 2 minutes." in ui.said)
        client.publish(make_snapshot(openai=ProviderHealth("openai", HealthState.PROBATION)))
        await ui.until(lambda: "openai may be asked again: its next answer is a trial." in ui.said)
        client.publish(make_snapshot())
        await ui.until(lambda: "openai is back." in ui.said)


async def test_who_looks_is_told_no_such_thing_in_the_chat(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(openai=OUT))
    async with open_screen(client) as ui:
        client.publish(make_snapshot())
        await ui.until(lambda: ui.screen.snapshot == client.current)
        await ui.pilot.pause()
        assert "is back" not in ui.said


def test_news_are_no_news_when_the_person_did_it_or_the_turn_tells_it() -> None:
    well, out = make_snapshot(), make_snapshot(openai=OUT)
    off = make_snapshot(openai=ProviderHealth("openai", HealthState.DISABLED))
    assert news(well, well, NOW) == []
    assert news(well, off, NOW) == news(off, well, NOW) == []
    assert news(well, out, NOW, tells_failures=False) == []
    assert news(out, well, NOW, tells_failures=False) == ["openai is back."]
    offline = replace(well, health=tuple(ProviderHealth(it.name, HealthState.OFFLINE) for it in well.health))
    assert [line for line in news(well, offline, NOW) if "offline" in line]


async def test_a_notice_stands_above_the_prompt_until_something_goes_on(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), HOLD])
    async with open_screen(client, screen_reader=True, size=(60, 20)) as ui:
        ui.screen.tell("openai is asked first now; before it was openrouter. alt+u takes it back.")
        await ui.pilot.pause()
        assert not ui.told, "nothing that goes by itself"
        line = ui.screen.query_one(ActivityLine)
        assert line.size.height == 2, "it is never cut off"
        assert "alt+u takes it back" in " ".join(rows(ui))
        await ui.send("why?")
        await ui.until(lambda: "openrouter is asked" in ui.drawn)
        assert "takes it back" not in ui.drawn


# The panels


def test_a_provider_is_a_sentence() -> None:
    snapshot = make_snapshot(openai=OUT)
    said = {name: " ".join(spoken.plain("".join(t for t, _ in line)) for line in lines)
            for name, lines in health_lines(snapshot, NOW, 200).items()}  # fmt: skip
    assert said["openrouter"] == "1. openrouter: ready, answers first, your primary. Model openrouter-model."
    assert said["openai"].startswith("2. openai: down. 503 three times. Next try in ")
    ordered = order_lines(snapshot, 200)
    assert ordered["openai"][0][0][0].startswith("openai is not asked now: down")
    assert health_line(snapshot, NOW, "f9")[0] == "openrouter answers first."


# The cursor of the terminal


async def test_the_real_cursor_stands_where_keys_act(open_screen: OpenScreen) -> None:
    async with open_screen(screen_reader=True, size=(80, 24)) as ui:
        await ui.type("abc")
        prompt = ui.screen.prompt.content_region
        assert ui.app.cursor_position == (prompt.x + 3, prompt.y)
        await ui.type("\nde")
        await ui.pilot.pause()
        prompt = ui.screen.prompt.content_region
        assert ui.app.cursor_position == (prompt.x + 2, prompt.y + 1)
        await ui.pilot.resize_terminal(70, 20)
        prompt = ui.screen.prompt.content_region
        assert ui.app.cursor_position == (prompt.x + 2, prompt.y + 1), "also where the prompt has moved"
        await ui.pilot.press("f9", "down", "down")
        assert rows(ui)[ui.app.cursor_position.y].startswith("3. anthropic")
        await ui.pilot.press("escape")
        await ui.run_actions("pick_primary")
        await ui.pilot.press("down")
        assert rows(ui)[ui.app.cursor_position.y].startswith("2. openai")
        await ui.pilot.press("g")
        assert rows(ui)[ui.app.cursor_position.y].strip() == "g"
        await ui.pilot.press("escape")
        await ui.run_actions("app.command_palette")
        await ui.until(lambda: "Make openai the primary" in ui.drawn)
        await ui.pilot.press("down", "down")
        assert rows(ui)[ui.app.cursor_position.y].startswith("Make ")


async def test_the_real_cursor_follows_what_is_pointed_at_in_the_chat(open_screen: OpenScreen) -> None:
    async with open_screen(screen_reader=True, size=(80, 24)) as ui:
        await ui.send("why?")
        await ui.answered()
        await ui.pilot.press("escape", "p")
        await ui.until(lambda: "OpenRouter:" in rows(ui)[ui.app.cursor_position.y])


async def test_help_says_what_has_the_focus(open_screen: OpenScreen) -> None:
    async with open_screen(screen_reader=True) as ui:
        await ui.pilot.press("f1")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        assert " Help" in rows(ui)
        await ui.pilot.press("escape", "f9", "f1")
        await ui.until(lambda: "a sentence each" in ui.drawn)
        await ui.type("Signs")
        await ui.until(lambda: 'Nothing here has "Signs" in it.' in rows(ui))
