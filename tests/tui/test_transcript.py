"""The transcript widget in a tiny host app."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

import pyte
import pytest
from rich.cells import cell_len
from textual.events import MouseDown, MouseMove, MouseUp

from phoenix_tui.tui.markdown.lines import Line
from phoenix_tui.tui.markdown.render import markdown_lines
from phoenix_tui.tui.theme import LIGHT
from phoenix_tui.tui.transcript.parts import MarkdownPart
from phoenix_tui.tui.widgets.transcript import State, Transcript
from tests.helpers.pictures import SeenTerminal
from tests.tui.transcript_host import Host, row_with, rows, until

GUTTER_LEFT = 1
"""Columns of the widget that stand before its rows."""
ANSWER = """\
# Light

Sunlight is *scattered* by `air`.

- one
- two

```python
x = 1
```

| a | b |
|---|---|
| 1 | 2 |
"""


def _said(transcript: Transcript, turns: int) -> None:
    for number in range(turns):
        transcript.add_user(f"question {number}")
        answer = transcript.begin_answer("Anthropic  claude")
        transcript.append_text(answer, f"{ANSWER}\nanswer {number}")
        transcript.finish_answer(answer, "Anthropic  claude  0.8s to first word")


async def test_a_cut_and_a_takeover_are_told_in_order_and_the_partial_is_kept_apart() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.add_user("why is the sky [/blue]?")
        first = transcript.begin_answer("OpenRouter  gpt")
        transcript.append_text(first, "Because **of\x1b[2J")
        transcript.retract(first, "interrupted, 12 characters")
        transcript.add_switch("openrouter stopped after 12 characters (reset) -> anthropic")
        second = transcript.begin_answer("Anthropic  claude")
        transcript.append_text(second, "# Light\n\nis *scattered*")
        transcript.append_text(first, "never mixed")
        transcript.finish_answer(second, "Anthropic  claude  0.8s to first word")
        await pilot.pause()
        assert [row.strip() for row in rows(transcript) if row] == [
            "You",
            "why is the sky [/blue]?",
            "▸ OpenRouter  gpt  interrupted, 12 characters — enter opens",
            "↪ openrouter stopped after 12 characters (reset) -> anthropic",
            "Anthropic  claude  0.8s to first word",
            "Light",
            "is scattered",
        ]
        assert transcript.to_messages() == [
            {"role": "user", "content": "why is the sky [/blue]?"},
            {"role": "assistant", "content": "# Light\n\nis *scattered*"},
        ]
        await pilot.press("enter")
        assert [row.strip("▌ ") for row in rows(transcript) if row][2:4] == [
            "▾ OpenRouter  gpt  interrupted, 12 characters — enter folds",
            "Because **of",
        ]


async def test_what_was_saved_is_shown_again_and_a_stream_that_was_running_counts_as_stopped() -> None:
    app = Host()
    async with app.run_test(size=(80, 60)) as pilot:
        transcript = app.transcript
        _said(transcript, 1)
        cut = transcript.begin_answer("Ollama")
        transcript.append_text(cut, "half")
        transcript.retract(cut, "interrupted, 4 characters")
        transcript.add_switch("ollama -> openai")
        stopped = transcript.begin_answer("OpenAI")
        transcript.append_reasoning(stopped, "hm\nwell")
        transcript.append_text(stopped, "stopped here")
        transcript.finish_answer(stopped, "OpenAI  gpt", State.STOPPED)
        transcript.add_error("Nobody answered.")
        transcript.add_output("a  b\n c", "Providers")
        transcript.add_notice("done")
        await pilot.pause()
        shown, saved = rows(transcript), list(transcript.dump())
        transcript.clear()
        assert rows(transcript)[0] == ""
        transcript.load([{"kind": "from the future"}, *saved, {"text": 3}])
        await pilot.pause()
        assert rows(transcript) == shown
        assert list(transcript.dump()) == saved
        running = transcript.begin_answer("Grok")
        transcript.append_text(running, "and then")
        assert transcript.dump()[-1]["state"] == "streaming"
        transcript.load(transcript.dump())
        assert transcript.dump()[-1]["state"] == "stopped"
        transcript.append_text(running, "too late")
        assert "too late" not in transcript.plain_text()


async def test_what_a_command_printed_breaks_between_words_and_stays_in_its_column() -> None:
    app = Host()
    said = "anthropic: unknown -> suspect: connection failed"
    async with app.run_test(size=(38, 20)) as pilot:
        app.transcript.add_output(f"21:37:40  {said}\n    nothing answers at 127.0.0.1:43915", "Incidents")
        await pilot.pause()
        assert [row.rstrip() for row in rows(app.transcript) if row.strip()][1:] == [
            "   21:37:40  anthropic: unknown ->",
            "             suspect: connection",
            "             failed",
            "       nothing answers at",
            "       127.0.0.1:43915",
        ]


async def test_reasoning_is_read_while_there_is_nothing_else_and_then_folds_to_one_row() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        answer = transcript.begin_answer("Anthropic")
        await pilot.pause()
        assert rows(transcript)[0].strip() == "Anthropic  waiting…"
        transcript.append_reasoning(answer, "first\n\nsecond")
        await until(pilot, lambda: "second" in " ".join(rows(transcript)))
        assert rows(transcript)[0].strip() == "Anthropic  thinking…"
        transcript.append_text(answer, "The answer")
        await until(pilot, lambda: "The answer" in " ".join(rows(transcript)))
        assert [row.strip() for row in rows(transcript)[:4]] == [
            "Anthropic  writing…",
            "▸ reasoning, 3 lines — enter opens",
            "",
            "The answer",
        ]
        await pilot.press("enter")
        assert [row.strip("▌ ") for row in rows(transcript)[1:5]] == [
            "▾ reasoning, 3 lines — enter folds",
            "first",
            "",
            "second",
        ]
        await pilot.press("enter")
        assert rows(transcript)[3].strip() == "The answer"


async def test_the_view_follows_the_end_until_the_reader_scrolls_up_and_then_never_moves() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        _said(transcript, 4)
        answer = transcript.begin_answer("Anthropic")
        transcript.append_text(answer, "line\n\n" * 10)
        await until(pilot, lambda: rows(transcript)[-1].strip() == "line")
        assert (transcript.follows, transcript.has_new_below) == (True, False)
        await pilot.press("pageup", "up")
        before = rows(transcript)
        assert (transcript.follows, transcript.has_new_below) == (False, False)
        for _ in range(5):
            transcript.append_text(answer, "more\n\n" * 30)
            await until(pilot, lambda: not transcript.is_late)
        transcript.finish_answer(answer)
        transcript.add_notice("something else")
        await pilot.pause()
        assert rows(transcript)[:-1] == before[:-1]
        assert rows(transcript)[-1].endswith("↓ new below: end")
        await pilot.press("end")
        assert rows(transcript)[-1].strip() == "· something else"
        assert (transcript.follows, transcript.has_new_below) == (True, False)


async def test_scrolling_down_to_the_end_follows_again_and_a_question_does_so_at_once() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.transcript
        _said(transcript, 4)
        await pilot.pause()
        await pilot.press("home")
        assert (transcript.follows, transcript.has_new_below) == (False, False)
        transcript.add_user("and now?")
        assert (transcript.follows, transcript.has_new_below) == (True, False)
        await pilot.press("pageup")
        transcript.add_notice("meanwhile")
        assert (transcript.follows, transcript.has_new_below) == (False, True)
        await pilot.press("pagedown", "pagedown")
        assert (transcript.follows, transcript.has_new_below) == (True, False)


async def test_going_up_and_down_shows_every_row_once_and_in_order_although_heights_were_estimated() -> None:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        transcript = app.transcript
        texts = [f"{ANSWER * (number % 3)}\n\nmark {number} {'w ' * 90}" for number in range(30)]
        transcript.load({"kind": "answer" if number % 2 else "user", "text": text} for number, text in enumerate(texts))
        await pilot.pause()
        seen_up = [rows(transcript)[0]]
        while transcript.scroll_y > 0:
            transcript.action_scroll_up()
            seen_up.append(rows(transcript)[0])
        seen_down = [rows(transcript)[0]]
        while not transcript.follows:
            transcript.action_scroll_down()
            seen_down.append(rows(transcript)[0])
        assert seen_down == seen_up[::-1]
        marks = [row.split()[1] for row in seen_down if row.strip().startswith("mark")]
        assert marks == [str(number) for number in range(len(marks))]
        assert len(marks) > 25


async def test_another_width_keeps_the_place_and_another_theme_the_rows() -> None:
    app = Host()
    async with app.run_test(size=(100, 20)) as pilot:
        transcript = app.transcript
        _said(transcript, 30)
        await pilot.pause()
        await pilot.press(*["pageup"] * 8)
        transcript.scroll_to(y=transcript.scroll_y + row_with(transcript, "question"), animate=False)
        await pilot.pause()
        first = rows(transcript)[0]
        for width in (60, 33, 140):
            await pilot.resize_terminal(width, 20)
            await pilot.pause()
            assert rows(transcript)[0] == first
        colour = transcript.line(0)
        app.theme = LIGHT
        await pilot.pause()
        assert rows(transcript)[0] == first
        assert list(transcript.line(0)) != list(colour)


async def test_keys_step_from_entry_to_entry_and_from_fold_to_fold() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        transcript = app.transcript
        _said(transcript, 3)
        cut = transcript.begin_answer("Ollama")
        transcript.append_text(cut, "half")
        transcript.retract(cut)
        await pilot.pause()
        steps = []
        for key in ["p"] * 11 + ["n"] * 11:
            await pilot.press(key)
            marked = [row for row in rows(transcript) if row.startswith("▌")]
            steps.append(" ".join(marked[0][1:].split()[:2]))
            assert len(marked) == (2 if steps[-1] == "▎ python" else 1)
        turn = ["▎ python", "Anthropic claude", "You"]
        up = ["▸ Ollama", *turn, *turn, *turn, "You"]
        assert steps == [*up, *up[::-1][2:], "▸ Ollama", "▸ Ollama"]


async def test_a_click_opens_a_fold_or_a_link_and_double_clicks_select_nothing() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        transcript = app.transcript
        cut = transcript.begin_answer("Ollama")
        transcript.append_text(cut, "half")
        transcript.retract(cut)
        answer = transcript.begin_answer("OpenAI")
        transcript.append_text(answer, "[safe](https://e.org/a) [bad](file:///etc) <mailto:a@b.c> https://e.org/b.")
        transcript.finish_answer(answer)
        await pilot.pause()
        y = row_with(transcript, "safe")
        row = rows(transcript)[y]
        for word, told in (
            ("safe", "a click opens https://e.org/a"),
            ("bad", "not opened, a click copies file:///etc"),
            ("a@b.c", "a click opens mailto:a@b.c"),
            ("e.org/b", "a click opens https://e.org/b"),
        ):
            await pilot.hover(Transcript, offset=(row.index(word) + 1, y))
            assert rows(transcript)[-1].strip() == told
            await pilot.click(Transcript, offset=(row.index(word) + 1, y))
        assert app.said == [
            ("link", "https://e.org/a"),
            ("address", "file:///etc"),
            ("link", "mailto:a@b.c"),
            ("link", "https://e.org/b"),
        ]
        await pilot.click(Transcript, offset=(8, row_with(transcript, "▸")))
        assert rows(transcript)[1].strip() == "half"
        await pilot.click(Transcript, offset=(8, 1), times=2)
        assert app.screen.get_selected_text() in (None, "")


async def _drag(app: Host, start: tuple[int, int], end: tuple[int, int]) -> None:
    await app.mouse(MouseDown, *start)
    await app.mouse(MouseMove, *end)
    await app.mouse(MouseUp, *end)


async def test_a_selection_across_messages_is_copied_without_wraps_and_decoration() -> None:
    app = Host()
    async with app.run_test(size=(40, 30)) as pilot:
        transcript = app.transcript
        transcript.add_user("why is the sky blue, and why is it red in the evening?")
        answer = transcript.begin_answer("OpenAI")
        transcript.append_text(answer, "> quoted 漢字 and more\n\n1. item\n\n```sh\nls -l\n```\n\nlast words")
        transcript.finish_answer(answer)
        await pilot.pause()
        top, bottom = row_with(transcript, "why"), row_with(transcript, "last")
        start = rows(transcript)[top].index("sky") + 1
        await _drag(app, (start, top), (rows(transcript)[bottom].index("words") + 1, bottom))
        question, answer_text = (
            "sky blue, and why is it red in the evening?",
            "quoted 漢字 and more\n\n1. item\n\nls -l",
        )
        expected = f"{question}\n\nOpenAI\n{answer_text}\n\nlast w"
        assert app.screen.get_selected_text() == expected
        transcript.add_notice("what comes below changes nothing")
        await pilot.pause()
        assert app.screen.get_selected_text() == expected
        await pilot.press("c")
        assert app.said == [("selection", expected)]
        app.screen.clear_selection()
        await pilot.press("c")
        assert app.said[1:] == [("answer", transcript.to_messages()[-1]["content"])]


@pytest.mark.parametrize("text", ["ab\tcd 漢字\tz", "plain 漢字e\u0301x 👩\u200d👩\u200d👧 end", "\t\tfar in"])
async def test_a_selection_has_the_signs_that_stand_in_its_cells(text: str) -> None:
    """A sign of two cells, or of several characters, is taken whole; a tab is as wide as it is drawn."""
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        answer = app.transcript.begin_answer("OpenAI")
        app.transcript.append_text(answer, f"```\n{text}\n```")
        app.transcript.finish_answer(answer)
        await pilot.pause()
        y = row_with(app.transcript, text.rsplit(maxsplit=1)[-1])
        drawn = rows(app.transcript)[y].rstrip()
        spans: list[tuple[int, int, str]] = []
        for sign in re.findall("👩\u200d👩\u200d👧|e\u0301|.", drawn):
            start = spans[-1][1] if spans else 0
            spans.append((start, start + cell_len(sign), sign))
        code = [span for span in spans if span[0] >= cell_len(drawn.partition("▎ ")[0]) + 2]
        assert "".join(sign for _, _, sign in code).split() == text.split()
        for first, (start, _, _) in enumerate(code):
            for last in range(first, len(code)):
                await _drag(app, (start + GUTTER_LEFT, y), (code[last][0] + GUTTER_LEFT, y))
                taken = "".join(sign for _, _, sign in code[first : last + 1])
                assert (app.screen.get_selected_text() or "").rstrip() == ("" if first == last else taken).rstrip()
                app.screen.clear_selection()


async def test_a_selection_stays_on_its_words_when_rows_above_it_change() -> None:
    app = Host()
    async with app.run_test(size=(60, 40)) as pilot:
        transcript = app.transcript
        cut = transcript.begin_answer("Ollama")
        transcript.append_text(cut, "one\n\ntwo\n\nthree")
        transcript.retract(cut)
        transcript.add_user("these are the words")
        await pilot.pause()
        y = row_with(transcript, "words")
        await _drag(app, (rows(transcript)[y].index("the ") + 1, y), (rows(transcript)[y].index("words") + 5, y))
        assert app.screen.get_selected_text() == "the words"
        await pilot.press("p", "p", "p", "enter")
        assert row_with(transcript, "words") > y
        assert app.screen.get_selected_text() == "the words"


async def test_thousands_of_clicks_in_a_streaming_transcript_raise_nothing() -> None:
    rng = random.Random(7)
    app = Host()
    async with app.run_test(size=(50, 16)) as pilot:
        transcript = app.transcript
        _said(transcript, 3)
        answer = transcript.begin_answer("OpenAI")
        transcript.append_reasoning(answer, "so\nso")
        pieces = (ANSWER, "word ", "\n\n", "```\n", "| a | b |\n|---|---|\n", "> ", "[a]: /b\n")
        for step in range(1, 4_001):
            await app.mouse(rng.choice((MouseDown, MouseMove, MouseUp)), rng.randrange(50), rng.randrange(16))
            match rng.randrange(12):
                case 0:
                    transcript.scroll_to(y=rng.randrange(200), animate=False)
                case 1:
                    transcript.action_step(rng.choice((1, -1)))
                case 2 | 3 | 4:
                    transcript.append_text(answer, rng.choice(pieces))
            if step % 50 == 0:
                await until(pilot, lambda: not transcript.is_late)
            if step % 600 == 0:
                transcript.retract(answer)
                answer = transcript.begin_answer("Next")
            if step % 1_700 == 0:
                transcript.clear()
                answer = transcript.begin_answer("New")
        await pilot.pause()
        assert app.is_running


async def test_only_what_is_near_the_view_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: Counter[int] = Counter()
    original = MarkdownPart.lines

    def count(part: MarkdownPart, width: int) -> list[Line]:
        laid_out[id(part)] += 1
        return original(part, width)

    monkeypatch.setattr(MarkdownPart, "lines", count)
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.load([{"kind": "answer" if number % 2 else "user", "text": ANSWER} for number in range(10_000)])
        await pilot.pause()
        assert 0 < laid_out.total() < 100
        await pilot.press("home")
        await pilot.resize_terminal(60, 24)
        await pilot.pause()
        assert laid_out.total() < 300


async def test_a_block_is_laid_out_once_and_only_the_open_one_again(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: Counter[str] = Counter()
    original = markdown_lines

    def count(source: str, *args: Any, **options: Any) -> list[Line]:
        laid_out[source] += 1
        return original(source, *args, **options)

    monkeypatch.setattr("phoenix_tui.tui.markdown.blocks.markdown_lines", count)
    app = Host()
    async with app.run_test(size=(80, 24)):
        transcript = app.transcript
        answer = transcript.begin_answer("OpenAI")
        text = "".join(f"paragraph {number} has *some* words\n\n" for number in range(40))
        for at in range(0, len(text), 7):
            transcript.append_text(answer, text[at : at + 7])
            transcript._flush()
        transcript.finish_answer(answer)
        finished = {source: count for source, count in laid_out.items() if source.endswith("words\n")}
        assert len(finished) >= 39
        # Once while open and whole, once more as a finished block.
        assert max(finished.values()) <= 3


async def test_nothing_runs_when_nothing_comes() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        _said(transcript, 2)
        await until(pilot, lambda: transcript._timer is None and not transcript.is_late)
        await pilot.pause()
        assert transcript._timer is None


async def test_link_definitions_at_the_end_reach_the_paragraphs_before_them() -> None:
    app = Host()
    async with app.run_test(size=(60, 24)) as pilot:
        transcript = app.transcript
        answer = transcript.begin_answer("OpenAI")
        transcript.append_text(answer, "see [this][1]\n\nand more\n\n")
        await until(pilot, lambda: "see [this][1]" in " ".join(rows(transcript)))
        transcript.append_text(answer, "[1]: https://e.org/one\n")
        transcript.finish_answer(answer)
        await pilot.pause()
        y = row_with(transcript, "see this")
        await pilot.click(Transcript, offset=(rows(transcript)[y].index("this") + 2, y))
        assert not app.said, "where it leads has not been seen before"
        assert "opens https://e.org/one" in rows(transcript)[-1]
        await pilot.click(Transcript, offset=(rows(transcript)[y].index("this") + 2, y))
        assert app.said == [("link", "https://e.org/one")]


@pytest.mark.parametrize("size", [(20, 5), (3, 2), (1, 1)])
async def test_a_tiny_screen_shows_what_fits(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        _said(app.transcript, 2)
        app.transcript.add_error("Nobody answered.")
        await pilot.press("up", "p", "enter", "home", "end", "pageup")
        assert app.is_running


async def test_keys_are_heard_while_a_huge_answer_is_still_being_split() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        transcript = app.transcript
        transcript.load([{"kind": "answer", "text": f"{ANSWER}\n" * 4_000}])
        await pilot.press("home")
        assert transcript.is_late
        assert rows(transcript)[1].strip() == "Light"
        transcript.load([{"kind": "answer", "text": f"{ANSWER}\n" * 400 + "the end"}])
        await until(pilot, lambda: not transcript.is_late)
        assert rows(transcript)[-1].strip() == "the end"


@pytest.mark.parametrize("sizes", [[(60, 40), (60, 10)], [(100, 60), (45, 8)], [(45, 8), (100, 60), (60, 20)]])
async def test_who_is_at_the_end_stays_there_whatever_becomes_of_the_window(sizes: list[tuple[int, int]]) -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.load([{"kind": "answer", "text": f"Answer {number}."} for number in range(15)])
        await pilot.pause()
        for size in sizes:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.transcript.follows
            assert "Answer 14." in "\n".join(rows(app.transcript))


def _differs(app: Any, seen: pyte.Screen) -> list[tuple[str, str]]:
    """Rows of `seen` that look different from how they would look if all were painted at once."""
    whole = pyte.Screen(seen.columns, seen.lines)
    compositor = app.screen._compositor
    dirty = set(compositor._dirty_regions)
    for widget in app.screen.walk_children():
        widget._styles_cache.clear()
    pyte.Stream(whole).feed(compositor.render_full_update().render_segments(app.console))
    compositor._dirty_regions |= dirty
    return [
        (whole.display[y], seen.display[y])
        for y in range(seen.lines)
        if any(whole.buffer[y][x] != seen.buffer[y][x] for x in range(seen.columns))
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_painted_row_by_row_is_the_whole_picture(seed: int) -> None:
    rng = random.Random(seed)
    app = Host()
    async with app.run_test(size=(50, 16)) as pilot:
        transcript = app.transcript
        _said(transcript, 3)
        answer = transcript.begin_answer("OpenAI")
        await until(pilot, lambda: not transcript.is_late)
        await pilot.pause()
        seen = SeenTerminal(app)
        for _ in range(120):
            match rng.randrange(9):
                case 0:
                    transcript.scroll_to(y=rng.randrange(60), animate=False)
                case 1:
                    transcript.action_step(rng.choice((1, -1)))
                case 2:
                    transcript.action_scroll_end()
                case 3:
                    transcript.action_activate()
                case 4:
                    await _drag(app, (rng.randrange(50), rng.randrange(16)), (rng.randrange(50), rng.randrange(16)))
                case 5:
                    transcript.retract(answer)
                    answer = transcript.begin_answer("Next")
                case _:
                    transcript.append_text(answer, rng.choice((ANSWER, "word ", "\n\n", "```\n", "> ", "a\n")))
            await until(pilot, lambda: not transcript.is_late)
            await pilot.pause()
            await pilot.pause()
            assert _differs(app, seen.screen) == []
