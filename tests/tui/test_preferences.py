"""Preferences: read whatever stands in the file, change at once, keep what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.commands.surroundings import surroundings_of
from phoenix_tui.tui.keeping import PreferencesKeeper
from phoenix_tui.tui.look import Look, Surroundings, look_of
from phoenix_tui.tui.notifying import NotifyBy
from phoenix_tui.tui.preferences import (
    BY_NAME,
    PREFERENCES,
    Ascii,
    Motion,
    Preferences,
    default_of,
    read_preferences,
    to_keep,
)
from phoenix_tui.tui.text import one_line
from tests.tui.conftest import OpenScreen

FILE = "preferences.toml"


def test_every_field_is_described_once() -> None:
    assert {field.name for field in fields(Preferences)} == {*BY_NAME, "keys", "chosen"}
    for preference in PREFERENCES:
        assert preference.about.endswith(".")
        assert preference.kind.shown(default_of(preference.name))


def test_a_whole_file_is_understood() -> None:
    table = {
        "theme": "nord", "ascii": "always", "motion": "reduced", "screen_reader": True, "notify": "bell",
        "notify_after": 30, "panel_width": 48, "panels_hidden": True, "keys": {"retry": "y"},
    }  # fmt: skip
    read, notices = read_preferences(table, FILE)
    assert notices == ()
    assert read == Preferences(
        "nord", Ascii.ALWAYS, Motion.REDUCED, True, NotifyBy.BELL, 30, 48, True, {"retry": "y"},
        frozenset({*table} - {"keys"}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("theme", "nrod", "theme = 'nrod' in preferences.toml is none of its values; did you mean nord? auto holds."),
        ("theme", 3, "theme = 3 in preferences.toml is none of: auto, phoenix-dark,"),
        ("motion", "REDUCED", "did you mean reduced? full holds."),
        ("notify", "loud", "notify = 'loud' in preferences.toml is none of: off, bell, desktop. off holds."),
        ("screen_reader", "yes", "screen_reader = 'yes' in preferences.toml is neither true nor false. no holds."),
        ("notify_after", -1, "notify_after = -1 in preferences.toml is not from 0 to 3600 seconds. 10 seconds holds."),
        ("notify_after", True, "is no whole number of seconds."),
        (
            "panel_width",
            3.5,
            "panel_width = 3.5 in preferences.toml is no whole number of columns. as fits",
        ),
        ("panel_width", 5000, "is not from 30 to 200 columns"),
        ("ascii", [1], "ascii = a list in preferences.toml"),
        ("ascii", {"a": 1}, "ascii = a table in preferences.toml"),
        ("theem", "nord", "There is no preference 'theem', which preferences.toml names; did you mean theme?"),
        ("key", {}, "did you mean keys?"),
        ("\x1b[2J" + "x" * 500, 1, "There is no preference 'xxx"),
    ],
)
def test_what_is_no_value_is_told_with_the_nearest_and_the_default_holds(name: str, value: object, said: str) -> None:
    read, notices = read_preferences({name: value}, FILE)
    assert read == Preferences()
    (notice,) = notices
    assert said in notice
    assert len(notice) < 800
    assert notice == one_line(notice)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*BY_NAME, "keys"]) | st.text(), _ANY))
def test_nothing_that_can_stand_in_a_file_stops_anything(table: dict[str, object]) -> None:
    read, notices = read_preferences(table, FILE)
    assert all(notice == one_line(notice) for notice in notices)
    assert read_preferences(to_keep(Preferences(), {name: getattr(read, name) for name in read.chosen}), FILE)[1] == ()


@pytest.mark.parametrize("preference", PREFERENCES, ids=lambda preference: preference.name)
def test_steps_go_through_values_that_can_be_read(preference: object) -> None:
    kind = BY_NAME[preference.name].kind  # type: ignore[attr-defined]
    value = default_of(preference.name)  # type: ignore[attr-defined]
    for by in (1, 1, -1, -1, -1):
        value = kind.stepped(value, by)
        assert kind.read(value) == value


def test_what_is_kept_is_what_was_changed() -> None:
    before = Preferences(keys=MappingProxyType({"retry": "y", "other": "z"}))
    assert to_keep(before, {"motion": Motion.REDUCED, "theme": None, "keys": {"other": "w"}}) == {
        "motion": "reduced",
        "theme": None,
        "keys": {"retry": None, "other": "w"},
    }


def test_a_choice_counts_as_one_also_where_it_is_the_default_and_is_taken_back() -> None:
    chosen = Preferences().changed({"theme": "auto"})
    assert chosen.chosen == {"theme"}
    assert chosen.changed({"theme": None}) == Preferences()
    with pytest.raises(ValueError, match="none of"):
        chosen.changed({"notify": "loud"})


# What they come to


def test_auto_follows_the_terminal_and_a_choice_does_not() -> None:
    light = Surroundings(is_light=True, is_ascii=True)
    assert look_of(Preferences(), light) == Look("phoenix-light", is_ascii=True)
    assert look_of(Preferences(theme="nord", ascii=Ascii.NEVER), light) == Look("nord")
    assert look_of(Preferences(ascii=Ascii.ALWAYS), Surroundings()).is_ascii


def test_the_environment_wins_where_it_is_a_standard() -> None:
    told = Surroundings(no_color=True, is_still=True)
    assert look_of(Preferences(motion=Motion.FULL), told) == Look(no_color=True, is_still=True)


def test_what_is_read_aloud_is_still_and_plain() -> None:
    spoken = look_of(Preferences(screen_reader=True), Surroundings())
    assert (spoken.is_spoken, spoken.is_still, spoken.is_ascii) == (True, True, True)
    assert look_of(Preferences(), Surroundings(screen_reader=True)) == spoken


@pytest.mark.parametrize(
    ("environ", "encoding", "expected"),
    [
        ({}, "utf-8", Surroundings()),
        ({"COLORFGBG": "0;15"}, "UTF-8", Surroundings(is_light=True)),
        ({"COLORFGBG": "0;default;7"}, "UTF-8", Surroundings(is_light=True)),
        ({"COLORFGBG": "15;0"}, "utf-8", Surroundings()),
        ({"NO_COLOR": "1"}, "utf-8", Surroundings(no_color=True)),
        ({"NO_COLOR": ""}, "utf-8", Surroundings()),
        ({"TEXTUAL_ANIMATIONS": "none"}, "utf-8", Surroundings(is_still=True)),
        ({"TERM": "linux"}, "utf-8", Surroundings(is_ascii=True)),
        ({}, "iso8859-1", Surroundings(is_ascii=True)),
        ({"LANG": "C"}, "utf-8", Surroundings(is_ascii=True)),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", Surroundings(is_ascii=True)),  # as Python coerces it
        ({"LC_CTYPE": "C.UTF-8"}, "utf-8", Surroundings()),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "utf-8", Surroundings(is_ascii=True)),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, "utf-8", Surroundings()),
        ({"LC_CTYPE": "de_DE.UTF-8", "LANG": "C"}, "utf-8", Surroundings()),
        ({"LANG": "en_US.UTF-8"}, "utf-8", Surroundings()),
    ],
)
def test_what_terminal_and_environment_say(environ: Mapping[str, str], encoding: str, expected: Surroundings) -> None:
    assert surroundings_of(environ, encoding) == expected


# On the screen


class Kept(list[Mapping[str, object]]):
    """What was given to be kept; `problem` is said about it."""

    problem: str | None = None

    @property
    def whole(self) -> dict[str, object]:
        """All of it as one; how many writes it took is a matter of time."""
        whole: dict[str, object] = {}
        for changes in self:
            whole |= changes
        return whole

    def __call__(self, changes: Mapping[str, object]) -> str | None:
        self.append(dict(changes))
        return self.problem


async def test_a_change_counts_at_once_and_is_kept_when_the_screen_ends_too(open_screen: OpenScreen) -> None:
    kept = Kept()
    async with open_screen(keep_preferences=kept) as ui:
        ui.screen.prefer(theme="nord", motion="reduced")
        ui.screen.prefer(panel_width=50, keys={"retry": "y"})
        ui.screen.prefer(panel_width=52, keys={"other": "z"})
        await ui.until(lambda: ui.app.theme == "nord" and ui.screen.query("#panels").first().region.width == 52)
        assert ui.app.animation_level == "none"
        assert ui.app.keys.own == {"other": "z"}
        ui.screen.prefer(notify="bell", notify_after=0)
        await ui.until(lambda: (ui.app.notifier.by, ui.app.notifier.after) == (NotifyBy.BELL, 0))
    assert kept.whole == {
        "theme": "nord", "motion": "reduced", "panel_width": 52, "notify": "bell", "notify_after": 0,
        "keys": {"retry": None, "other": "z"},
    }  # fmt: skip


def test_panels_that_are_drawn_wider_are_not_written_at_each_step() -> None:
    kept = Kept()
    keeper = PreferencesKeeper(kept)
    for width in range(40, 60):
        keeper.add({"panel_width": width, "keys": {f"a{width}": "x"}})
    assert keeper.save_now() is None
    assert keeper.save_now() is None
    (once,) = kept
    assert once["panel_width"] == 59
    assert len(once["keys"]) == 20  # type: ignore[arg-type]  # a table


async def test_what_could_not_be_kept_is_told(open_screen: OpenScreen) -> None:
    kept = Kept()
    kept.problem = "The disk is full."
    async with open_screen(keep_preferences=kept) as ui:
        ui.screen.prefer(theme="nord")
        ui.screen._keep_soon()
        await ui.until(lambda: "The disk is full." in ui.told)
        assert ui.app.theme == "nord"


async def test_preferences_hold_from_the_first_picture_on(open_screen: OpenScreen) -> None:
    own = Preferences(
        theme="high-contrast-light", ascii=Ascii.ALWAYS, motion=Motion.REDUCED, panel_width=46,
        keys=MappingProxyType({"help": "f12"}),
    )  # fmt: skip
    async with open_screen(preferences=own, size=(120, 36)) as ui:
        assert ui.app.theme == "high-contrast-light"
        assert ui.screen.query("#panels").first().region.width == 46
        assert ui.app.has_class("-ascii")
        await ui.pilot.press("f12")
        assert type(ui.app.screen).__name__ == "HelpScreen"
    async with open_screen(preferences=Preferences(panels_hidden=True)) as ui:
        assert not ui.screen.query("#panels").first().region


async def test_the_theme_can_be_chosen_from_the_palette(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        for expected in ("phoenix-light", "phoenix-dark"):
            await ui.screen.run_action("toggle_theme")
            await ui.until(lambda: ui.app.theme == expected)  # noqa: B023 - awaited at once
        await ui.screen.run_action("theme('rose-pine-moon')")
        await ui.screen.run_action("toggle_theme")
        await ui.until(lambda: ui.app.theme == "rose-pine-dawn")
