"""What somebody reads stays where it is, whatever comes, is folded, measured or wrapped anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_tui.tui.transcript.conversation import Conversation
from phoenix_tui.tui.transcript.entries import Entry, Kind, State
from phoenix_tui.tui.transcript.layout import Layout
from phoenix_tui.tui.transcript.viewport import Viewport


@dataclass
class Reading:
    """A transcript without a widget, and the window over it."""

    conversation: Conversation = field(default_factory=Conversation)
    layout: Layout = field(init=False)
    viewport: Viewport = field(init=False)

    def __post_init__(self) -> None:
        self.layout = Layout(self.conversation.entries, 40)
        self.viewport = Viewport(self.layout)

    def add(self, entry: Entry) -> Entry:
        self.conversation.add(entry)
        self.layout.added()
        self.viewport.came()
        return entry

    def changed(self, entry: Entry) -> None:
        self.layout.changed(self.conversation.index(entry))
        self.viewport.came()

    def rows(self) -> list[str]:
        top = self.viewport.top
        last = min(top + self.viewport.rows, self.layout.height)
        return [self.layout.line(self.layout.place(row)).text for row in range(top, last)]


def reading(turns: int, rows: int = 10) -> Reading:
    it = Reading()
    it.conversation.load(
        {"kind": "answer" if number % 2 else "user", "text": f"number {number}\n\n{'some words ' * 30}\n\n- a\n- b"}
        for number in range(turns)
    )
    it.layout = Layout(it.conversation.entries, 40)
    it.viewport = Viewport(it.layout)
    it.viewport.resize(40, rows)
    return it


def test_it_stands_at_the_end_until_somebody_goes_up_and_again_when_they_go_down() -> None:
    it = reading(6)
    view = it.viewport
    seen = [(view.follows, view.shows_end)]
    view.scroll(view.top - 3)
    seen.append((view.follows, view.shows_end))
    it.add(Entry(Kind.NOTICE, "new"))
    view.scroll(view.top + 2)  # not quite at the end yet
    seen.append((view.follows, view.shows_end))
    assert view.has_new_below
    view.scroll(view.top + 100)
    seen.append((view.follows, view.shows_end))
    assert seen == [(True, True), (False, False), (False, False), (True, True)]
    assert it.rows()[-1] == "· new"


def test_what_shrinks_below_leaves_empty_rows_rather_than_moving_what_is_read() -> None:
    it = reading(2)
    partial = it.add(Entry(Kind.ANSWER, "line\n\n" * 40, state=State.STREAMING))
    view = it.viewport
    view.scroll(it.layout.heights.before(2) - 4)
    before = it.rows()[:4]
    it.conversation.end(partial, State.INTERRUPTED)
    it.changed(partial)
    assert it.rows()[:4] == before
    assert it.rows()[5].startswith("▸ Answer  interrupted, 240 characters")
    assert len(it.rows()) < view.rows
    view.scroll(view.top - 1)
    assert (view.follows, it.rows()[1:5]) == (False, before)
    view.scroll(view.top + 1)
    assert (view.follows, len(it.rows())) == (True, view.rows), "down to where the end is in view"


def test_something_new_in_the_empty_rows_is_in_view_and_needs_no_mark() -> None:
    it = reading(2)
    partial = it.add(Entry(Kind.ANSWER, "line\n\n" * 40, state=State.STREAMING))
    it.viewport.scroll(it.layout.heights.before(2) - 4)
    it.conversation.end(partial, State.INTERRUPTED)
    it.changed(partial)
    it.add(Entry(Kind.NOTICE, "in view"))
    assert "· in view" in it.rows()
    assert not it.viewport.has_new_below
    it.add(Entry(Kind.NOTICE, "new\n" * 30))
    assert it.viewport.has_new_below


def test_changing_the_width_there_and_back_ends_where_it_began() -> None:
    it = reading(30)
    it.viewport.scroll(it.layout.height // 2)
    before = it.rows()
    for width in (90, 13, 61, 22, 40):
        it.viewport.resize(width, 10)
    assert it.rows() == before


_TEXTS = st.lists(
    st.sampled_from(
        ["some words here ", "\n\n", "\n", "- item\n", "## head\n", "```py\nx = 1\n\n", "```\n", "漢字 ", "x" * 70,
         "| a | b |\n|---|---|\n| one | two three four |\n", "> quoted ", "[see](https://e.org) "]
    ),
    max_size=12,
).map("".join)  # fmt: skip
_OLD: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        kind=st.sampled_from([kind.value for kind in Kind]),
        text=_TEXTS.map(lambda text: text or "."),
        reasoning=st.sampled_from(["", "thought\n\nmore"]),
        state=st.sampled_from([State.DONE.value, State.STOPPED.value, State.INTERRUPTED.value]),
        hint=st.sampled_from(["", "what to do"]),
    ),
    min_size=4,
    max_size=14,
)
_HAPPENS = ("text", "reasoning", "begin", "done", "retract", "notice", "measure", "fold", "tall", "narrow")
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(_HAPPENS),
        _TEXTS,
        st.integers(0, 400),
    ),
    max_size=25,
)


@settings(max_examples=80, deadline=None)
@given(old=_OLD, at=st.floats(0, 0.95), steps=_STEPS)
def test_whatever_comes_the_first_row_in_view_keeps_its_text(
    old: list[dict[str, Any]], at: float, steps: list[tuple[str, str, int]]
) -> None:
    it = Reading()
    it.conversation.load(old)
    it.layout = Layout(it.conversation.entries, 40)
    view = it.viewport = Viewport(it.layout)
    view.resize(40, 8)
    known = len(old)
    view.scroll(int(view.top * at))
    if view.follows:
        return
    streaming: Entry | None = None
    first = it.rows()[0]
    for what, text, number in steps:
        match what:
            case "begin":
                if streaming is not None:
                    it.conversation.end(streaming, State.DONE)
                streaming = it.add(Entry(Kind.ANSWER, title="OpenAI", state=State.STREAMING))
            case "text" if streaming is not None:
                streaming.text.append(text)
                it.changed(streaming)
            case "reasoning" if streaming is not None:
                streaming.reasoning.append(text)
                it.changed(streaming)
            case "done" | "retract" if streaming is not None:
                it.conversation.end(streaming, State.DONE if what == "done" else State.INTERRUPTED)
                it.changed(streaming)
                streaming = None
            case "notice":
                it.add(Entry(Kind.SWITCH, text or "."))
            case "measure":
                it.layout.measure(number, number + 5)
                view.settle()
            case "fold":
                # Something far above or below is folded or opened; never what is read.
                index = number % known
                if index != it.layout.place(view.top).entry:
                    entry = it.conversation.entries[index]
                    entry.folded = not entry.folded if entry.kind is Kind.ANSWER else False
                    it.changed(entry)
            case "tall":
                view.resize(it.layout.width, 3 + number % 20)
            case "narrow":
                words = first.split()
                view.resize(10 + number % 60, view.rows)
                view.resize(40, view.rows)
                assert it.rows()[0].split() == words
        assert it.rows()[0] == first
        assert not view.follows
