"""What stands in the chat before the first message: how to begin, or how to set the seven up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.reactive import reactive

from phoenix_tui.core.snapshot import Snapshot
from phoenix_tui.tui import welcome_words as words
from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.glyphs import UNICODE, Glyphs
from phoenix_tui.tui.messages import KeyRequested
from phoenix_tui.tui.text import fit
from phoenix_tui.tui.welcome_words import Line, Notice, Part
from phoenix_tui.tui.widgets.row_list import Row, RowList


class Welcome(RowList):
    """Without a usable provider: the seven, each with state and the exact line that mends it. Else a short hello, with
    those that want mending; the seven stand there while it has the focus."""

    HELP = (
        "Up and down choose one of the seven. {first.key} opens the dialog for its key, or for the address of a local "
        "server. {first.demo} opens the demo. Typing goes to the prompt."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.FIRST)]

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False)
    notices: reactive[tuple[Notice, ...]] = reactive((), repaint=False)
    """What stands above it: what was said before anybody has asked anything."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, demo: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._glyphs = glyphs
        self._demo = demo

    def watch_snapshot(self) -> None:
        self._draw()

    def watch_notices(self) -> None:
        self._draw()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._draw()
        self.bring_into_view(self.chosen)

    def on_resize(self) -> None:
        self._draw()

    def on_show(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if self.display and self.is_on_screen and width > 0:
            self.show_rows(
                welcome_rows(
                    self.snapshot, self.notices, width, self._glyphs, demo=self._demo, lists_all=self.has_focus
                )
            )

    def bring_into_view(self, key: str) -> None:
        """What stands above the first row, or below the last one, comes into view with it. Nothing is brought there
        while the keys act elsewhere: the beginning is what is to be read."""
        height = self.scrollable_content_region.height
        chosen = [y for y, one in enumerate(self._keys_at) if one and one == key]
        if not self.has_focus or (chosen and chosen[-1] < height):
            self.scroll_to(y=0, animate=False)
        elif chosen and len(self._lines) - chosen[0] <= height:
            self.scroll_end(animate=False)
        else:
            super().bring_into_view(key)

    def action_set_key(self) -> None:
        self.opened(self.chosen)

    def opened(self, key: str) -> None:
        if key:
            self.post_message(KeyRequested(key))


def welcome_rows(
    snapshot: Snapshot | None, notices: Sequence[Notice], width: int, glyphs: Glyphs, *, demo: str, lists_all: bool
) -> list[Row]:
    """The rows of the first screen. `demo` is what it says of the demo in the demo; while it has the focus, it
    `lists_all` of the seven below the hello."""
    told = words.not_in_list(notices, snapshot)
    rows = [*_paragraphs([[(f"{glyphs.separator} {text}", style)] for text, style in told], width)]
    rows += [_EMPTY] if told else []
    if snapshot is None:
        return rows
    if words.needs_setup(snapshot):
        rows += [
            *_paragraphs(words.setup_head(snapshot, in_list=lists_all), width),
            _EMPTY,
            *_providers(snapshot, width, glyphs),
            _EMPTY,
        ]
        return [*rows, *_paragraphs(words.setup_foot(), width)]
    rows += [*_paragraphs(words.hello_head(snapshot), width), _EMPTY]
    if demo:  # where one of the seven is down for the sake of the story, and nothing is to be mended
        rows += [*_paragraphs([[(demo, "$text-muted")]], width), _EMPTY]
    if providers := _providers(snapshot, width, glyphs, only_troubled=not lists_all):
        rows += [*providers, _EMPTY] if lists_all or not demo else []
    return [*rows, *_things_to_try(width)]


_EMPTY = Row("", ((),))


def _providers(snapshot: Snapshot, width: int, glyphs: Glyphs, *, only_troubled: bool = False) -> list[Row]:
    return [
        Row(info.name, words.provider_lines(number, health, info, width, glyphs))
        for number, (health, info) in enumerate(zip(snapshot.health, snapshot.providers, strict=True), 1)
        if words.is_troubled(health, info) or not only_troubled
    ]


def _paragraphs(paragraphs: Iterable[Sequence[Part]], width: int) -> Iterator[Row]:
    for paragraph in paragraphs:
        yield Row("", words.wrapped(paragraph, width))


def _things_to_try(width: int) -> Iterator[Row]:
    things = words.things_to_try()
    cells = max(len(key) for key, _ in things) + 3
    for key, does in things:
        start: Line = ((fit(key, cells), "$accent"),)
        first, *more = words.wrapped([(does, "$text-muted")], max(1, width - cells)) or ((),)
        yield Row("", ((*start, *first), *(((" " * cells, ""), *line) for line in more)))
