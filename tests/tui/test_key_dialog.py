"""The key dialog: a key is tested before it is saved, and whatever happens, the dialog says what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.widgets import Static

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.errors import ErrorClass, ErrorInfo
from phoenix_tui.core.key_verdict import KeyStanding, KeyVerdict
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.snapshot import HealthState, ProviderHealth, Snapshot
from phoenix_tui.core.types import Strategy
from phoenix_tui.tui.ports import KeyPlace
from phoenix_tui.tui.screens.key_screen import KeyScreen
from phoenix_tui.tui.widgets.entry_field import EntryField
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import FakeClient, FakeKeys, make_snapshot

KEY = "sk-canary-0123456789"
REFUSED = KeyVerdict(KeyStanding.REFUSED, ErrorInfo(ErrorClass.AUTH, "Incorrect API key [b]provided", status=401))
NO_CREDIT = KeyVerdict(KeyStanding.ACCEPTED, ErrorInfo(ErrorClass.QUOTA, "You exceeded your quota", status=429))
AWAY = KeyVerdict(KeyStanding.UNPROVED, ErrorInfo(ErrorClass.NETWORK, "nothing answers at api.example"))
MUTE = KeyVerdict(KeyStanding.UNPROVED)


def without_key(name: str = "openai") -> Snapshot:
    """OpenRouter is set up, and `name` stands in the order and has no key yet."""
    unset = ProviderHealth(name, HealthState.UNCONFIGURED)
    snapshot = make_snapshot("openrouter", name, **{name: unset})
    infos = tuple(replace(it, configured=it.configured and it.name != name) for it in snapshot.providers)
    return replace(snapshot, providers=infos)


class Dialog:
    """The key dialog of one provider over the screen."""

    def __init__(self, ui: Opened, keys: FakeKeys) -> None:
        self.ui, self.keys = ui, keys

    @property
    def is_open(self) -> bool:
        return isinstance(self.ui.app.screen, KeyScreen)

    def text(self, selector: str) -> str:
        return " ".join(str(self.ui.app.screen.query_one(selector, Static).render()).split())

    @property
    def says(self) -> str:
        return self.text("#key-said")

    @property
    def about(self) -> str:
        return self.text("#key-about")

    async def paste(self, text: str) -> None:
        self.ui.app.post_message(events.Paste(text))
        await self.ui.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.ui.pilot.press(*keys)
        await self.ui.pilot.pause()

    async def until_it_says(self, words: str) -> None:
        await self.ui.until(lambda: self.is_open and words in self.says)

    async def until_told(self, words: str) -> str:
        """What is told, in passing or in the chat, once `words` are in it."""
        await self.ui.until(lambda: words in self._told)
        assert not self.is_open
        return self._told

    @property
    def _told(self) -> str:
        return " ".join([*self.ui.told, *self.ui.said.split()])


OpenDialog = Callable[..., AbstractAsyncContextManager[Dialog]]


@pytest.fixture
def dialog(open_screen: OpenScreen) -> OpenDialog:
    """`async with dialog("openai") as it`: open over a screen whose client gives `verdict`."""

    @asynccontextmanager
    async def opened(
        name: str = "openai",
        *,
        verdict: KeyVerdict | None = None,
        keys: FakeKeys | None = None,
        client: FakeClient | None = None,
        size: tuple[int, int] = (100, 30),
    ) -> AsyncIterator[Dialog]:
        client = client or FakeClient(without_key(name))
        client.verdict = verdict or client.verdict
        keys = keys or FakeKeys()
        async with open_screen(client, keys=keys, size=size) as ui:
            await ui.run_actions(f"set_key('{name}')")
            it = Dialog(ui, keys)
            await ui.until(lambda: it.is_open and it.about)
            yield it

    return opened


async def test_a_key_that_is_taken_is_saved_and_used_at_once(dialog: OpenDialog) -> None:
    async with dialog() as it:
        assert "https://platform.openai.com/api-keys" in it.text("#key-wanted")
        assert "OPENAI_API_KEY is saved in ~/.config/phoenix-tui/.env.local, which only you can read." in it.about
        assert "sent to https://api.example alone" in it.about
        await it.paste(f" export OPENAI_API_KEY='{KEY}'\n")
        await it.press("enter")
        told = await it.until_told("OpenAI takes the key.")
        assert "Saved in ~/.config/phoenix-tui/.env.local. It is asked if openrouter fails." in told
        assert it.keys.saved == [{"OPENAI_API_KEY": Secret(KEY)}]
        assert it.ui.client.was_told("reconfigure", "openai")
        assert it.ui.client.current.info_of("openai").configured
        await it.ui.until(lambda: it.ui.client.probed == ["openai"])


@pytest.mark.parametrize(("primary", "kept"), [("ollama", "ollama"), ("openai", "ollama")])
async def test_who_is_asked_first_when_another_is_set_up_is_asked_first_at_the_next_start(
    open_screen: OpenScreen, primary: str, kept: str
) -> None:
    """Also where the primary of the run, for which nobody has asked, is not set up."""
    arranged: list[Arrangement] = []

    def keep(arrangement: Arrangement, *, models: Mapping[str, str], strategy: Strategy | None) -> None:
        arranged.append(arrangement)

    client = FakeClient(replace(make_snapshot("ollama"), primary=primary))
    async with open_screen(client, keys=FakeKeys(), choices=keep) as ui:
        await ui.run_actions("set_key('anthropic')")
        await ui.type(KEY + "\r")
        await ui.until(lambda: arranged)
        assert [it.primary for it in arranged] == [kept]


async def test_a_refused_key_is_not_saved_and_the_dialog_stays(dialog: OpenDialog) -> None:
    async with dialog(verdict=REFUSED) as it:
        await it.paste(KEY)
        await it.press("enter")
        await it.until_it_says("OpenAI refused the key; nothing is saved. It said: Incorrect API key [b]provided.")
        await it.press("enter")
        await it.ui.until(lambda: len(it.keys.tested) == 2)
        assert (it.is_open, it.keys.saved) == (True, [])
        assert not it.ui.client.was_told("reconfigure", "openai")
        it.ui.client.verdict = KeyVerdict(KeyStanding.ACCEPTED)
        await it.press("backspace", "enter")
        await it.until_told("OpenAI takes the key.")
        assert it.keys.saved == [{"OPENAI_API_KEY": Secret(KEY[:-1])}]


async def test_a_key_without_credit_is_saved_and_that_is_said(dialog: OpenDialog) -> None:
    async with dialog(verdict=NO_CREDIT) as it:
        await it.paste(KEY)
        await it.press("enter")
        told = await it.until_told("OpenAI takes the key, but has no credit or quota left.")
        assert "It said: You exceeded your quota. Saved in" in told
        assert it.keys.saved


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        (
            AWAY,
            "Not tested: OpenAI could not be reached. Nothing answers at api.example. Enter again saves it untested.",
        ),
        (MUTE, "OpenAI has no way to tell a good key from a bad one. Enter again saves it untested."),
    ],
)
async def test_what_could_not_be_tested_is_saved_on_a_second_enter(
    dialog: OpenDialog, verdict: KeyVerdict, why: str
) -> None:
    async with dialog(verdict=verdict) as it:
        await it.paste(KEY)
        await it.press("enter")
        await it.until_it_says(why)
        assert not it.keys.saved
        await it.press("x")
        assert it.says == "", "what was offered was another key"
        await it.press("enter")
        await it.until_it_says(why)
        await it.press("enter")
        await it.until_told("OpenAI is set up, untested. Saved in")
        assert it.keys.saved == [{"OPENAI_API_KEY": Secret(KEY + "x")}]


async def test_another_setting_that_is_wrong_stands_in_the_way_of_the_test_and_not_of_saving(
    dialog: OpenDialog,
) -> None:
    async with dialog(keys=FakeKeys(wrong="OPENAI_BASE_URL (.env, line 2) has no host.")) as it:
        await it.paste(KEY)
        await it.press("enter")
        await it.until_it_says("Not tested: OPENAI_BASE_URL (.env, line 2) has no host.")
        await it.press("enter")
        await it.until_told("untested")
        assert it.keys.saved


async def test_what_is_no_key_is_not_tested(dialog: OpenDialog) -> None:
    async with dialog(keys=FakeKeys(wrong="OPENAI_API_KEY is still the example, not a key.")) as it:
        await it.press("enter")
        assert it.says == "Paste or type the key first."
        await it.paste("sk-...")
        await it.press("enter")
        await it.until_it_says("OPENAI_API_KEY is still the example, not a key.")
        await it.paste(f"\nA_B=1\nexport ANTHROPIC_API_KEY={KEY}")
        await it.press("enter")
        await it.until_it_says("That sets ANTHROPIC_API_KEY; here OPENAI_API_KEY is wanted.")
        assert not any(call[0] == "prove" for call in it.ui.client.calls)


async def test_the_key_of_another_provider_is_sent_on_a_second_enter_only(dialog: OpenDialog) -> None:
    async with dialog() as it:
        await it.paste("sk-ant-canary-0123456789")
        await it.press("enter")
        assert it.says == "That looks like a key of Anthropic. Enter again sends it to OpenAI all the same."
        assert not it.keys.tested
        await it.press("enter")
        await it.until_told("OpenAI takes the key.")


async def test_esc_stops_the_test_and_then_closes(dialog: OpenDialog) -> None:
    client = HangingClient(make_snapshot("openrouter"))
    async with dialog(client=client) as it:
        await it.paste(KEY)
        await it.press("enter")
        await it.until_it_says("Testing it with OpenAI; nothing is generated. Esc stops the test.")
        await it.ui.until(client.asked.is_set)
        await it.press("enter", "escape")
        await it.until_it_says("The test was stopped; nothing is saved.")
        await it.ui.until(lambda: client.stopped)
        await it.press("escape")
        assert not it.is_open
        assert not it.keys.saved


class HangingClient(FakeClient):
    """Its checks never end by themselves."""

    stopped = False

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self.asked = asyncio.Event()

    async def prove_key(self, config: ProviderConfig) -> KeyVerdict:
        self.asked.set()
        try:
            await asyncio.Event().wait()
            return self.verdict
        finally:
            self.stopped = True


async def test_a_key_that_could_not_be_written_holds_for_this_run(dialog: OpenDialog) -> None:
    full = "~/.env.local could not be written (No space left on device); nothing in it was changed."
    async with dialog(keys=FakeKeys(problem=full)) as it:
        await it.paste(KEY)
        await it.press("enter")
        told = await it.until_told("OpenAI takes the key.")
        assert f"{full} The key holds for this run." in told
        assert it.ui.client.was_told("reconfigure", "openai")


async def test_a_value_that_wins_over_the_file_is_named(dialog: OpenDialog) -> None:
    place = KeyPlace("~/.env.local", "https://a.example", overruled={"OPENAI_API_KEY": "OPENAI_API_KEY (environment)"})
    async with dialog(keys=FakeKeys(place)) as it:
        assert "OPENAI_API_KEY (environment) wins over that file: what is entered here holds for this run." in it.about
        await it.paste(KEY)
        await it.press("enter")
        told = await it.until_told("OpenAI takes the key.")
        assert "at the next start OPENAI_API_KEY (environment) wins over ~/.env.local. Change it there." in told


async def test_a_saved_key_is_taken_away_on_a_second_press(dialog: OpenDialog) -> None:
    keys = FakeKeys(KeyPlace("~/.env.local", "https://a.example", saved=frozenset({"OPENAI_API_KEY"})))
    async with dialog(keys=keys, client=FakeClient(make_snapshot("openai", "openrouter"))) as it:
        assert "That file sets OPENAI_API_KEY now; ctrl+d takes it away." in it.about
        await it.press("ctrl+d")
        assert it.says == "Ctrl+d again takes OPENAI_API_KEY out of ~/.env.local; esc keeps it."
        await it.press("escape")
        assert (it.is_open, it.says, keys.removed) == (True, "", [])
        await it.press("ctrl+d", "ctrl+d")
        await it.until_told("OPENAI_API_KEY is taken out of ~/.env.local; openai is not asked any more.")
        assert keys.removed == ["openai"]
        assert it.ui.client.current.health_of("openai").state is HealthState.UNKNOWN
        assert not it.ui.client.current.info_of("openai").configured


async def test_nothing_saved_is_nothing_to_take_away(dialog: OpenDialog) -> None:
    async with dialog() as it:
        await it.press("ctrl+d", "ctrl+d")
        assert it.says == "~/.config/phoenix-tui/.env.local sets no OPENAI_API_KEY."
        assert it.is_open


async def test_a_local_server_is_given_an_address_and_what_counts_as_local_is_said(dialog: OpenDialog) -> None:
    keys = FakeKeys(KeyPlace("~/.env.local", "http://localhost:1234"))
    async with dialog("lmstudio", keys=keys) as it:
        assert "found at localhost:1234 by itself" in it.text("#key-wanted")
        assert "Only an address of this machine (localhost, 127.0.0.1, ::1) counts as local" in it.about
        await it.press("enter")
        await it.until_it_says("LM Studio answers at localhost:1234; there is nothing to save.")
        # One burst, as a slow line delivers it: the field gets what was meant for it, the token none of the address.
        await it.ui.pilot.press("ctrl+u", *"10.0.0.2:1234", "tab", *"lm-token", "enter")
        await it.until_told("LM Studio answers there. Saved in ~/.env.local.")
        assert keys.saved == [{"LMSTUDIO_BASE_URL": Secret("10.0.0.2:1234"), "LM_API_TOKEN": Secret("lm-token")}]


async def test_a_burst_of_keys_falls_into_the_right_fields(dialog: OpenDialog) -> None:
    async with dialog("lmstudio", keys=FakeKeys(KeyPlace("~/.env.local", "http://localhost:1234"))) as it:
        for key in ("ctrl+u", *"host:1", "tab", *"lm-token", "shift+tab", "home", *"a-", "end", "left", "delete", "2"):
            it.ui.app.post_message(events.Key(key, key if len(key) == 1 else None))
        fields = list(it.ui.app.screen.query(EntryField))
        await it.ui.until(lambda: [it.entered for it in fields] == [Secret("a-host:2"), Secret("lm-token")])


async def test_what_is_typed_behind_enter_is_not_part_of_the_key(dialog: OpenDialog) -> None:
    async with dialog(verdict=AWAY) as it:
        for key in (*KEY, "enter", "x", "y"):
            it.ui.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await it.ui.pilot.pause()
        assert it.keys.tested in ([], [{"OPENAI_API_KEY": Secret(KEY)}])
        (field,) = it.ui.app.screen.query(EntryField)
        await it.ui.until(lambda: field.entered == Secret(KEY + "xy"))
        assert not it.keys.saved


@pytest.mark.parametrize("size", [(60, 15), (160, 48)])
async def test_nothing_of_the_key_is_on_the_screen(dialog: OpenDialog, size: tuple[int, int]) -> None:
    async with dialog(size=size, verdict=REFUSED) as it:
        await it.paste(KEY)
        await it.ui.until(lambda: "20 characters" in it.ui.app.export_screenshot().replace("&#160;", " "))
        for part in (KEY, "canary", KEY[-6:]):
            assert part not in it.ui.app.export_screenshot()
        await it.press("enter")
        await it.until_it_says("refused the key")
        assert "canary" not in it.ui.app.export_screenshot()


async def test_a_key_that_is_pasted_as_soon_as_the_dialog_is_wanted_does_not_land_in_the_prompt(
    open_screen: OpenScreen,
) -> None:
    async with open_screen(FakeClient(make_snapshot("openrouter")), keys=FakeKeys()) as ui:
        await ui.type("/key openai\r")
        ui.app.post_message(events.Paste(KEY))
        await ui.until(lambda: isinstance(ui.app.screen, KeyScreen))
        (field,) = ui.app.screen.query(EntryField)
        await ui.until(lambda: field.entered == Secret(KEY))
        assert ui.screen.prompt.value == ""


@pytest.mark.parametrize(
    "typed",
    [
        (*"/key openai", "enter"),
        ("escape", "down", "enter"),
        ("escape", "down", "k"),
        (*"/provider openai", "enter", "k"),
        ("ctrl+o", *"gemini", "escape", *"/key openai", "enter"),
    ],
)
async def test_a_key_that_comes_in_one_burst_with_what_opens_the_dialog_lands_in_the_dialog(
    open_screen: OpenScreen, typed: tuple[str, ...]
) -> None:
    """As a slow line sends it, or a terminal that does not mark what is pasted."""
    async with open_screen(FakeClient(make_snapshot()), keys=FakeKeys()) as ui:
        for key in (*typed, *KEY):
            ui.app.post_message(events.Key(*_pressed(key)))
        ui.app.post_message(events.Paste("-pasted"))
        await ui.until(lambda: isinstance(ui.app.screen, KeyScreen))
        await ui.until(
            lambda: [field.entered for field in ui.app.screen.query(EntryField)] == [Secret(KEY + "-pasted")]
        )
        assert ui.screen.prompt.value == ""


def _pressed(key: str) -> tuple[str, str | None]:
    """A key as Textual names it, and its character."""
    return (_character_to_key(key), key) if len(key) == 1 else (key, None)


async def test_a_key_in_the_chat_is_not_taken_and_not_repeated(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(make_snapshot("openrouter")), keys=FakeKeys()) as ui:
        await ui.send(f"/key opnai {KEY}")
        await ui.send(f"/key {KEY}")
        assert ui.told[0].startswith("Did you mean /key openai? /key NAME opens the dialog")
        await ui.send(f"/key openai {KEY}")
        assert isinstance(ui.app.screen, KeyScreen)
        assert KEY not in " ".join(ui.told) + ui.said


async def test_the_demo_takes_no_key(open_screen: OpenScreen) -> None:
    async with open_screen(is_demo=True) as ui:
        await ui.run_actions("set_key('openai')")
        assert ui.app.screen is ui.screen
        assert ui.told[-1].startswith("This is the demo: its providers are simulated and take no key.")
