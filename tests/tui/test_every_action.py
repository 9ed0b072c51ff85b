"""Every row of the key table, through its real keys, and through another key that the person gave it.

A new row needs a scenario here: a function that brings the screen to where the key matters, presses it, and sees what
it did. It is found by the ids in its decorator; one that serves several rows is told which one it is by `id`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from textual.command import CommandPalette
from textual.widgets import Static

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.events import TextDelta
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.types import ModelInfo, Strategy
from phoenix_tui.tui.bindings import KEYS
from phoenix_tui.tui.keys import ROWS
from phoenix_tui.tui.ports import KeyPlace
from phoenix_tui.tui.screens.help import HelpScreen
from phoenix_tui.tui.screens.key_screen import KeyScreen
from phoenix_tui.tui.screens.picker import ChoiceList, Picker
from phoenix_tui.tui.screens.provider_page import ProviderPage
from phoenix_tui.tui.screens.settings import SettingsScreen
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from phoenix_tui.tui.widgets.settings_list import SettingsList
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import HOLD, FakeClient, FakeKeys, make_snapshot, nobody, says, started
from tests.tui.test_app_confirming import asking

OTHER_KEY = "f12"
"""What each action is given in turn; no row has it by itself."""


@dataclass
class Press:
    """One row and the key that is to be pressed for it."""

    ui: Opened
    id: str
    key: str

    async def __call__(self, times: int = 1) -> None:
        await self.ui.pilot.press(*[self.key] * times)
        await self.ui.pilot.pause()


Play = Callable[[Opened, Press], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    play: Play
    client: Callable[[], FakeClient]


SCENARIOS: dict[str, Scenario] = {}


def scenario(*ids: str, client: Callable[[], FakeClient] = FakeClient) -> Callable[[Play], Play]:
    """The function below shows what the keys of the rows `ids` do, with a screen over what `client` makes."""

    def take(play: Play) -> Play:
        for row_id in ids:
            assert row_id not in SCENARIOS, row_id
            SCENARIOS[row_id] = Scenario(play, client)
        return play

    return take


def test_every_row_of_the_table_has_a_scenario_and_no_scenario_is_left_over() -> None:
    assert set(SCENARIOS) == {row.id for row in KEYS}


@pytest.mark.parametrize(("row_id", "key"), [(row.id, key) for row in KEYS for key in row.keys.split(",")])
async def test_a_key_of_the_table_does_what_it_says(open_screen: OpenScreen, row_id: str, key: str) -> None:
    async with open_screen(SCENARIOS[row_id].client()) as ui:
        await SCENARIOS[row_id].play(ui, Press(ui, row_id, key))


@pytest.mark.parametrize("row_id", [row.id for row in KEYS])
async def test_another_key_does_it_too(open_screen: OpenScreen, row_id: str) -> None:
    async with open_screen(SCENARIOS[row_id].client()) as ui:
        await ui.rebind({row_id: OTHER_KEY})
        await SCENARIOS[row_id].play(ui, Press(ui, row_id, OTHER_KEY))


def unanswered() -> FakeClient:
    """Nobody answers the first question; then all is well."""
    refused = nobody(ErrorClass.AUTH, "bad key")
    return FakeClient(make_snapshot(), [started("openrouter"), refused], says("Better."))


async def focus(ui: Opened, selector: str) -> None:
    ui.screen.query(selector).first().focus()
    await ui.until(lambda: f"#{ui.focus}" == selector)


# Anywhere


@scenario("stop", client=lambda: FakeClient(make_snapshot(), [started("openrouter"), TextDelta("Half"), HOLD]))
async def _stops(ui: Opened, press: Press) -> None:
    await ui.send("why?")
    await ui.until(lambda: ui.client.turns and ui.client.turns[0].holding.is_set())
    await press()
    await ui.until(lambda: ui.client.turns[0].closed and not ui.screen.is_answering)
    await press()
    assert ui.focus == "transcript"


@scenario(*(row.id for row in KEYS if row.id.startswith("primary.")), client=lambda: FakeClient(make_snapshot()))
async def _makes_primary(ui: Opened, press: Press) -> None:
    name = press.id.partition(".")[2]
    await ui.type("draft")
    await press(2)
    if name != "openrouter":
        assert ui.client.was_told("primary", name)
    assert f"{name} is the primary already." in ui.told
    assert ui.screen.prompt.value == "draft"


@scenario("palette")
async def _opens_the_palette(ui: Opened, press: Press) -> None:
    await press()
    await ui.until(lambda: isinstance(ui.app.screen, CommandPalette))


@scenario("help")
async def _shows_the_help(ui: Opened, press: Press) -> None:
    await press()
    assert isinstance(ui.app.screen, HelpScreen)


@scenario("panels")
async def _shows_and_hides_the_panels(ui: Opened, press: Press) -> None:
    await press()
    assert not ui.screen.query("#panels").first().region
    await press()
    assert ui.screen.query("#panels").first().region


@scenario("pick")
async def _opens_the_list_of_providers(ui: Opened, press: Press) -> None:
    await ui.type("draft")
    await press()
    assert isinstance(ui.app.screen, Picker)
    await press()
    assert len(ui.app.screen_stack) == 1
    assert ui.screen.prompt.value == "draft"


@scenario("undo", "order.undo")
async def _takes_the_last_change_back(ui: Opened, press: Press) -> None:
    await ui.run_actions("primary('grok')")
    await focus(ui, "#prompt" if press.id == "undo" else "#order")
    await press()
    assert ui.client.primary_provider == "openrouter"


@scenario("edit")
async def _wants_the_editor(ui: Opened, press: Press) -> None:
    await press()
    await ui.until(lambda: any("editor" in told.lower() for told in ui.told))


@scenario("local")
async def _keeps_the_conversation_here(ui: Opened, press: Press) -> None:
    await press()
    assert ui.screen.conversation.local_only


@scenario("confirm", client=lambda: FakeClient(make_snapshot(), asking()))
async def _lets_the_next_one_answer(ui: Opened, press: Press) -> None:
    await ui.send("why?")
    await ui.until(lambda: ui.client.turns and ui.client.turns[-1].holding.is_set())
    await press()
    await ui.answered()
    assert ui.client.turns[0].answers == [True]


@scenario("again", client=unanswered)
async def _asks_again(ui: Opened, press: Press) -> None:
    await ui.send("why?")
    await ui.answered()
    await press()
    await ui.answered(2)


@scenario("quit")
async def _leaves(ui: Opened, press: Press) -> None:
    await press()
    await ui.until(lambda: ui.app._exit)


@scenario("focus.next")
async def _goes_on(ui: Opened, press: Press) -> None:
    await press()
    assert ui.focus == "health"


@scenario("focus.previous")
async def _goes_back(ui: Opened, press: Press) -> None:
    await focus(ui, "#health")
    await press()
    assert ui.focus == "prompt"


# In the prompt


@scenario("send")
async def _sends(ui: Opened, press: Press) -> None:
    await ui.type("why?")
    await press()
    await ui.answered()


@scenario("newline")
async def _begins_a_line(ui: Opened, press: Press) -> None:
    await ui.type("why")
    await press()
    await ui.type("not")
    assert ui.screen.prompt.value == "why\nnot"


@scenario("history.back")
async def _brings_back_what_was_sent(ui: Opened, press: Press) -> None:
    await ui.send("why?")
    await ui.answered()
    await press()
    assert ui.screen.prompt.value == "why?"


@scenario("history.forward")
async def _comes_back_to_the_draft(ui: Opened, press: Press) -> None:
    await ui.send("why?")
    await ui.answered()
    await ui.type("draft")
    await ui.pilot.press("up")
    assert ui.screen.prompt.value == "why?"
    await press()
    assert ui.screen.prompt.value == "draft"


@scenario("unfold")
async def _unfolds_a_paste(ui: Opened, press: Press) -> None:
    ui.screen.prompt.paste("line\n" * 500)
    assert ui.screen.prompt.draft.folds
    await press()
    assert ui.screen.prompt.text == "line\n" * 500


# While a list is open


@scenario("complete.take")
async def _takes(ui: Opened, press: Press) -> None:
    await ui.type("/us")
    await press()
    assert (ui.screen.prompt.value, ui.focus) == ("/use ", "prompt")


@scenario("complete.enter")
async def _takes_and_runs(ui: Opened, press: Press) -> None:
    await ui.type("/hel")
    await press()
    await ui.until(lambda: isinstance(ui.app.screen, HelpScreen))


@scenario("complete.next", "complete.previous")
async def _chooses(ui: Opened, press: Press) -> None:
    await ui.type("/use ")
    await press(2)
    await ui.pilot.press("enter")
    await ui.until(lambda: ui.client.was_told("primary", "openai" if press.id == "complete.next" else "ollama"))


@scenario("complete.close")
async def _closes_the_list(ui: Opened, press: Press) -> None:
    await ui.type("/us")
    await ui.until(lambda: ui.screen.completion)
    await press()
    await ui.until(lambda: not ui.screen.completion)
    assert (ui.screen.prompt.value, ui.focus) == ("/us", "prompt")


# In the chat


@scenario("retry", "other", client=unanswered)
async def _asks_from_the_chat(ui: Opened, press: Press) -> None:
    await ui.send("why?")
    await ui.answered()
    await ui.pilot.press("escape")
    await press()
    await ui.answered(2)
    assert (ui.client.turns[1].request.provider is not None) is (press.id == "other")


@scenario("write")
async def _goes_to_the_prompt(ui: Opened, press: Press) -> None:
    await ui.pilot.press("escape")
    await press()
    assert (ui.focus, ui.screen.prompt.value) == ("prompt", "")


# On the first screen, and in the key dialog


@scenario("first.key", client=lambda: FakeClient(make_snapshot("openai")))
async def _opens_the_key_dialog(ui: Opened, press: Press) -> None:
    ui.screen.begin = replace(ui.screen.begin, keys=FakeKeys())
    await ui.pilot.press("escape", "down")
    await press()
    await ui.until(lambda: isinstance(ui.app.screen, KeyScreen))


@scenario("first.demo")
async def _leaves_for_the_demo(ui: Opened, press: Press) -> None:
    await ui.pilot.press("escape")
    await press()
    await ui.until(lambda: ui.app.leaves_for_demo and ui.app._exit)


@scenario("key.enter", "key.remove", "key.page")
async def _tests_and_saves_and_takes_away(ui: Opened, press: Press) -> None:
    place = KeyPlace("~/.env.local", "https://api.example", saved=frozenset({"OPENAI_API_KEY"}))
    fake = FakeKeys(place)
    ui.screen.begin = replace(ui.screen.begin, keys=fake)
    opened: list[str] = []
    ui.app.open_url = lambda url, **_: opened.append(url)  # type: ignore[method-assign]
    await ui.run_actions("set_key('openai')")
    about = ui.app.screen.query_one("#key-about", Static)
    await ui.until(lambda: str(about.render()))
    await ui.pilot.press(*"sk-x")
    await press(2 if press.id == "key.remove" else 1)
    outcomes = {
        "key.enter": lambda: fake.saved == [{"OPENAI_API_KEY": Secret("sk-x")}],
        "key.remove": lambda: fake.removed == ["openai"],
        "key.page": lambda: opened == ["https://platform.openai.com/api-keys"],
    }
    await ui.until(outcomes[press.id])


LONG = (
    """\
See [this](https://e.org/a).

```sh
make
```

"""
    + "Some more to read.\n\n" * 60
    + """
```sh
make test
```

[and that](https://e.org/b)
"""
)


async def read(ui: Opened, *keys: str) -> None:
    """Ask, get a long answer, and go from the prompt to its end, then press `keys`."""
    await ui.send("why?")
    await ui.answered()
    await ui.until(lambda: not ui.screen.transcript.is_late)
    await ui.pilot.press("escape", *keys)


def long_answer() -> FakeClient:
    return FakeClient(make_snapshot(), says(LONG))


@scenario("transcript.up", "transcript.page_up", "transcript.home", client=long_answer)
async def _goes_up(ui: Opened, press: Press) -> None:
    await read(ui)
    transcript = ui.screen.transcript
    at_end = transcript.scroll_y
    await press()
    by = {"transcript.up": 1, "transcript.page_up": transcript.size.height - 1, "transcript.home": at_end}[press.id]
    assert transcript.scroll_y == at_end - by


@scenario("transcript.down", "transcript.page_down", "transcript.end", "chat_end", client=long_answer)
async def _goes_down(ui: Opened, press: Press) -> None:
    await read(ui, "home")
    transcript = ui.screen.transcript
    await press()
    by = {"transcript.down": 1, "transcript.page_down": transcript.size.height - 1}.get(press.id)
    assert transcript.scroll_y == (transcript.max_scroll_y if by is None else by)
    assert transcript.follows is (by is None)


@scenario("transcript.next", "transcript.previous", client=long_answer)
async def _steps(ui: Opened, press: Press) -> None:
    await read(ui, "home" if press.id == "transcript.next" else "end")
    await press()
    await ui.pilot.press("c")
    await ui.until(lambda: ui.app.clipboard == ("why?" if press.id == "transcript.next" else "make test"))


@scenario("transcript.next_code", "transcript.previous_code", client=long_answer)
async def _goes_to_code(ui: Opened, press: Press) -> None:
    is_next = press.id == "transcript.next_code"
    await read(ui, "home" if is_next else "end")
    await press()
    await ui.pilot.press("c")
    await ui.until(lambda: ui.app.clipboard == ("make" if is_next else "make test"))


@scenario("transcript.next_link", "transcript.previous_link", client=long_answer)
async def _goes_to_a_link(ui: Opened, press: Press) -> None:
    is_next = press.id == "transcript.next_link"
    await read(ui, "home" if is_next else "end")
    await press()
    await ui.pilot.press("enter")
    await ui.until(lambda: ui.addresses == ["https://e.org/a" if is_next else "https://e.org/b"])


@scenario("transcript.toggle", "transcript.copy", client=long_answer)
async def _acts_on_code(ui: Opened, press: Press) -> None:
    await read(ui, "left_square_bracket")
    await press()
    await ui.until(lambda: ui.app.clipboard == "make test")


@scenario("copy_last", client=long_answer)
async def _copies_the_answer(ui: Opened, press: Press) -> None:
    await read(ui, "i")
    await press()
    assert ui.app.clipboard == LONG


@scenario("find", "find.reading", client=long_answer)
async def _opens_the_find_bar(ui: Opened, press: Press) -> None:
    await read(ui)
    await press()
    await ui.type("make")
    await ui.until(lambda: "2 of 2" in str(ui.screen.query("#find-count").first().render()))


@scenario("find.next", "find.previous", client=long_answer)
async def _goes_to_the_next_match(ui: Opened, press: Press) -> None:
    await read(ui, "ctrl+f")
    await ui.type("make")
    await ui.until(lambda: "2 of 2" in str(ui.screen.query("#find-count").first().render()))
    await press()
    await ui.until(lambda: "1 of 2" in str(ui.screen.query("#find-count").first().render()))


# In the panels


@scenario("list.previous", "list.next", "list.first", "list.last", "order.previous", "order.next")
async def _moves_the_cursor(ui: Opened, press: Press) -> None:
    await focus(ui, "#order")
    ui.screen.query_one(FallbackPanel).chosen = "anthropic"
    await press()
    names = {"previous": "openai", "next": "gemini", "first": "openrouter", "last": "lmstudio"}
    assert ui.screen.query_one(FallbackPanel).chosen == names[press.id.partition(".")[2]]


@scenario("list.page_up", "list.page_down")
async def _moves_the_cursor_by_a_page(ui: Opened, press: Press) -> None:
    await ui.run_actions("settings")
    listed = ui.app.screen.query_one(SettingsList)
    rows = listed.keys
    listed.chosen = rows[40]
    await press()
    away = rows.index(listed.chosen) - 40
    assert 5 < (away if press.id == "list.page_down" else -away) < listed.size.height
    listed.chosen = rows[1 if press.id == "list.page_up" else -2]
    await press()
    assert listed.chosen == rows[0 if press.id == "list.page_up" else -1]


@scenario("health.primary", "order.primary")
async def _makes_the_chosen_one_primary(ui: Opened, press: Press) -> None:
    await focus(ui, "#" + press.id.partition(".")[0])
    await ui.pilot.press("down")
    await press()
    assert ui.client.was_told("primary", "openai")


@scenario("panels.wider", "panels.narrower")
async def _makes_the_panels_wider_or_narrower(ui: Opened, press: Press) -> None:
    await focus(ui, "#order")
    await ui.run_actions("panel_width(8)")
    before = ui.screen.query_one("#panels").region.width
    await press()
    assert ui.screen.query_one("#panels").region.width == before + (4 if press.id == "panels.wider" else -4)


async def choose(ui: Opened, press: Press) -> None:
    """Bring the keys of `press` to where they are about openrouter: the health panel, or its page."""
    if press.id.startswith("page."):
        await open_page(ui, "openrouter")
    else:
        await focus(ui, "#health")


async def open_page(ui: Opened, name: str) -> None:
    await ui.run_actions(f"provider_page('{name}')")
    await ui.until(lambda: page_of(ui) == name)


def page_of(ui: Opened) -> str:
    """Whose page is open; empty where none is."""
    return ui.app.screen.provider if isinstance(ui.app.screen, ProviderPage) else ""


@scenario("health.open")
async def _opens_the_page(ui: Opened, press: Press) -> None:
    await choose(ui, press)
    await press()
    await ui.until(lambda: page_of(ui) == "openrouter")


@scenario("health.check", "page.check")
async def _checks(ui: Opened, press: Press) -> None:
    await choose(ui, press)
    await press()
    await ui.until(lambda: ui.client.probed == ["openrouter"])


@scenario("health.switch", "page.switch")
async def _switches_the_chosen_one_off(ui: Opened, press: Press) -> None:
    await choose(ui, press)
    await press()
    await ui.until(lambda: ui.client.was_told("off", "openrouter"))


@scenario("health.clear", "page.clear")
async def _forgets_its_failures(ui: Opened, press: Press) -> None:
    await choose(ui, press)
    await press()
    await ui.until(lambda: ui.client.was_told("clear", "openrouter"))


@scenario("health.key", "page.key")
async def _opens_its_key_dialog(ui: Opened, press: Press) -> None:
    ui.screen.begin = replace(ui.screen.begin, keys=FakeKeys())
    await choose(ui, press)
    await press()
    await ui.until(lambda: isinstance(ui.app.screen, KeyScreen))


def with_models() -> FakeClient:
    client = FakeClient()
    client.models = (ModelInfo("gpt-9"),)
    return client


@scenario("health.model", "page.model", client=with_models)
async def _shows_its_models(ui: Opened, press: Press) -> None:
    await choose(ui, press)
    await press()
    await ui.until(lambda: isinstance(ui.app.screen, Picker))
    await ui.until(lambda: "gpt-9" in ui.app.screen.query_one(ChoiceList).plain_text)


@scenario("page.primary", client=lambda: FakeClient(make_snapshot()))
async def _makes_it_primary(ui: Opened, press: Press) -> None:
    await open_page(ui, "grok")
    await press()
    await ui.until(lambda: ui.client.was_told("primary", "grok"))


@scenario("page.before", "page.after")
async def _turns_to_another_page(ui: Opened, press: Press) -> None:
    await open_page(ui, "openai")
    await press()
    await ui.until(lambda: page_of(ui) == ("openrouter" if press.id == "page.before" else "anthropic"))


@scenario("order.up", "order.down")
async def _moves(ui: Opened, press: Press) -> None:
    await focus(ui, "#order")
    await ui.pilot.press("down")
    await press()
    assert ui.client.was_told("move", "openai", -1 if press.id == "order.up" else 1)


@scenario("order.switch")
async def _switches_off(ui: Opened, press: Press) -> None:
    await focus(ui, "#order")
    await press()
    assert ui.client.was_told("off", "openrouter")


@scenario("order.open")
async def _shows_the_chosen_one(ui: Opened, press: Press) -> None:
    await focus(ui, "#order")
    await ui.pilot.press("down")
    await press()
    await ui.until(lambda: isinstance(ui.app.screen, ProviderPage) and ui.app.screen.provider == "openai")


@scenario("order.pin")
async def _pins(ui: Opened, press: Press) -> None:
    await focus(ui, "#order")
    await press()
    assert ui.client.was_told("pin", "openrouter")


@scenario("order.strategy")
async def _passes_the_strategy_on(ui: Opened, press: Press) -> None:
    await focus(ui, "#order")
    await press()
    assert ui.client.was_told("strategy", Strategy.LATENCY)


@scenario("order.reset")
async def _resets_the_order(ui: Opened, press: Press) -> None:
    await focus(ui, "#order")
    await press()
    assert ui.client.was_told("reset")


# In the settings


@scenario("settings")
async def _opens_the_settings(ui: Opened, press: Press) -> None:
    await press()
    assert isinstance(ui.app.screen, SettingsScreen)


@scenario("settings.next", "settings.previous", "settings.default", "settings.close")
async def _changes_a_setting(ui: Opened, press: Press) -> None:
    ui.screen.prefer(notify="bell")
    await ui.run_actions("settings")
    ui.app.screen.query_one(SettingsList).chosen = "notify"
    await ui.pilot.pause()
    await press()
    after = {"next": "desktop", "previous": "off", "default": "off", "close": "bell"}
    assert ui.screen.preferences.notify == after[press.id.partition(".")[2]]
    assert (ui.app.screen is ui.screen) is (press.id == "settings.close")


def test_ids_are_what_a_preferences_file_can_name() -> None:
    assert all(row_id.replace(".", "").replace("_", "").isalpha() and row_id.islower() for row_id in ROWS)
