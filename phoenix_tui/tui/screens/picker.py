"""A list to choose one thing from, over everything else: typing narrows it, enter takes what is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from phoenix_tui.tui import keys
from phoenix_tui.tui.choice import Choice
from phoenix_tui.tui.glyphs import Glyphs
from phoenix_tui.tui.ranking import ranked
from phoenix_tui.tui.screens.closing import ClosesOnce
from phoenix_tui.tui.text import clip, fitting, one_line
from phoenix_tui.tui.widgets.row_list import Line, Row, RowList

LONGEST_TYPED = 200
"""Characters that a name may have."""
_AROUND = 6
"""Rows beside the list: frame, what is typed, what is said of the chosen one, and what is left free."""


class ChoiceList(RowList, can_focus=False):
    """The rows; the focus stays with what is typed."""

    class Taken(Message):
        """A row was clicked."""

    class Resized(Message):
        """There is another width to draw in."""

    @property
    def shows_cursor(self) -> bool:
        return True

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        if self.under_mouse(event):
            self.post_message(self.Taken())


class Picker(ClosesOnce, ModalScreen[str | None]):
    """Gives the key of what was chosen, None where nothing was.

    With `takes_typed` a name that is not in the list can be taken as it was typed. `current` is what is chosen at
    first.
    """

    def __init__(self, title: str, *, glyphs: Glyphs, takes_typed: bool = False, current: str = "") -> None:
        super().__init__()
        self._title = title
        self._glyphs = glyphs
        self._takes_typed = takes_typed
        self._current = current
        self._choices: dict[str, Choice] = {}
        self._said = ""
        self._narrowed_by = ""
        self._goes_through_list = False
        self._search = Input(placeholder="Type to narrow", max_length=LONGEST_TYPED, compact=True)
        self._list = ChoiceList()
        self._about = Static("", markup=False, id="picker-about")

    def compose(self) -> ComposeResult:
        with Vertical(id="picker") as box:
            box.border_title = self._title
            box.border_subtitle = f"enter takes it   {keys.label('stop')} closes"
            yield self._search
            yield self._list
            yield self._about

    def _take_room(self) -> None:
        """As tall as all choices need, whatever is typed: nothing jumps while the list narrows."""
        self.query_one("#picker").styles.height = max(len(self._choices), 1) + self._takes_typed + _AROUND

    def on_mount(self) -> None:
        self._take_room()
        self.watch(self._list, "chosen", self._say_about, init=False)

    def show(self, choices: Sequence[Choice], said: str = "") -> None:
        """Offer `choices` from now on. `said` stands in their place where there are none."""
        self._choices = {choice.key: choice for choice in choices}
        self._said = said
        if self.is_mounted:
            self._take_room()
            self._draw()

    @property
    def typed(self) -> str:
        """What was typed, or pasted."""
        return one_line(self._search.value)

    @property
    def cursor_screen_offset(self) -> Offset | None:
        """At what is chosen after a key that has chosen it; None: where one types."""
        return self._list.cursor_screen_offset if self._goes_through_list else None

    def _draw(self) -> None:
        """Show what fits what was typed; where that is new, with the best of it chosen."""
        width = self._list.scrollable_content_region.width
        found = ranked(self.typed, self._choices.values(), lambda choice: choice.names)
        rows = [Row(choice.key, (choice.line(width),)) for choice in found]
        if self._takes_typed and self.typed and self.typed not in self._choices:
            rows.append(Row(self.typed, (self._typed_line(width),)))
        if not rows:
            said = fitting((self._said or "Nothing is called so.",), width, ellipsis=self._glyphs.ellipsis)
            rows.append(Row("", (((said, "$text-muted"),),)))
        if self.typed != self._narrowed_by:
            self._narrowed_by = self.typed
            self._goes_through_list = False
            self._list.chosen = rows[0].key
        elif not self._list.chosen:
            self._list.chosen = self._current
        self._list.show_rows(rows)
        self._say_about()

    def _typed_line(self, width: int) -> Line:
        end = " (as you typed it)"
        typed = clip(self.typed, width - len(end), ellipsis=self._glyphs.ellipsis)
        return ((typed, "$foreground bold"), (end, "$text-muted"))

    def _say_about(self) -> None:
        chosen = self._choices.get(self._list.chosen)
        width = self._about.size.width
        said = fitting(chosen.about, width, ellipsis=self._glyphs.ellipsis) if chosen else ""
        if said != self._about.content:  # saying it again would lay the screen out, each second while anything counts
            self._about.update(said)

    @on(ChoiceList.Resized)
    def _resized(self) -> None:
        self._draw()

    @on(Input.Changed)
    def _narrow(self) -> None:
        if self.typed != self._narrowed_by:
            self._draw()

    @on(ChoiceList.Taken)
    def _taken(self) -> None:
        self._take()

    def _take(self) -> None:
        if self._list.chosen:
            self.dismiss(self._list.chosen)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """Every key that the line above the list has no use for comes here, in the order in which they were pressed;
        what was typed before it may have come only as far as that line."""
        self._narrow()
        page = max(1, self._list.size.height - 1)
        match event.key:
            case "escape":
                self.dismiss(None)
            case "enter":
                self._take()
            case "up" | "down":
                self._goes_through_list = True
                self._list.choose_by(-1 if event.key == "up" else 1, around=True)
            case "pageup" | "pagedown":
                self._goes_through_list = True
                self._list.choose_by(-page if event.key == "pageup" else page)
            case key if key in keys.in_force().of("pick"):
                self.dismiss(None)
            case _:
                return
        event.stop()
