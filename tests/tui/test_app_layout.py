"""What stands where, at which size, and how it looks."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from textual.color import Color
from textual.theme import Theme

from phoenix_tui.core.snapshot import HealthState, ProviderHealth, Snapshot
from phoenix_tui.tui.bindings import KEYS, Group
from phoenix_tui.tui.footer import footer_of
from phoenix_tui.tui.keys import Keys
from phoenix_tui.tui.screens.help import help_parts
from phoenix_tui.tui.slash import COMMANDS
from phoenix_tui.tui.theme import THEMES
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
        await ui.pilot.press("f9", "z")
        assert ui.screen.prompt.value == "z"
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
        text = str(ui.screen.query_one(Welcome).render())
        for info in nobody.providers:
            assert f"FIX_{info.name}=..." in text
        assert "phoenix-tui --demo" in text
        assert shows(ui, "#welcome")


async def test_the_demo_says_that_it_is_one(open_screen: OpenScreen) -> None:
    async with open_screen(is_demo=True) as ui:
        assert "simulated providers on this machine" in str(ui.screen.query_one(Welcome).render())
        assert "DEMO" in str(ui.screen.query("#status").first().render())


async def test_notices_of_the_configuration_stand_above_the_first_screen_and_then_in_the_chat(
    open_screen: OpenScreen,
) -> None:
    client = FakeClient(make_snapshot("openrouter"))
    async with open_screen(client, notices=("LLM_PROVIDER=opnai in .env, line 3: did you mean openai?",)) as ui:
        welcome = ui.screen.query_one(Welcome)
        assert shows(ui, "#welcome")
        assert "did you mean openai?" in str(welcome.render())
        assert "openrouter answers first" in str(welcome.render())
        await ui.send("hello")
        await ui.answered()
        assert shows(ui, "#transcript")
        assert "did you mean openai?" in ui.said
        await ui.pilot.press("ctrl+p")
        await ui.pilot.press("escape")
        ui.screen.action_new()
        await ui.pilot.pause()
        assert "did you mean openai?" not in str(welcome.render())


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
    async with open_screen(ascii_only=True, size=(120, 44)) as ui:
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

    async with open_screen(client, ascii_only=True, size=(120, 60)) as ui:
        await ui.send("why?")
        await ui.answered()
        cut = ui.screen.transcript.begin_answer("Grok")
        ui.screen.transcript.retract(cut, "interrupted")
        ui.screen.transcript.add_switch("broken")
        await ui.until(lambda: "broken" in drawn(ui) and "three" in drawn(ui))
        assert "".join(sorted({sign for sign in drawn(ui) if not sign.isascii()})) == ""
        await ui.pilot.press("ctrl+p")
        await ui.until(lambda: "Search for commands" in drawn(ui))
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
        assert "c check now" in str(bar.render())
        await ui.pilot.press("tab")
        assert "x off/on" in str(bar.render())


async def test_ascii_mode_has_nothing_else_in_the_panels(open_screen: OpenScreen) -> None:
    down = ProviderHealth("anthropic", HealthState.UNAVAILABLE, reason="r" * 80, recent=(0.3, None, 1.0))
    well = ProviderHealth("openrouter", HealthState.HEALTHY, recent=(0.3, None, 1.0))
    client = FakeClient(make_snapshot("openrouter", "anthropic", anthropic=down, openrouter=well))
    async with open_screen(client, ascii_only=True) as ui:
        for selector in ("#health", "#order"):
            assert ui.screen.query(selector).first().plain_text.isascii()  # type: ignore[attr-defined]
        for selector in ("#status", "#strip", "#keys", "#welcome"):
            assert str(ui.screen.query(selector).first().render()).isascii()


async def test_no_color_paints_no_colour(open_screen: OpenScreen) -> None:
    async with open_screen(no_color=True) as ui:
        for strip in ui.app.screen._compositor.render_strips():
            for segment in strip.apply_filter(ui.app._filters[-1], Color.parse("black")):
                if segment.style and segment.style.color:
                    red, green, blue = segment.style.color.get_truecolor()
                    assert red == green == blue


@pytest.mark.parametrize("part", [Prompt, Transcript, HealthSidebar, FallbackPanel])
def test_the_help_of_each_part_is_plain_text(part: type[Prompt | Transcript | HealthSidebar | FallbackPanel]) -> None:
    assert not set("`*\n") & set(part.HELP)


def test_every_key_has_an_id_of_its_own_and_is_bound_once_where_it_acts() -> None:
    assert len({row.id for row in KEYS}) == len(KEYS)
    for group in Group:
        # An open list takes its keys before anybody else is asked.
        groups = {group} if group is Group.COMPLETING else {group, Group.ANYWHERE}
        here = [key for row in KEYS if row.group in groups for key in row.keys.split(",")]
        assert len(set(here)) == len(here), group
        assert footer_of(group, Keys())[-1] == ("f1", "help")


def test_the_help_names_every_key_and_every_command() -> None:
    text = "".join(part for part, _ in help_parts("About this part."))
    for row in KEYS:
        assert Keys().labels(row.id) in text
        assert row.description in text
    for command in COMMANDS:
        assert f"/{command.name}" in text


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_stands_out_from_every_background(theme: Theme) -> None:
    colors = theme.to_color_system().generate() | theme.variables
    names = ("foreground", "text-muted", "accent", "health-up", "health-degraded", "health-down", "health-off")
    for ground in ("background", "surface", "panel", "selected"):
        for name in names:
            ratio = _contrast(Color.parse(colors[ground]), Color.parse(colors[name]))
            assert ratio >= 4.5, f"{name} on {ground}: {ratio:.2f}"
    assert _contrast(Color.parse(colors["on-accent"]), Color.parse(colors["accent"])) >= 4.5


def _contrast(one: Color, other: Color) -> float:
    """The ratio of WCAG 2: 1 to 21."""

    def luminance(color: Color) -> float:
        parts = [value / 255 for value in (color.r, color.g, color.b)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
