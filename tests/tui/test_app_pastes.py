"""Large pastes: chips that are one thing each, whatever is done to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from phoenix_tui.tui.drafts import Draft
from phoenix_tui.tui.widgets.chip_area import FOLD_LINES, PIECES_WITHIN
from tests.tui.conftest import Opened, OpenScreen

LINES = "line of text\n" * (FOLD_LINES + 1)
TEN_THOUSAND = "a line\n" * 10_000


async def paste(ui: Opened, text: str, *, later: float = 1.0) -> None:
    """Paste `text`, `later` seconds after what was pasted before."""
    event = events.Paste(text)
    before = ui.screen.prompt._piece
    event.time = (before.time if before else event.time) + later
    ui.app.post_message(event)
    await ui.pilot.pause()


def chips(ui: Opened) -> int:
    return len(ui.screen.prompt.draft.folds)


async def test_ten_thousand_lines_are_a_chip_and_backspace_takes_it_whole(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("see ")
        await paste(ui, TEN_THOUSAND)
        assert ui.screen.prompt.text.replace("\u00a0", " ") == "see [paste 1: 10,000 lines, 70,000 characters]"
        assert ui.screen.prompt.size.height == 1
        await ui.pilot.press("backspace")
        assert ui.screen.prompt.text == "see "
        await ui.pilot.press("ctrl+z")
        assert ui.screen.prompt.value == "see " + TEN_THOUSAND


async def test_the_cursor_steps_over_a_chip(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("a")
        await paste(ui, LINES)
        await ui.type("b")
        await ui.pilot.press("left", "left")
        await ui.type("!")
        assert ui.screen.prompt.value == f"a!{LINES}b"
        await ui.pilot.press("right")
        await ui.type("?")
        assert ui.screen.prompt.value == f"a!{LINES}?b"
        await ui.pilot.press("home", "right", "right", "delete")
        assert ui.screen.prompt.value == "a!?b"


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        (("ctrl+w",), "a "),
        (("shift+left", "delete"), "a "),
        (("ctrl+left", "ctrl+left", "x"), "xa "),
        (("home", "ctrl+k"), ""),
        (("ctrl+u",), ""),
        (("left", "ctrl+d"), "a "),
    ],
)
async def test_nothing_cuts_a_chip_in_two(open_screen: OpenScreen, keys: tuple[str, ...], left: str) -> None:
    async with open_screen() as ui:
        await ui.type("a ")
        await paste(ui, LINES)
        await ui.pilot.press(*keys)
        assert ui.screen.prompt.value in (left, left + LINES)


@pytest.mark.parametrize("width", [44, 120])
@pytest.mark.parametrize("column", range(2, 40, 5))
async def test_a_click_on_a_chip_goes_beside_it(open_screen: OpenScreen, width: int, column: int) -> None:
    async with open_screen(size=(width, 20)) as ui:
        await ui.type("a")
        await paste(ui, LINES)
        await ui.pilot.click("#prompt", offset=(column, 0))
        await ui.type("!")
        assert ui.screen.prompt.value in (f"a!{LINES}", f"a{LINES}!")


async def test_several_chips_are_sent_in_full_and_in_their_place(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await paste(ui, LINES)
        await ui.type(" and ")
        await paste(ui, LINES.upper())
        assert chips(ui) == 2
        await ui.send(" differ how?")
        await ui.answered()
        assert ui.client.turns[0].request.messages[-1].content == f"{LINES} and {LINES.upper()} differ how?"
        await ui.pilot.press("up")
        assert chips(ui) == 2, "what was sent comes back as it was written"


async def test_a_chip_is_unfolded_and_folded_again_by_undo(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("see ")
        await paste(ui, LINES)
        await ui.pilot.press("alt+p")
        assert ui.screen.prompt.text == "see " + LINES
        await ui.pilot.press("ctrl+z")
        assert chips(ui) == 1
        await ui.pilot.press("ctrl+z")
        assert ui.screen.prompt.value == "see "
        await ui.pilot.press("ctrl+y")
        assert ui.screen.prompt.value == "see " + LINES


async def test_undo_and_redo_of_many_open_lines(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.type("a")
        await paste(ui, "line\n" * 40)
        await ui.pilot.press("ctrl+z")
        assert ui.screen.prompt.value == "a"
        await ui.pilot.press("ctrl+y")
        assert ui.screen.prompt.value == "a" + "line\n" * 40
        ui.screen.prompt.select_all()
        await ui.pilot.press("delete", "ctrl+z", "ctrl+y")
        assert ui.screen.prompt.value == ""


async def test_the_chip_beside_the_cursor_is_unfolded(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await paste(ui, LINES)
        await paste(ui, LINES.upper())
        await ui.pilot.press("left", "alt+p")
        assert ui.screen.prompt.text.startswith(LINES)
        assert chips(ui) == 1


async def test_what_is_too_large_to_lie_open_says_so(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await ui.pilot.press("alt+p")
        await ui.until(lambda: any("no folded paste here" in told for told in ui.told))
        await paste(ui, TEN_THOUSAND)
        await ui.pilot.press("alt+p")
        await ui.until(lambda: any("too large to lie open here (10,000 lines" in told for told in ui.told))
        assert ui.screen.prompt.value == TEN_THOUSAND


async def test_a_paste_in_pieces_is_one_paste(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        for number in range(64):
            await paste(ui, f"{number:>6} {'x' * 16_000}\r", later=PIECES_WITHIN / 2)
        whole = "".join(f"{number:>6} {'x' * 16_000}\n" for number in range(64))
        assert ui.screen.prompt.value == whole
        assert chips(ui) == 1
        await ui.pilot.press("ctrl+z")
        assert ui.screen.prompt.value == ""


async def test_small_pastes_do_not_pile_up_to_a_large_text(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        for _ in range(10):
            await paste(ui, "x" * 15_000)
        assert len(ui.screen.prompt.text) < 61_000
        assert len(ui.screen.prompt.value) == 150_000


async def test_lines_of_windows_and_of_old_macs_become_lines(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await paste(ui, "one\r\ntwo\rthree\nfour")
        assert ui.screen.prompt.value == "one\ntwo\nthree\nfour"


async def test_copying_and_cutting_a_chip_takes_what_it_stands_for(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        await paste(ui, LINES)
        await ui.pilot.press("shift+home", "ctrl+c")
        assert ui.app.clipboard == LINES
        await ui.pilot.press("ctrl+x")
        assert (ui.app.clipboard, ui.screen.prompt.value) == (LINES, "")
        await ui.pilot.press("ctrl+v")
        assert (ui.screen.prompt.value, chips(ui)) == (LINES, 1)
        await ui.pilot.press("ctrl+x")
        assert (ui.app.clipboard, ui.screen.prompt.value) == (LINES + "\n", ""), "without a selection the line goes"


async def test_a_draft_comes_back_with_its_chips_after_every_exit(open_screen: OpenScreen, tmp_path: Path) -> None:
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.type("see ")
        await paste(ui, LINES)
        await ui.type(" @src/main.py")
        before = ui.screen.prompt.draft
    async with open_screen(state_folder=tmp_path) as ui:
        await ui.until(lambda: "only a draft" in ui.said)
        await ui.pilot.press("ctrl+r")
        assert ui.screen.prompt.draft == before == Draft(f"see {LINES} @src/main.py", ((4, 4 + len(LINES)),))


async def test_a_letter_with_alt_is_no_letter(open_screen: OpenScreen) -> None:
    async with open_screen() as ui:
        ui.app.post_message(events.Key("alt+w", "w"))
        await ui.type("a")
        assert ui.screen.prompt.value == "a"
