"""The list above the prompt: what can be taken at its cursor."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from phoenix_tui.tui import spoken
from phoenix_tui.tui.completion import Completion, Option
from phoenix_tui.tui.text import clip, fit

MOST_ROWS = 8
WIDEST_NAME = 0.6
"""The share of the width that names may take when something is said of them."""
Part = tuple[str, str]


class CompletionList(Widget):
    """Shows a completion, with what is chosen always in view. It has no focus and decides nothing: the prompt does."""

    completion: reactive[Completion | None] = reactive(None, repaint=False)

    class Clicked(Message):
        """An option of the list was clicked; the first is number 0."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, ellipsis: str = "…", id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._ellipsis = ellipsis
        self._top = 0

    def watch_completion(self, before: Completion | None, now: Completion | None) -> None:
        self.display = now is not None
        if now is None:
            return
        if before is None or before.options != now.options:
            self._top = 0
        self.border_title = Content(now.title)
        at = "" if now.chosen is None else f"{now.chosen + 1:,} of "
        self.border_subtitle = Content(f"{at}{len(now.options):,}" if now.options else "")
        self.refresh(layout=self._rows(before) != self._rows(now))

    @staticmethod
    def _rows(completion: Completion | None) -> int:
        if completion is None:
            return 0
        if spoken.in_force():
            return 1
        return min(len(completion.options), MOST_ROWS) + bool(completion.note)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many rows as there are, at most `MOST_ROWS` and one for the note."""
        return self._rows(self.completion)

    def render(self) -> Content:
        completion = self.completion
        if completion is None:
            return Content()
        width, height = self.size
        if spoken.in_force():
            return Content(clip(_said(completion), width))
        room = max(1, height - bool(completion.note))
        chosen = completion.chosen or 0
        self._top = max(min(self._top, chosen), chosen - room + 1, 0)
        shown = completion.options[self._top : self._top + room]
        names = self._name_cells(completion.options, width)
        lines = [
            Content.assemble(*self._line(option, names, width, is_chosen=number == completion.chosen))
            for number, option in enumerate(shown, self._top)
        ]
        if completion.note:
            lines.append(Content.styled(clip(completion.note, width, ellipsis=self._ellipsis), "$text-muted"))
        return Content("\n").join(lines)

    def _name_cells(self, options: tuple[Option, ...], width: int) -> int:
        """How many cells the names take, arguments included: the same for each, so that a list does not jump about."""
        widest = max((cell_len(f"{option.label} {option.argument}".rstrip()) for option in options), default=0)
        has_words = any(option.description for option in options)
        return min(widest, int(width * WIDEST_NAME) if has_words else width - 2)

    def _line(self, option: Option, names: int, width: int, *, is_chosen: bool) -> list[Part]:
        ground = " on $selected" if is_chosen else ""
        label = clip(option.label, names, ellipsis=self._ellipsis)
        argument = fit(option.argument, names - cell_len(label) - 1) if cell_len(label) < names else ""
        gap = " " if cell_len(label) < names else ""
        words = fit(option.description, max(0, width - names - 4), ellipsis=self._ellipsis)
        return [
            ("▸ " if is_chosen else "  ", f"$accent bold{ground}"),
            (label, f"bold{ground}"),
            (f"{gap}{argument}", f"$text-muted{ground}"),
            (f"  {words}", f"$text-muted{ground}"),
        ]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        completion = self.completion
        if completion is not None and offset is not None and self._top + offset.y < len(completion.options):
            self.post_message(self.Clicked(self._top + offset.y))


def _said(completion: Completion) -> str:
    """What is chosen, or comes first, as a sentence: a list that changes with every letter cannot be listened to."""
    if not completion.options:
        return completion.note
    at = completion.chosen or 0
    option = completion.options[at]
    name = f"{option.label} {option.argument}".rstrip()
    said = f"{name}: {option.description}" if option.description else name
    return f"{completion.title}, {at + 1:,} of {len(completion.options):,}: {said}"
