"""What stands where, at which size, and how it looks."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from itertools import combinations

import pytest
from textual.widgets._toast import Toast, ToastHolder

from phoenix_tui.core.snapshot import HealthState, ProviderHealth, Snapshot
from phoenix_tui.tui.bindings import KEYS, Group, meet
from phoenix_tui.tui.footer import footer_of
from phoenix_tui.tui.keys import Keys
from phoenix_tui.tui.widgets.fallback_panel import FallbackPanel
from phoenix_tui.tui.widgets.health_sidebar import HealthSidebar
from phoenix_tui.tui.widgets.lines import KeyBar
from phoenix_tui.tui.widgets.prompt import Prompt
from phoenix_tui.tui.widgets.transcript import Transcript
from phoenix_tui.tui.widgets.welcome import Welcome
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import FakeClient, make_snapshot, says


def shows(ui: Opened, selector: str) -> bool:
    """Whether something is painted of what `selector` names."""
    widget = ui.screen.query(selector).first()
    return widget.is_on_screen and bool(widget.region)


@pytest.mark.parametrize(
    ("width", "panels", "strip"), [(160, 52, False), (120, 40, False), (100, 40, False), (99, 0, True), (60, 0, True)]
)
async def test_panels_stand_beside_the_chat_from_a_hundred_columns(
    open_screen: OpenScreen, width: int, panels: int, strip: bool
) -> None:
    async with open_screen(size=(width, 36)) as ui:
        assert ui.screen.query("#panels").first().region.width == panels
        assert shows(ui, "#strip") is strip
        assert shows(ui, "#prompt")
        assert ui.screen.query("#chat").first().region.width == width - panels


async def test_the_overlay_opens_takes_the_focus_and_closes(open_screen: OpenScreen) -> None:
    async with open_screen(size=(60, 20)) as ui:
        await ui.pilot.press("f9")
        assert shows(ui, "#health")
        assert ui.focus == "health"
        assert ui.screen.query("#chat").first().region.width == 60, "the chat is not squeezed"
        await ui.pilot.press("escape")
        assert not shows(ui, "#health")
        assert ui.focus == "prompt"
        await ui.pilot.press("f9", "w")
        assert ui.screen.prompt.value == "w"
        assert not shows(ui, "#health"), "it does not lie over what is written"
        await ui.pilot.press("ctrl+t", "ctrl+t")
        assert not shows(ui, "#health")


async def test_wide_panels_can_be_hidden_and_the_strip_takes_their_place(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.pilot.press("f9")
        assert not shows(ui, "#panels")
        assert shows(ui, "#strip")
        await ui.pilot.press("f9")
        assert shows(ui, "#panels")


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (39, 30), (100, 11), (3, 60)])
async def test_a_tiny_terminal_shows_a_sentence_and_loses_nothing(
    open_screen: OpenScreen, size: tuple[int, int]
) -> None:
    async with open_screen() as ui:
        await ui.type("draft")
        await ui.pilot.resize_terminal(*size)
        await ui.pilot.pause()
        assert shows(ui, "#too-small")
        assert not shows(ui, "#chat")
        await ui.pilot.press("f9", "alt+2", "tab", "escape")
        await ui.pilot.resize_terminal(120, 36)
        await ui.pilot.pause()
        assert shows(ui, "#chat")
        assert ui.screen.prompt.value == "draft"


async def test_lines_below_each_other_only_where_there_is_room(open_screen: OpenScreen) -> None:
    async with open_screen(size=(120, 24)) as ui:
        panel = ui.screen.query_one(HealthSidebar)
        assert len(panel.plain_text.split("\n")) == 7
        await ui.pilot.resize_terminal(120, 40)
        await ui.until(lambda: len(panel.plain_text.split("\n")) == 14)


async def test_without_any_provider_the_seven_and_the_line_that_mends_each(open_screen: OpenScreen) -> None:
    full = make_snapshot("openai")
    nobody = Snapshot(
        1,
        "openrouter",
        tuple(replace(info, configured=False, fix=f"FIX_{info.name}=...") for info in full.providers),
        tuple(ProviderHealth(info.name, HealthState.UNCONFIGURED) for info in full.providers),
        (),
    )
    async with open_screen(FakeClient(nobody), size=(60, 20)) as ui:
        text = ui.screen.query_one(Welcome).plain_text
        for info in nobody.providers:
            assert f"FIX_{info.name}=..." in text
        assert "opens the demo" in text
        assert shows(ui, "#welcome")


async def test_the_demo_says_that_it_is_one(open_screen: OpenScreen) -> None:
    async with open_screen(is_demo=True) as ui:
        assert "simulated providers" in ui.screen.query_one(Welcome).plain_text
        assert "DEMO" in str(ui.screen.query("#status").first().render())


async def test_notices_of_the_configuration_stand_above_the_first_screen_and_then_in_the_chat(
    open_screen: OpenScreen,
) -> None:
    client = FakeClient(make_snapshot("openrouter"))
    async with open_screen(client, notices=("LLM_PROVIDER=opnai in .env, line 3: did you mean openai?",)) as ui:
        welcome = ui.screen.query_one(Welcome)
        assert shows(ui, "#welcome")
        assert "did you mean openai?" in welcome.plain_text
        assert "openrouter answers first" in welcome.plain_text
        await ui.send("hello")
        await ui.answered()
        assert shows(ui, "#transcript")
        assert "did you mean openai?" in ui.said
        await ui.pilot.press("ctrl+p")
        await ui.pilot.press("escape")
        ui.screen.action_new()
        await ui.pilot.pause()
        assert "did you mean openai?" not in welcome.plain_text


async def test_passing_notices_leave_the_prompt_and_the_end_of_the_chat_free(open_screen: OpenScreen) -> None:
    async with open_screen(size=(60, 20)) as ui:
        await ui.send("/nonsense")
        await ui.until(lambda: ui.told)
        await ui.until(lambda: list(ui.screen.query("Toast")))
        await ui.pilot.pause()
        (toast,) = ui.screen.query("Toast")
        assert toast.region.bottom < ui.screen.query_one("#activity").region.y
        await ui.pilot.resize_terminal(120, 36)
        await ui.until(lambda: not toast.region.overlaps(ui.screen.query_one("#panels").region))


async def test_passing_notices_never_pile_up_over_the_prompt_of_a_short_terminal(open_screen: OpenScreen) -> None:
    async with open_screen(size=(45, 14)) as ui:
        for number in (1, 2, 3):
            ui.screen.tell(f"{number} " * 60, "warning")
            await ui.until(lambda: [str(number)] == [told[0] for told in ui.told])  # noqa: B023 - awaited at once
        await ui.until(lambda: len(ui.screen.query("Toast")) == 1)
        await ui.pilot.pause()
        assert ui.screen.query("Toast").first().region.bottom <= ui.screen.query_one("#activity").region.y


async def test_ascii_mode_draws_nothing_else(open_screen: OpenScreen) -> None:
    async with open_screen(is_ascii=True, size=(120, 44)) as ui:
        for keys in ((), ("tab",), ("tab",), ("alt+3",)):
            await ui.pilot.press(*keys)
            await ui.pilot.pause()
            drawn = unescape(ui.app.export_screenshot()).replace("\xa0", " ")
            assert "Fallback order" in drawn
            assert "".join(sorted({sign for sign in drawn if not sign.isascii()})) == ""


async def test_ascii_mode_holds_in_the_transcript_and_in_the_palette_too(open_screen: OpenScreen) -> None:
    blocks = ("# One", "- two\n  - three\n- [ ] four", "> five", "|a|b|\n|-|-|\n|1|2|", "```python\nx = 1\n```", "---")
    client = FakeClient(make_snapshot(), says("\n\n".join(blocks)))

    def drawn(ui: Opened) -> str:
        return unescape(ui.app.export_screenshot()).replace("\xa0", " ")

    async with open_screen(client, is_ascii=True, size=(120, 60)) as ui:
        await ui.send("why?")
        await ui.answered()
        cut = ui.screen.transcript.begin_answer("Grok")
        ui.screen.transcript.retract(cut, "interrupted")
        ui.screen.transcript.add_switch("broken")
        await ui.until(lambda: "broken" in drawn(ui) and "three" in drawn(ui))
        assert "".join(sorted({sign for sign in drawn(ui) if not sign.isascii()})) == ""
        await ui.pilot.press("ctrl+p")
        await ui.until(lambda: "earch for commands" in drawn(ui))
        assert "".join(sorted({sign for sign in drawn(ui) if not sign.isascii()})) == ""


@pytest.mark.parametrize("width", [40, 60, 99, 100, 101, 120, 160])
async def test_no_key_in_the_footer_is_cut_off(open_screen: OpenScreen, width: int) -> None:
    async with open_screen(size=(width, 30)) as ui:
        assert str(ui.screen.query_one(KeyBar).render()).rstrip().endswith("   f1 help")


async def test_the_footer_follows_the_focus(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        bar = ui.screen.query_one(KeyBar)
        assert "enter send" in str(bar.render())
        await ui.pilot.press("tab")
        assert "c check" in str(bar.render())
        await ui.pilot.press("tab")
        assert "x off/on" in str(bar.render())


@pytest.mark.parametrize("part", [Prompt, Transcript, HealthSidebar, FallbackPanel])
def test_the_help_of_each_part_is_plain_text(part: type[Prompt | Transcript | HealthSidebar | FallbackPanel]) -> None:
    assert not set("`*\n") & set(part.HELP)


def test_every_key_has_an_id_of_its_own_and_is_bound_once_where_it_acts() -> None:
    assert len({row.id for row in KEYS}) == len(KEYS)
    for one, other in combinations(KEYS, 2):
        if meet(one.group, other.group):
            assert not set(one.keys.split(",")) & set(other.keys.split(",")), (one.id, other.id)


@pytest.mark.parametrize("group", Group)
def test_the_footer_ends_with_the_help(group: Group) -> None:
    assert footer_of(group, Keys())[-1] == ("f1", "help")


async def test_each_notice_stands_where_the_last_one_stood(open_screen: OpenScreen) -> None:
    async with open_screen(size=(100, 30)) as ui:
        rows = set()
        for number in (2, 3, 4, 5, 2, 3):
            await ui.pilot.press(f"alt+{number}")
            await ui.until(lambda: [toast.region for toast in ui.screen.query(Toast) if toast.region])
            rows |= {toast.region.y for toast in ui.screen.query(Toast)}
        assert len(rows) == 1
        assert len(ui.screen.query(ToastHolder)) == 1
