"""The first screen: what it says of each state of being set up, and how it and the prompt share the keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, Snapshot
from phoenix_tui.tui.glyphs import UNICODE
from phoenix_tui.tui.ports import Tone
from phoenix_tui.tui.screens.key_screen import KeyScreen
from phoenix_tui.tui.welcome_words import not_in_list
from phoenix_tui.tui.widgets.lines import KeyBar
from phoenix_tui.tui.widgets.welcome import Welcome, welcome_rows
from tests.tui.conftest import OpenScreen
from tests.tui.fakes import FakeClient, FakeKeys, at, make_snapshot


def nobody() -> Snapshot:
    """The seven as they are on a machine without a key and without a local server."""
    unset = (replace(it, configured=False, model="") for it in make_snapshot("lmstudio").providers)
    address = "http://localhost:11434/api"
    infos = tuple(replace(it, problem="", fix="", base_url=address) if it.local else it for it in unset)
    health = tuple(ProviderHealth(it.name, HealthState.UNCONFIGURED) for it in infos)
    return Snapshot(1, "openrouter", infos, health, ())


def changed(snapshot: Snapshot, name: str, **changes: object) -> Snapshot:
    infos = tuple(replace(it, **changes) if it.name == name else it for it in snapshot.providers)  # type: ignore[arg-type]
    return replace(snapshot, providers=infos)


def text(snapshot: Snapshot, width: int = 90, *, lists_all: bool = False, demo: str = "") -> str:
    rows = welcome_rows(snapshot, (), width, UNICODE, demo=demo, lists_all=lists_all)
    return "\n".join("".join(part for part, _ in line) for row in rows for line in row.lines)


def test_without_anything_the_seven_are_listed_with_what_sets_each_up() -> None:
    said = text(nobody())
    assert "No provider is set up yet." in said
    assert "1 – openrouter no key    OPENROUTER_API_KEY=..." in said
    assert "6 – ollama     not found start it at localhost:11434" in said
    assert "Press esc, choose one with up and down, and enter sets it up; d there opens the demo." in said
    assert "start one, now or later, and it is found by itself" in said
    assert "esc goes back to the prompt" in text(nobody(), lists_all=True)


@pytest.mark.parametrize(
    ("error_class", "said"),
    [
        (ErrorClass.AUTH, "openai     bad key   the key was refused; enter sets another one"),
        (ErrorClass.QUOTA, "openai     no credit credit or quota is used up: add some there"),
        (ErrorClass.PERMISSION, "openai     no access the key may not use this model: name another"),
    ],
)
def test_a_blocked_provider_says_what_mends_it_below_the_hello(error_class: ErrorClass, said: str) -> None:
    blocked = ProviderHealth("openai", HealthState.BLOCKED, reason="blocked", last_error=ErrorInfo(error_class, "no"))
    snapshot = make_snapshot("openrouter", "openai", openai=blocked)
    assert said in text(snapshot)
    assert "anthropic" not in text(snapshot)


def test_a_wrong_setting_says_where_it_stands_and_what_mends_it() -> None:
    problem = "GROK_API_KEY (.env, line 3) is still the example, not a key."
    snapshot = changed(
        make_snapshot("openrouter", grok=ProviderHealth("grok", HealthState.UNCONFIGURED)),
        "grok", configured=False, broken=True, problem=problem, fix="GROK_API_KEY=xai-...",
    )  # fmt: skip
    assert f"grok       bad value {problem}" in text(snapshot, 130)
    assert "To mend it: GROK_API_KEY=xai-..." in text(snapshot, 130)
    notices = ((f"{problem} To mend it: GROK_API_KEY=xai-...", Tone.ERROR), ("Another.", Tone.ERROR))
    assert [it[0] for it in not_in_list(notices, snapshot)] == ["Another."], "it stands in the list"
    assert len(not_in_list(notices, None)) == 2
    narrow = text(snapshot, 56).split("\n")
    at_row = next(y for y, line in enumerate(narrow) if "bad value" in line)
    assert " ".join(line.strip() for line in narrow[at_row + 1 : at_row + 3]).startswith(problem)
    assert all(len(line) <= 56 for line in narrow)


def test_a_local_server_that_was_found_is_said_and_used() -> None:
    snapshot = make_snapshot("ollama", ollama=ProviderHealth("ollama", HealthState.UNKNOWN, last_checked=at(0)))
    found = changed(snapshot, "ollama", found=True, base_url="http://localhost:11434/api", model="qwen3:8b")
    said = text(found)
    assert "ollama answers first" in said
    assert "Ollama (localhost:11434) was found running here." in said
    assert "found here, qwen3:8b" in text(found, lists_all=True)
    empty = changed(found, "ollama", model="")
    assert "it has no model yet: run `ollama pull qwen3`, or another" in text(empty)
    silent = ProviderHealth("ollama", HealthState.UNKNOWN, last_checked=at(0), reason="a check failed")
    gone = changed(make_snapshot("openai", "ollama", ollama=silent), "ollama", base_url="http://localhost:11434/api")
    assert "ollama     no answer start it at localhost:11434" in text(gone)


def test_a_hosted_provider_at_an_address_of_this_machine_is_not_called_a_local_server() -> None:
    snapshot = changed(nobody(), "openai", local=True)
    assert "openai     no key    OPENAI_API_KEY=..." in text(snapshot)


def test_who_is_well_is_listed_on_demand_only() -> None:
    snapshot = make_snapshot()
    assert "gemini-model" not in text(snapshot)
    assert "4 ● gemini     healthy   gemini-model" in text(snapshot, lists_all=True)
    assert "If it fails: openai, then anthropic" in text(snapshot)
    for key in ("esc", "alt+1 to alt+7", "f1"):
        assert f"\n{key} " in text(snapshot)


@pytest.mark.parametrize("width", [20, 56, 96, 156])
@pytest.mark.parametrize("snapshot", [nobody(), make_snapshot(), make_snapshot("ollama")])
def test_no_line_is_wider_than_the_screen(snapshot: Snapshot, width: int) -> None:
    rows = welcome_rows(
        snapshot, (("A notice " * 20, Tone.INFO),), width, UNICODE, demo="The demo " * 20, lists_all=True
    )
    texts = ["".join(part for part, _ in line) for row in rows if not row.key for line in row.lines]
    assert max(map(len, texts)) <= max(width, 34)


async def test_esc_goes_into_the_list_and_back_and_typing_goes_to_the_prompt(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(nobody()), keys=FakeKeys(), size=(60, 15)) as ui:
        assert ui.focus == "prompt"
        await ui.pilot.press("escape")
        assert ui.focus == "welcome"
        assert "enter set its key" in str(ui.screen.query_one(KeyBar).render())
        await ui.pilot.press("down", "down")
        assert ui.screen.query_one(Welcome).chosen == "anthropic"
        await ui.pilot.press("k")
        await ui.until(lambda: isinstance(ui.app.screen, KeyScreen))
        await ui.pilot.press("escape")
        assert ui.focus == "welcome"
        await ui.pilot.press("h", "i")
        assert (ui.focus, ui.screen.prompt.value) == ("prompt", "hi")
        await ui.pilot.press("shift+tab")
        assert ui.focus == "welcome"
        await ui.pilot.press("tab")
        assert ui.focus == "prompt"


async def test_every_provider_can_be_brought_into_view_and_so_can_what_stands_around_them(
    open_screen: OpenScreen,
) -> None:
    async with open_screen(FakeClient(nobody()), size=(60, 15)) as ui:
        welcome = ui.screen.query_one(Welcome)
        await ui.pilot.press("escape", "end")
        assert welcome.chosen == "lmstudio"
        await ui.until(lambda: welcome.scroll_offset.y > 0)
        assert welcome.scroll_offset.y + welcome.size.height > welcome._keys_at.index("lmstudio")
        await ui.pilot.press("home")
        await ui.until(lambda: welcome.scroll_offset.y == 0)


@pytest.mark.parametrize("size", [(60, 15), (100, 24)])
async def test_it_opens_at_its_beginning_however_long_it_is(open_screen: OpenScreen, size: tuple[int, int]) -> None:
    problems = tuple(f"LLM_PROVIDER (.env, line {n}) is 'opnai'; the nearest is openai." for n in range(20))
    async with open_screen(FakeClient(nobody()), size=size, problems=problems) as ui:
        welcome = ui.screen.query_one(Welcome)
        await ui.until(lambda: "No provider is set up yet." in welcome.plain_text)
        assert welcome.scroll_offset.y == 0
        assert welcome.plain_text.startswith("· LLM_PROVIDER (.env, line 0) is 'opnai'")
        await ui.pilot.press("escape")
        await ui.until(lambda: welcome.scroll_offset.y > 0)
        await ui.pilot.press("escape")
        await ui.until(lambda: welcome.scroll_offset.y == 0)


async def test_enter_in_an_empty_prompt_leads_to_the_list_while_nobody_is_set_up(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(nobody()), keys=FakeKeys()) as ui:
        await ui.pilot.press("enter")
        assert ui.focus == "welcome"
    async with open_screen(FakeClient(make_snapshot())) as ui:
        await ui.pilot.press("enter")
        assert ui.focus == "prompt"


async def test_the_seven_stand_below_the_hello_while_the_list_has_the_focus(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot("openai")), keys=FakeKeys()) as ui:
        welcome = ui.screen.query_one(Welcome)
        assert "GEMINI_API_KEY" not in welcome.plain_text
        await ui.pilot.press("escape")
        assert "GEMINI_API_KEY" in welcome.plain_text
        await ui.pilot.press("escape")
        assert "GEMINI_API_KEY" not in welcome.plain_text


async def test_a_server_that_appears_while_the_screen_is_open_is_said_there(open_screen: OpenScreen) -> None:
    client = FakeClient(nobody())
    async with open_screen(client) as ui:
        welcome = ui.screen.query_one(Welcome)
        assert "No provider is set up yet." in welcome.plain_text
        snapshot = make_snapshot("ollama", ollama=ProviderHealth("ollama", HealthState.UNKNOWN, last_checked=at(0)))
        client.publish(changed(snapshot, "ollama", found=True, base_url="http://localhost:11434/api"))
        await ui.until(lambda: "Ollama (localhost:11434) was found running here." in welcome.plain_text)
        assert "ollama answers first" in welcome.plain_text


async def test_a_server_that_appears_in_a_conversation_is_told_in_passing(open_screen: OpenScreen) -> None:
    client = FakeClient(make_snapshot("openai"))
    async with open_screen(client) as ui:
        await ui.send("hello")
        await ui.answered()
        client.publish(
            changed(make_snapshot("openai", "ollama"), "ollama", found=True, base_url="http://localhost:1/api")
        )
        await ui.until(lambda: any("Ollama was found running at localhost:1" in told for told in ui.told))


async def test_after_a_key_is_taken_typing_goes_to_the_prompt(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(nobody()), keys=FakeKeys()) as ui:
        await ui.pilot.press("escape", "enter")
        await ui.until(lambda: isinstance(ui.app.screen, KeyScreen))
        await ui.pilot.press(*"sk-x", "enter")
        await ui.until(lambda: ui.told and ui.focus == "prompt")
