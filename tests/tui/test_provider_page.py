"""The page of one provider: all that is known of it, live, and what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.command import CommandPalette

from phoenix_tui.core.errors import ErrorClass, ErrorInfo, Phase
from phoenix_tui.core.events import TextDelta
from phoenix_tui.core.journal import Record
from phoenix_tui.core.kept_health import NotKept
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.snapshot import HealthState, ModelHealth, ProviderHealth, Snapshot, UpstreamStatus
from phoenix_tui.core.types import RateLimit
from phoenix_tui.tui.commands import CHAT, commands
from phoenix_tui.tui.glyphs import UNICODE, Glyphs
from phoenix_tui.tui.ports import KeyPlace
from phoenix_tui.tui.provider_sections import History, Page, body, changes_in, heading
from phoenix_tui.tui.screens.help import HelpScreen
from phoenix_tui.tui.screens.picker import Picker
from phoenix_tui.tui.screens.provider_page import ProviderPage
from phoenix_tui.tui.widgets.line_view import Line
from phoenix_tui.tui.widgets.lines import KeyBar
from tests.helpers.kept import failed, switched
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import HOLD, NOW, FakeClient, FakeKeys, at, make_snapshot, started
from tests.tui.test_app_confirming import asking
from tests.tui.test_app_foreign_text import EVIL, assert_harmless, screen_text

DOWN = ProviderHealth(
    "openai",
    HealthState.UNAVAILABLE,
    reason="3 failures in a row, the last: overloaded",
    retry_at=at(12),
    last_checked=at(-3),
    last_success=at(-300),
    last_failure=at(-3),
    consecutive_failures=3,
    total_requests=1_240,
    successful_requests=1_200,
    failed_requests=37,
    neutral_requests=2,
    in_flight=1,
    average_response_time=4.2,
    ttft_average=1.2,
    ttft_last=0.92,
    tokens_per_second=61.7,
    models=(
        ModelHealth("openai-model", samples=22, ttft_median=0.84, ttft_p95=2.1),
        ModelHealth("big", cooling_until=at(31), cooling_reason="rate limit, it asked for a pause"),
    ),
    headroom=(RateLimit("requests", 60, 6, NOW + 40), RateLimit("tokens", None, 900)),
    last_error=ErrorInfo(
        ErrorClass.OVERLOADED,
        "The engine is overloaded.\nRequest id: req_1",
        status=503,
        code="engine_overloaded",
        phase=Phase.FIRST_TOKEN,
        detail="upstream says no",
    ),
    last_error_at=at(-3),
    recent=(0.9, None),
    recent_at=(NOW - 300, NOW - 3),
)

NOTHING = History(note="Nothing yet.")


def snapshot_of(health: ProviderHealth, **info: object) -> Snapshot:
    snapshot = make_snapshot("openrouter", "openai", "ollama", **{health.name: health})
    infos = tuple(
        replace(its, **info) if its.name == health.name else its  # type: ignore[arg-type]
        for its in snapshot.providers
    )
    return replace(snapshot, providers=infos)


def page(
    health: ProviderHealth = DOWN,
    *,
    width: int = 90,
    glyphs: Glyphs = UNICODE,
    history: History = NOTHING,
    source: str = "",
    **info: object,
) -> Page:
    return Page(snapshot_of(health, **info), health.name, NOW, width, 40, glyphs, history, source)


def plain(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def said(shown: Page) -> str:
    return " ".join(" ".join((*plain(heading(shown)), *plain(body(shown)))).split())


# What stands in it


def test_the_heading_says_who_how_where_and_until_when() -> None:
    lines = [" ".join(line.split()) for line in plain(heading(page()))]
    assert lines == [
        "✗ OpenAI down 2 of 7",
        "not asked now; openai-model",
        "3 failures in a row, the last: overloaded; next try in 12s",
    ]
    primary = page(ProviderHealth("openrouter", HealthState.HEALTHY))
    assert " ".join(plain(heading(primary))[0].split()) == "★ ● OpenRouter healthy 1 of 7"
    assert plain(heading(primary))[1].strip() == "the primary, #1 in the order; openrouter-model"


def test_every_figure_has_its_name_and_its_unit() -> None:
    shown = said(page())
    for phrase in (
        "total 1,240",
        "successful 1,200",
        "failed 37 3 in a row",
        "stopped or not its fault 2",
        "under way 1",
        "success rate 97%",
        "band A reliable",
        "median 0.84s openai-model",
        "95 % begin within 2.1s",
        "last 0.92s",
        "average 1.2s all its models",
        "average response time 4.2s",
        "tokens a second 62",
        "openai-model 0.84s 2.1s 22",
        "rests for 31s more (rate limit, it asked for a pause)",
        "━━┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 6 of 60 requests left, resets in 40s",
        "900 tokens left",
        "last success 5 min ago",
        "checked 3 s ago",
        "where it runs hosted",
        "1 answer, the slowest after 0.90s; 1 failure",
    ):
        assert phrase in shown, phrase


def test_figures_stand_in_one_column() -> None:
    lines = plain(body(page()))
    ends = {line.index(value) + len(value) for line in lines for value in ("1,240", "97%", "4.2s") if value in line}
    assert len(ends) == 1


def test_the_last_error_is_whole_and_has_its_next_step() -> None:
    shown = said(page())
    assert "openai has no capacity just now. overloaded, HTTP 503, code engine_overloaded, phase first token," in shown
    assert "│ The engine is overloaded. │ Request id: req_1 │ upstream says no Wait a moment and retry" in shown
    assert shown.index("Last error") < shown.index("Time to first token"), "it is what matters now"
    well = said(page(replace(DOWN, state=HealthState.HEALTHY, reason="", retry_at=None)))
    assert well.index("Last error") > well.index("Requests"), "it is over"
    assert "Wait a moment" not in well


def test_a_long_error_is_wrapped_and_bounded() -> None:
    endless = replace(DOWN, last_error=ErrorInfo(ErrorClass.SERVER, "spam " * 20_000, 500))
    lines = plain(body(page(endless, width=60)))
    assert max(map(cell_len, lines)) <= 60
    assert len(lines) < 250
    assert "and 96,000 characters more" in " ".join(lines)


def test_what_is_not_set_up_shows_the_line_that_mends_it_and_no_empty_figures() -> None:
    missing = ProviderHealth("grok", HealthState.UNCONFIGURED, reason="no key")
    problem = "Grok has no key: GROK_API_KEY is not set. Keys: https://console.x.ai"
    shown = said(page(missing, problem=problem, fix="GROK_API_KEY=xai-...  in .env.local, or export it"))
    assert f"Not set up {problem} GROK_API_KEY=xai-... in .env.local, or export it k takes its key here." in shown
    assert "key not set GROK_API_KEY" in shown
    assert "success rate" not in shown
    local = said(page(ProviderHealth("lmstudio", HealthState.UNCONFIGURED), problem="", fix="", base_url="http://x:1"))
    assert "Start its server at http://x:1" in local


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("openai", "OPENAI_API_KEY (.env, line 3)", "key set OPENAI_API_KEY (.env, line 3)"),
        ("openai", "", "key set OPENAI_API_KEY"),
        ("ollama", "", "key none needed"),
    ],
)
def test_a_key_is_told_by_its_place_only(name: str, source: str, expected: str) -> None:
    assert expected in said(page(ProviderHealth(name, HealthState.HEALTHY), source=source))


def test_what_surrounds_it_is_told() -> None:
    trouble = UpstreamStatus(True, "Elevated errors", "https://status.example", at(-60))
    shown = said(page(upstream=trouble, base_url="https://api.example/v1", model_problem="its list does not have it"))
    for phrase in (
        "base URL https://api.example/v1",
        "status page Elevated errors https://status.example, read at",
        "what a check found its list does not have it",
    ):
        assert phrase in shown, phrase
    kept = replace(DOWN, as_of=at(-7_300))
    assert "Last heard of all this as of 2 h ago, from an earlier run" in said(page(kept))


def test_two_columns_where_there_is_room_say_the_same() -> None:
    narrow, wide = page(width=90), page(width=150)
    assert len(body(wide)) < len(body(narrow))
    assert set(said(narrow).split()) == set(said(wide).split())


@pytest.mark.parametrize("width", [56, 76, 96, 116, 156, 236])
@pytest.mark.parametrize("state", HealthState)
def test_every_state_keeps_to_the_width_and_is_harmless(state: HealthState, width: int) -> None:
    evil = replace(
        DOWN,
        state=state,
        reason=EVIL,
        last_error=ErrorInfo(ErrorClass.SERVER, EVIL * 9, 500, code=EVIL, detail=EVIL),
        models=(ModelHealth(EVIL * 4, cooling_until=at(5), cooling_reason=EVIL),),
        headroom=(RateLimit(EVIL, 9, 1, NOW + 5),),
    )
    history = History((("07:00:00", EVIL * 5, ""),))
    status = UpstreamStatus(True, EVIL * 3, EVIL * 3, at(-5))
    shown = page(evil, width=width, history=history, model=EVIL, base_url=EVIL * 3, problem=EVIL, upstream=status)
    for line in (*plain(heading(shown)), *plain(body(shown))):
        assert cell_len(line) <= width
        assert_harmless(line)
        assert "\n" not in line


def test_it_is_known_when_time_alone_changes_it() -> None:
    quiet = ProviderHealth("openai", HealthState.HEALTHY)
    assert changes_in(page(quiet)) is None
    assert changes_in(page(replace(quiet, last_success=at(-40)))) == 1.0
    assert changes_in(page(replace(quiet, last_success=at(-4_000)))) == 30.0
    assert changes_in(page(replace(quiet, headroom=(RateLimit("requests", 9, 8, NOW + 5),)))) == 1.0
    assert changes_in(page(replace(quiet, models=(ModelHealth("m", cooling_until=at(5)),)))) == 1.0


# The screen


def opened(ui: Opened) -> ProviderPage | None:
    return ui.app.screen if isinstance(ui.app.screen, ProviderPage) else None


def text(ui: Opened) -> str:
    shown = opened(ui)
    return "" if shown is None else " ".join(f"{shown._heading.plain_text} {shown._body.plain_text}".split())


async def open_page(ui: Opened, name: str = "openai") -> None:
    await ui.run_actions(f"provider_page('{name}')")
    await ui.until(lambda: "Connection" in text(ui))


@pytest.mark.parametrize("size", [(60, 15), (100, 30), (160, 60), (240, 80), (38, 9)])
async def test_enter_opens_it_and_escape_leads_back(open_screen: OpenScreen, size: tuple[int, int]) -> None:
    async with open_screen(FakeClient(snapshot_of(DOWN)), size=size) as ui:
        if not ui.screen.query("#panels").first().region:
            await ui.pilot.press("f9")
        else:
            await ui.pilot.press("tab")
        ui.screen.query("#health").first().focus()
        await ui.pilot.press("down", "enter")
        await ui.until(lambda: "OpenAI down" in text(ui))
        await ui.pilot.press("end", "home", "pagedown", "down", "up", "space")
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert ui.focus == "health"


async def test_it_lives(open_screen: OpenScreen) -> None:
    clock = [NOW]
    client = FakeClient(snapshot_of(DOWN))
    async with open_screen(client, wall=lambda: clock[0]) as ui:
        await open_page(ui)
        assert "next try in 12s" in text(ui)
        clock[0] += 5
        shown = opened(ui)
        assert shown is not None
        shown.draw()
        assert "next try in 7s" in text(ui)
        client.publish(snapshot_of(replace(DOWN, state=HealthState.PROBATION, on_trial=True, in_flight=2)))
        await ui.until(lambda: "OpenAI on trial" in text(ui))
        assert "under way 2 a trial" in text(ui)


async def test_a_second_paints_only_what_counts(open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [NOW]
    async with open_screen(FakeClient(snapshot_of(DOWN)), wall=lambda: clock[0], size=(104, 60)) as ui:
        await open_page(ui)
        shown = opened(ui)
        assert shown is not None
        body_lines = shown._body.plain_text.split("\n")
        painted: list[int] = []
        monkeypatch.setattr(shown._body, "_repaint", painted.append)
        clock[0] += 1
        shown.draw()
        counting = ("ago", "rests for", "resets in")
        assert painted
        assert [body_lines[y] for y in painted if not any(word in body_lines[y] for word in counting)] == []


async def test_left_and_right_turn_to_the_others_and_round(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await open_page(ui, "openrouter")
        seen: list[str] = []
        for _ in PROVIDER_NAMES:
            await ui.pilot.press("right")
            shown = opened(ui)
            assert shown is not None
            seen.append(shown.provider)
        assert seen == [*PROVIDER_NAMES[1:], "openrouter"]
        await ui.pilot.press("left")
        await ui.until(lambda: "LM Studio" in text(ui))


async def test_the_same_page_opens_once(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await open_page(ui, "openai")
        await ui.run_actions("provider_page('grok')")
        await ui.until(lambda: "Grok" in text(ui))
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)


async def test_the_footer_names_what_can_be_done(open_screen: OpenScreen) -> None:
    async with open_screen(size=(160, 30)) as ui:
        await open_page(ui)
        keys = str(ui.app.screen.query_one(KeyBar).render())
        assert keys.startswith("esc back   p primary   c check   x off/on")
        assert keys.rstrip().endswith("f1 help")
        await ui.pilot.press("f1")
        await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))
        await ui.pilot.press("escape")
        await ui.until(lambda: opened(ui) is not None)


async def test_keys_from_anywhere_act_over_it(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await open_page(ui)
        await ui.pilot.press("alt+3", "f6")
        await ui.until(lambda: ui.client.was_told("primary", "grok"))
        assert ui.client.was_told("primary", "anthropic")
        assert opened(ui) is not None, "it shows who is the primary"
        await ui.pilot.press("ctrl+p")
        await ui.until(lambda: isinstance(ui.app.screen, CommandPalette))
        await ui.type("check gemini now")
        await ui.until(lambda: ui.app.screen.query("OptionList").first().option_count == 1)  # type: ignore[attr-defined]
        await ui.pilot.press("enter", "enter")
        await ui.until(lambda: ui.client.probed == ["gemini"])
        assert opened(ui) is not None
        await ui.pilot.press("ctrl+l")
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert ui.screen.conversation.local_only, "what is told in the chat is not hidden"


async def test_what_belongs_to_the_chat_is_done_there_and_lists_lie_over_the_page(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await open_page(ui)
        await ui.pilot.press("ctrl+o")
        await ui.until(lambda: isinstance(ui.app.screen, Picker))
        await ui.pilot.press("down", "enter")
        await ui.until(lambda: ui.client.was_told("primary", "openai"))
        shown = opened(ui)
        assert shown is not None
        for command in commands():
            if command.action.startswith(CHAT):
                await shown.run_command(command.action)
                break
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert ui.focus == "transcript"


async def test_where_the_key_stands_is_read_anew_when_health_changes(
    open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phoenix_tui.tui.screens.provider_page.FILES_READ_AFTER", 0.001)
    keeper = FakeKeys(KeyPlace("own", "https://api.example", source="OPENAI_API_KEY (.env, line 3)"))
    client = FakeClient(snapshot_of(ProviderHealth("openai", HealthState.HEALTHY)))
    async with open_screen(client, keys=keeper, size=(90, 50)) as ui:
        await open_page(ui)
        await ui.until(lambda: "set OPENAI_API_KEY (.env, line 3)" in text(ui))
        keeper.stands = replace(keeper.stands, source="OPENAI_API_KEY (own)")
        client.publish(snapshot_of(ProviderHealth("openai", HealthState.UNKNOWN)))
        await ui.until(lambda: "set OPENAI_API_KEY (own)" in text(ui))


async def test_an_answer_goes_on_behind_it_and_escape_does_not_stop_it(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot(), [started("openrouter"), TextDelta("Half"), HOLD])
    async with open_screen(client) as ui:
        await ui.send("why?")
        await ui.until(lambda: client.turns and client.turns[0].holding.is_set())
        await open_page(ui)
        await ui.pilot.press("escape")
        await ui.until(lambda: ui.app.screen is ui.screen)
        assert ui.screen.is_answering
        assert not client.turns[0].closed
        await ui.pilot.press("escape")
        await ui.answered()


async def test_the_question_before_another_is_told_is_never_hidden(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot(), asking())) as ui:
        await open_page(ui)
        ui.screen.send("why?")
        await ui.until(lambda: ui.screen.question and ui.app.screen is ui.screen)
        ui.screen.action_confirm()
        await ui.answered()


@pytest.mark.parametrize(
    ("line", "name"), [("/provider grok", "grok"), ("/providers OpenAI", "openai"), ("/provider", "openrouter")]
)
async def test_a_command_opens_it(open_screen: OpenScreen, line: str, name: str) -> None:
    async with open_screen() as ui:
        await ui.send(line)
        await ui.until(lambda: opened(ui) is not None)
        shown = opened(ui)
        assert shown is not None
        assert shown.provider == name


async def test_a_command_with_a_name_that_is_none_says_which_was_meant(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.send("/provider antrhopic")
        await ui.until(lambda: any("Did you mean anthropic?" in told for told in ui.told))
        assert opened(ui) is None


async def test_before_the_connections_stand_it_says_so(open_screen: OpenScreen) -> None:
    never = asyncio.Event()

    @asynccontextmanager
    async def opening() -> AsyncIterator[FakeClient]:
        await never.wait()
        yield FakeClient()

    async with open_screen(open_client=opening, opens=False) as ui:
        await ui.run_actions("provider_page('openai')")
        await ui.until(lambda: "the connections are still being opened" in text(ui))
        never.set()
        await ui.until(lambda: "OpenAI" in text(ui))


async def test_a_notice_does_not_hide_the_state(open_screen: OpenScreen) -> None:
    async with open_screen(size=(60, 15)) as ui:
        await open_page(ui)
        ui.screen.tell("openai was checked: healthy.")
        await ui.until(lambda: list(ui.app.screen.query("Toast")))
        await ui.pilot.pause()
        assert ui.app.screen.query("Toast").first().region.y > 4


# What happened


async def test_what_happened_is_newest_first_and_about_this_one(open_screen: OpenScreen) -> None:
    asked: list[tuple[int, str | None]] = []

    async def read(limit: int, provider: str | None = None) -> tuple[Record, ...]:
        asked.append((limit, provider))
        return (failed(-200_000, "openrouter"), failed(0, "openrouter"), failed(0, "grok"), switched(1))

    async with open_screen(incidents=read) as ui:
        await open_page(ui, "openrouter")
        await ui.until(lambda: "What happened" in text(ui) and "rate limit" in text(ui))
        happened = text(ui).split("What happened")[1]
        assert "grok" not in happened
        first, second, third = (
            happened.index("switched from openrouter to anthropic"),
            happened.index("healthy -> shaky: rate limit (HTTP 429)"),
            happened.rindex("healthy -> shaky: rate limit (HTTP 429)"),
        )
        assert first < second < third
        assert "anthropic:" not in happened, "a switch names both"
        assert "-" in happened[second:third], "another day has its date"
    assert asked[0] == (100, "openrouter")


@pytest.mark.parametrize(
    ("records", "sentence"),
    [
        (lambda: (), "Nothing yet: failures, switches and changes of health will be here."),
        (lambda: (_ for _ in ()).throw(NotKept("The disk [is] on fire.")), "The disk [is] on fire."),
    ],
)
async def test_where_there_is_nothing_a_sentence_says_so(
    open_screen: OpenScreen, records: Callable[[], tuple[Record, ...]], sentence: str
) -> None:
    async def read(limit: int, provider: str | None = None) -> tuple[Record, ...]:
        return records()

    async with open_screen(incidents=read, size=(90, 50)) as ui:
        await open_page(ui)
        await ui.until(lambda: sentence in text(ui))
    async with open_screen(size=(90, 50)) as ui:
        await open_page(ui)
        await ui.until(lambda: "Nothing is kept here: this run leaves no trace." in text(ui))


async def test_a_change_of_health_reads_the_log_again_once(
    open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phoenix_tui.tui.screens.provider_page.FILES_READ_AFTER", 0.001)
    records: list[Record] = []

    async def read(limit: int, provider: str | None = None) -> tuple[Record, ...]:
        return tuple(records)

    client = FakeClient(snapshot_of(ProviderHealth("openai", HealthState.HEALTHY)))
    async with open_screen(client, incidents=read) as ui:
        await open_page(ui)
        await ui.until(lambda: "Nothing yet" in text(ui))
        records.append(failed(0, "openai"))
        client.publish(snapshot_of(DOWN))
        await ui.until(lambda: "healthy -> shaky" in text(ui))


async def test_a_log_that_comes_late_belongs_to_the_page_that_asked_for_it(open_screen: OpenScreen) -> None:
    gate = asyncio.Event()

    async def read(limit: int, provider: str | None = None) -> tuple[Record, ...]:
        if provider == "openai":
            await gate.wait()
        return (failed(0, provider or ""),) if provider == "openai" else ()

    async with open_screen(incidents=read) as ui:
        await open_page(ui, "openai")
        await ui.pilot.press("right")
        gate.set()
        await ui.until(lambda: "Anthropic" in text(ui) and "Nothing yet" in text(ui))
        assert "healthy -> shaky" not in text(ui)


# Foreign text, and terminals that can do little


async def test_hostile_words_on_the_page(open_screen: OpenScreen) -> None:
    evil = replace(DOWN, reason=EVIL, last_error=ErrorInfo(ErrorClass.SERVER, EVIL, 500, code=EVIL))
    async with open_screen(FakeClient(snapshot_of(evil, model=EVIL, base_url=EVIL)), size=(120, 50)) as ui:
        await open_page(ui)
        await ui.pilot.pause()
        painted = screen_text(ui)
        assert painted.count("[/x]") >= 4
        assert_harmless(painted)


async def test_ascii_mode_draws_nothing_else_on_the_page(open_screen: OpenScreen) -> None:
    for size in ((60, 20), (150, 60)):
        async with open_screen(FakeClient(snapshot_of(DOWN)), is_ascii=True, size=size) as ui:
            await open_page(ui)
            await ui.pilot.pause()
            lines = [
                strip.apply_filter(ui.app._filters[-1], ui.app.screen.background_colors[0]).text
                for strip in ui.app.screen._compositor.render_strips()
            ]
            assert "".join(lines).isascii()
