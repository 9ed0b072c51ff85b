"""Going to code and links with keys and the mouse, and copying what is meant."""

from __future__ import annotations

import pytest
from textual.events import MouseDown, MouseMove, MouseUp

from phoenix_tui.tui.transcript.entries import Offer
from phoenix_tui.tui.widgets.transcript import State, Transcript
from tests.tui.transcript_host import Host, row_with, rows, until

NESTED = """\
Make it:

1. like so

   ```python
   if x:
   \treturn "a line that is much too long for a narrow view"

   ```
2. > ```
   > quoted
   > ```

and

    indented
"""
CODES = ['if x:\n\treturn "a line that is much too long for a narrow view"\n', "quoted", "indented"]


def _answer(transcript: Transcript, text: str, *, ends: bool = True) -> int:
    answer = transcript.begin_answer("OpenAI")
    transcript.append_text(answer, text)
    if ends:
        transcript.finish_answer(answer)
    return answer


def _pointed(transcript: Transcript) -> list[str]:
    """The rows at which the cursor is shown."""
    return [row[1:].strip() for row in rows(transcript) if row.startswith("▌")]


@pytest.mark.parametrize("ends", [True, False])
async def test_code_is_gone_to_and_copied_exactly_wherever_it_is_nested(*, ends: bool) -> None:
    app = Host()
    async with app.run_test(size=(36, 40)) as pilot:
        transcript = app.transcript
        _answer(transcript, NESTED, ends=ends)
        await until(pilot, lambda: not transcript.is_late)
        for _ in CODES:
            await pilot.press("right_square_bracket", "c")
        await pilot.press("left_square_bracket", "enter")
        assert app.said == [("code", code) for code in [*CODES, CODES[1]]]
        assert _pointed(transcript) == ["2. │ ▎ code       enter copies", "│ ▎ quoted"]
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert app.said[-1] == "There is no code further down."


async def test_code_that_is_still_being_written_can_be_copied_as_far_as_it_is() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        answer = _answer(transcript, "So:\n\n```sh\nmake\nmake te", ends=False)
        await until(pilot, lambda: not transcript.is_late)
        await pilot.press("left_square_bracket", "c")
        assert app.said == [("code", "make\nmake te")]
        transcript.append_text(answer, "st\n```\n\nand more")
        await until(pilot, lambda: not transcript.is_late)
        await pilot.press("c")
        assert app.said[1:] == [("code", "make\nmake test")]


async def test_a_long_block_is_one_block_however_many_pieces_it_is_kept_in() -> None:
    code = "\n".join([f"line {number}" for number in range(1_000)] + ["x " * 9_000, "end"])
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        _answer(transcript, f"```\n{code}\n```\n\n```\nother\n```\n")
        await until(pilot, lambda: not transcript.is_late)
        await pilot.press("home", "right_square_bracket", "c")
        assert app.said == [("code", code)]
        await pilot.press("pagedown")
        assert len(_pointed(transcript)) == len(rows(transcript)), "all of it is marked"
        await pilot.press("c", "right_square_bracket", "c")
        assert app.said[1:] == [("code", code), ("code", "other")]


async def test_a_click_on_the_label_copies_and_one_into_the_code_does_not() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        _answer(transcript, "```py\nx = 1\n```\n")
        await pilot.pause()
        y = row_with(transcript, "py")
        assert rows(transcript)[y].endswith("copy")
        await pilot.click(Transcript, offset=(8, y + 1))
        assert not app.said
        await pilot.click(Transcript, offset=(50, y))
        assert app.said == [("code", "x = 1")]


async def test_links_are_gone_to_their_address_is_shown_and_enter_opens_those_of_the_web() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        _answer(
            transcript,
            "Read [the **long** article that goes on over two rows](https://e.org/a), then\n"
            "[this](https://bank.example@evil.example/) and [that](javascript:alert).\n\n"
            "| [cell](https://e.org/b) |\n|---|\n",
        )
        await pilot.pause()
        seen = []
        for key in "llll":
            await pilot.press(key)
            seen.append(rows(transcript)[-1].strip())
            await pilot.press("enter")
        assert seen == [
            "enter opens https://e.org/a",
            "enter opens evil.example (https://bank.example@evil.e…",
            "not opened, enter copies javascript:alert",
            "enter opens https://e.org/b",
        ]
        assert app.said == [
            ("link", "https://e.org/a"),
            ("link", "https://bank.example@evil.example/"),
            ("address", "javascript:alert"),
            ("link", "https://e.org/b"),
        ]
        await pilot.press("L", "L", "c")
        assert app.said[-1] == ("address", "https://bank.example@evil.example/")


async def test_letters_of_another_script_show_the_host_that_they_really_name() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        _answer(app.transcript, "https://аpple.com/ and [text](https://аpple.com/)")
        await pilot.pause()
        for _ in range(2):
            await pilot.press("l")
            assert "xn--pple-43d.com" in rows(app.transcript)[-1]


async def test_the_cursor_is_taken_from_where_the_person_is_not_from_where_it_was_left() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        transcript = app.transcript
        for number in range(20):
            _answer(transcript, f"```\ncode {number}\n```\n")
        await pilot.pause()
        await pilot.press("left_square_bracket", "left_square_bracket", "home", "right_square_bracket", "c")
        assert app.said == [("code", "code 0")]
        await pilot.press("end", "c")
        assert app.said[1:] == [("answer", "```\ncode 19\n```\n")], "what cannot be seen is not meant"


async def test_what_is_under_the_cursor_is_copied_and_named() -> None:
    app = Host()
    async with app.run_test(size=(60, 40)) as pilot:
        transcript = app.transcript
        transcript.add_user("why?")
        cut = transcript.begin_answer("Ollama")
        transcript.append_reasoning(cut, "hm")
        transcript.append_text(cut, "**half")
        transcript.retract(cut)
        transcript.add_switch("ollama -> openai")
        _answer(transcript, "Because *so*.")
        transcript.add_output("a  b", "Providers")
        transcript.add_error("Nobody answered.")
        await pilot.pause()
        await pilot.press(*["p", "c"] * 6)
        assert app.said == [
            ("error", "Nobody answered."),
            ("output", "a  b"),
            ("answer", "Because *so*."),
            ("line", "ollama -> openai"),
            ("answer", "**half"),
            ("question", "why?"),
        ]
        await pilot.press("n", "enter", "n", "c")
        assert app.said[-1] == ("reasoning", "hm")


async def test_there_is_not_always_something_to_copy() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("c", "n", "l", "enter")
        assert app.said == ["There is no answer to copy yet."]


async def test_a_partial_that_was_cut_while_it_was_thinking_opens_with_its_thoughts() -> None:
    app = Host()
    async with app.run_test(size=(70, 20)) as pilot:
        transcript = app.transcript
        cut = transcript.begin_answer("Ollama")
        transcript.append_reasoning(cut, "what if\n\n- one")
        transcript.retract(cut, "interrupted while it was thinking")
        await pilot.pause()
        await pilot.press("p", "enter")
        assert [row.strip("▌ ") for row in rows(transcript) if row.strip()] == [
            "▾ Ollama  interrupted while it was thinking — enter folds",
            "▾ reasoning, 3 lines — enter folds",
            "what if",
            "• one",
        ]


async def test_what_can_be_done_stands_with_the_newest_error_only_and_can_be_clicked() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        transcript.add_user("one")
        transcript.add_error("First.")
        transcript.add_user("two")
        transcript.add_error("Second.", hint="Mend it.")
        transcript.offers = (Offer("r", "retry", "retry"), Offer("o", "ask ollama", "other"))
        await until(pilot, lambda: "r retry" in " ".join(rows(transcript)))
        assert [row.strip() for row in rows(transcript)].count("r retry   o ask ollama") == 1
        y = row_with(transcript, "r retry")
        assert rows(transcript)[y - 1].strip() == "Mend it."
        for word in ("retry", "ollama"):
            await pilot.click(Transcript, offset=(rows(transcript)[y].index(word) + 1, y))
        assert app.said == ["retry", "other"]
        transcript.offers = ()
        await until(pilot, lambda: not transcript.is_late)
        assert "r retry" not in " ".join(rows(transcript))
        transcript.offers = (Offer("r", "retry", "retry"),)
        transcript.add_user("three")
        transcript.offers = (Offer("r", "again", "retry"),)
        await until(pilot, lambda: not transcript.is_late)
        assert "again" not in " ".join(rows(transcript)), "the newest question has not failed"


@pytest.mark.parametrize("width", [14, 20])
async def test_offers_stand_below_each_other_where_it_is_narrow(width: int) -> None:
    app = Host()
    async with app.run_test(size=(width, 20)) as pilot:
        app.transcript.add_error("Bad.")
        app.transcript.offers = (Offer("r", "retry", "retry"), Offer("o", "ask openrouter", "other"))
        await until(pilot, lambda: "o ask" in " ".join(rows(app.transcript)))
        y = row_with(app.transcript, "o ask")
        await pilot.click(Transcript, offset=(5, y))
        assert app.said == ["other"]


async def test_a_drag_that_ends_on_a_link_or_a_label_only_selects() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        _answer(transcript, "some words and https://e.org/a\n\n```py\nx\n```\n")
        await pilot.pause()
        y = row_with(transcript, "some")
        for end in ((rows(transcript)[y].index("e.org") + 1, y), (7, row_with(transcript, "py"))):
            await pilot.hover(Transcript, offset=end)
            await app.mouse(MouseDown, 6, y)
            await app.mouse(MouseMove, *end)
            await app.mouse(MouseUp, *end)
            await pilot.pause()
            assert app.screen.get_selected_text()
        assert not app.said


async def test_a_fold_is_not_closed_under_the_eyes_of_somebody_who_reads_it() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        transcript = app.transcript
        answer = transcript.begin_answer("Ollama")
        transcript.append_reasoning(answer, "thought\n\n" * 20)
        await until(pilot, lambda: not transcript.is_late)
        await pilot.press("up", "up")
        before = rows(transcript)
        transcript.append_text(answer, "The answer.\n\n" * 20)
        await until(pilot, lambda: not transcript.is_late)
        assert rows(transcript)[:-1] == before[:-1]
        await pilot.press("end", "up")
        before = rows(transcript)
        transcript.retract(answer, "cut")
        transcript.add_switch("ollama -> openai")
        await until(pilot, lambda: not transcript.is_late)
        assert rows(transcript)[:-1] == before[:-1]
        assert rows(transcript)[-1].endswith("↓ new below: end")


async def test_a_stopped_answer_keeps_what_it_had() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        answer = _answer(app.transcript, "half", ends=False)
        app.transcript.finish_answer(answer, "OpenAI  gpt", State.STOPPED)
        await pilot.press("c")
        assert app.said == [("answer", "half")]
