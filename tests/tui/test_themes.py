"""Every theme that can be chosen: its text can be read wherever it stands, and its states can be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from textual.color import Color
from textual.screen import ModalScreen
from textual.theme import BUILTIN_THEMES

from phoenix_tui.tui.contrast import contrast, readable
from phoenix_tui.tui.palettes import PALETTES, TEXT_CONTRAST, Palette
from phoenix_tui.tui.theme import AUTO, THEME_NAMES, opposite, theme_named
from tests.tui.conftest import Opened, OpenScreen
from tests.tui.fakes import FakeClient
from tests.tui.test_app_snapshots import outage, takeover

CHOSEN = tuple(name for name in THEME_NAMES if name != AUTO)
GROUNDS = ("background", "surface", "panel", "selected")
TEXTS = (
    "foreground", "accent", "primary", "secondary", "success", "warning", "error", "text-muted", "text-accent",
    "health-up", "health-degraded", "health-down", "health-off",
)  # fmt: skip
DIALOGS = "#help, #key, #picker, #settings, #--input, CommandList"
DRAWN = frozenset("│┃─━╭╮╰╯┌┐└┘├┤┬┴┼▌▎▊▐▁▂▃▄▅▆▇█▔▕▏┄ ")
"""Signs that are lines and bars, not read."""


def wanted(name: str) -> float:
    return 7.0 if name.startswith("high-contrast") else TEXT_CONTRAST


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(Color.parse("#000"), Color.parse("#fff")) == pytest.approx(21)
    assert contrast(Color.parse("#777"), Color.parse("#fff")) == pytest.approx(4.48, abs=0.01)
    grey = readable(Color.parse("#888"), [Color.parse("#fff")], 4.5, on_dark=False)
    assert 4.5 <= contrast(grey, Color.parse("#fff")) < 5


@pytest.mark.parametrize("name", CHOSEN)
def test_every_text_colour_can_be_read_on_every_ground(name: str) -> None:
    theme = theme_named(name)
    colors = theme.to_color_system().generate() | theme.variables
    for ground in GROUNDS:
        for text in TEXTS:
            ratio = contrast(Color.parse(colors[text]), Color.parse(colors[ground]))
            assert ratio >= wanted(name), f"{text} on {ground}: {ratio:.2f}"
    assert contrast(Color.parse(colors["on-accent"]), Color.parse(colors["accent"])) >= wanted(name)


def test_all_of_textuals_themes_are_there_that_have_colours_of_their_own() -> None:
    assert set(CHOSEN) == {*PALETTES, *(name for name, theme in BUILTIN_THEMES.items() if not theme.ansi)}
    for name in set(CHOSEN) - set(PALETTES):
        assert theme_named(name).dark is BUILTIN_THEMES[name].dark


def test_each_theme_has_an_opposite_and_families_keep_together() -> None:
    assert opposite("high-contrast-dark") == "high-contrast-light"
    assert opposite("solarized-light") == "solarized-dark"
    assert opposite("nord") == "phoenix-light"
    for name in CHOSEN:
        assert theme_named(opposite(name)).dark is not theme_named(name).dark


def cells(ui: Opened) -> Iterator[tuple[str, Color, Color]]:
    """Every text that is drawn, with its colour and the one it stands on; of what lies under a dialog, nothing."""
    screen = ui.app.screen
    regions = [part.region for part in screen.query(DIALOGS)] if isinstance(screen, ModalScreen) else [screen.region]
    for region in regions:
        for strip in screen._compositor.render_strips()[region.y : region.bottom]:
            for text, style, _ in strip.crop(region.x, region.right):
                if style is None or not set(text) - DRAWN:
                    continue
                front, ground = (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)
                assert front is not None, text
                assert ground is not None, text
                yield text, Color.from_rich_color(front), Color.from_rich_color(ground)


@pytest.mark.parametrize("names", [CHOSEN[at : at + 4] for at in range(0, len(CHOSEN), 4)], ids=" ".join)
async def test_every_text_on_the_screen_can_be_read(open_screen: OpenScreen, names: tuple[str, ...]) -> None:
    """Panels, chat, prompt and footer; notices, palette and help; each with a row or an entry chosen."""
    async with open_screen(FakeClient(outage(), takeover()), size=(140, 40)) as ui:
        await ui.send("why is the sky blue?")
        await ui.answered()
        ui.screen.chat.fail("Nobody answered.", "Do this.")
        for name in names:
            ui.screen.prefer(theme=name)
            await ui.until(lambda: ui.app.theme == name)  # noqa: B023 - awaited at once
            for keys in (
                *(["escape", "p"], ["tab", "tab"], ["tab", "f1"], ["escape", "ctrl+p", "a"]),
                *(["escape"], ["ctrl+o"], ["escape", "f10", "down"], ["escape"]),
            ):
                await ui.pilot.press(*keys)
                await ui.until(lambda: len(list(cells(ui))) > 5)
                seen = {(text, front.hex, ground.hex): contrast(front, ground) for text, front, ground in cells(ui)}
                assert not {text: ratio for text, ratio in seen.items() if ratio < wanted(name)}, (name, keys)


async def test_another_theme_paints_what_was_said_before_anew(open_screen: OpenScreen) -> None:
    async with open_screen(FakeClient(outage(), takeover()), size=(140, 40)) as ui:
        await ui.send("why is the sky blue?")
        await ui.answered()
        before = {front.hex for text, front, _ in cells(ui) if "Sunlight" in text}
        ui.screen.prefer(theme="phoenix-light")
        await ui.until(lambda: ui.app.theme == "phoenix-light")
        await ui.pilot.pause()
        after = {front.hex for text, front, _ in cells(ui) if "Sunlight" in text}
        assert before
        assert after
        assert not before & after


# Colour vision. The matrices simulate a missing kind of cone on linear RGB: Machado, Oliveira and Fernandes, "A
# physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15 (6), 2009, at severity 1.0.
VISIONS = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
CLEARLY_APART = 25.0
"""CIE76 difference; about 2.3 is just noticeable, and thin letters want ten times that."""


def linear(color: str) -> list[float]:
    parsed = Color.parse(color)
    shares = (parsed.r / 255, parsed.g / 255, parsed.b / 255)
    return [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of linear RGB."""
    x = (0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047
    y = 0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2]
    z = (0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def apart(one: str, other: str, vision: str) -> float:
    """How different two colours look."""
    seen = []
    for color in (one, other):
        rgb = linear(color)
        shares = [sum(factor * part for factor, part in zip(row, rgb, strict=True)) for row in VISIONS[vision]]
        seen.append(lab([min(1.0, max(0.0, share)) for share in shares]))
    return float(sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", ["colour-safe-dark", "colour-safe-light"])
def test_the_states_differ_for_every_kind_of_colour_vision(name: str, vision: str) -> None:
    palette: Palette = PALETTES[name]
    states = {"up": palette.up, "degraded": palette.degraded, "down": palette.down}
    for one, other in combinations(states, 2):
        assert apart(states[one], states[other], vision) >= CLEARLY_APART, (one, other)
    for state in states.values():
        assert apart(state, palette.foreground, vision) >= CLEARLY_APART


def test_the_measure_knows_colours_that_are_mistaken() -> None:
    green, red = PALETTES["phoenix-dark"].up, PALETTES["phoenix-dark"].down
    assert apart(green, red, "usual") > CLEARLY_APART
    assert apart(green, red, "deuteranopia") < CLEARLY_APART
