"""The transcript: one widget over finished rows, however long the conversation is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from phoenix_tui.tui.markdown.lines import Style
from phoenix_tui.tui.transcript.entries import Entry, Kind, State, load_entry, messages, plain_text
from phoenix_tui.tui.transcript.layout import Layout, Place, place_of
from phoenix_tui.tui.transcript.view import Slot

FRAME = 1 / 30
"""Seconds between two times the open block of a streaming answer is laid out."""
_REST = 3
"""A layout that took long is followed by a pause this many times as long, so that keys are still heard."""
_NEW_BELOW = " ↓ new below (end) "

Stop = tuple[int, str]


class Transcript(ScrollView, can_focus=True):
    """Questions and answers, one below the other.

    It is given plain data and says what a person did; it knows nothing of providers. Texts may come from anywhere:
    control characters are taken out, and nothing is ever read as markup.
    """

    ALLOW_SELECT = True
    HELP = """
    ## Transcript

    Up, down, page and home/end scroll; `n` and `p` step from entry to entry and from fold to fold,
    `enter` opens or closes a fold, `c` copies the selection or the last answer, `r` asks the last question again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Scroll up", show=False, id="transcript.up"),
        Binding("down", "scroll_down", "Scroll down", show=False, id="transcript.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="transcript.page_up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="transcript.page_down"),
        Binding("home", "scroll_home", "First line", show=False, id="transcript.home"),
        Binding("end", "scroll_end", "Last line", show=False, id="transcript.end"),
        Binding("n,right_square_bracket", "step(1)", "Next entry", show=False, id="transcript.next"),
        Binding("p,left_square_bracket", "step(-1)", "Previous entry", show=False, id="transcript.previous"),
        Binding("enter,space", "toggle_fold", "Open/close", id="transcript.toggle"),
        Binding("c", "copy", "Copy", id="transcript.copy"),
        Binding("r", "retry", "Retry", id="transcript.retry"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"transcript--{name}"
        for name in (
            "you", "user", "title", "state", "stopped", "switch", "notice", "error", "hint", "fold", "interrupted",
            "reasoning", "output-title", "output", "note", "cursor", "new-below",
            "heading", "heading-1", "heading-2", "heading-3", "heading-4", "heading-5", "heading-6",
            "strong", "em", "strike", "code", "link", "image", "quote", "bullet", "border", "html",
            "code-block", "code-bar", "code-label", "code-comment", "code-keyword", "code-string", "code-number",
            "code-name", "code-inserted", "code-deleted",
        )
    }  # fmt: skip

    class LinkOpened(Message):
        """A link was clicked. `url` begins with http:, https: or mailto:."""

        def __init__(self, url: str) -> None:
            super().__init__()
            self.url = url

    class RetryAsked(Message):
        """The person wants the last question asked again."""

    class Copied(Message):
        """`text` was put on the clipboard; `what` says what it is: "selection" or "answer"."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,  # noqa: A002 - as every widget
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._entries: list[Entry] = []
        self._first_id = 1
        self._layout = Layout(self._entries, 1)
        self._follows = True
        self._has_new_below = False
        self._is_settling = False
        self._dirty: set[int] = set()
        self._timer: Timer | None = None
        self._is_due = False
        self._cursor: Stop | None = None
        self._styles_of: dict[Style, RichStyle] = {}

    # -- what is said ---------------------------------------------------------------------------------------------

    def add_user(self, text: str) -> int:
        """A question, as the person wrote it; the view goes to the end."""
        self._follows = True
        return self._add(Entry(Kind.USER, text))

    def begin_answer(self, title: str) -> int:
        """An answer that will stream in; `title` says who gives it. Gives the id for the calls below.

        Calls with an id from before `clear` do nothing.
        """
        return self._add(Entry(Kind.ANSWER, title=title, state=State.STREAMING))

    def append_text(self, answer: int, delta: str) -> None:
        """More of an answer's text."""
        if (entry := self._streaming(answer)) is not None:
            entry.text.append(delta)
            self._changed(entry)

    def append_reasoning(self, answer: int, delta: str) -> None:
        """More of an answer's reasoning."""
        if (entry := self._streaming(answer)) is not None:
            entry.reasoning.append(delta)
            self._changed(entry)

    def set_title(self, answer: int, title: str) -> None:
        """Another title for an answer (the model is known only now, or what it waits for)."""
        if (entry := self._entry(answer)) is not None:
            entry.title = Entry(Kind.NOTICE, title=title).title
            self._changed(entry)

    def finish_answer(self, answer: int, header: str = "", state: State = State.DONE) -> None:
        """The answer is whole, or was stopped. `header` replaces the title: who, how fast, what it cost."""
        if (entry := self._streaming(answer)) is not None:
            self._end(entry, state, header=header)

    def retract(self, answer: int, summary: str = "") -> None:
        """The answer was cut and another will take over: fold it behind `summary`."""
        if (entry := self._streaming(answer)) is not None:
            self._end(entry, State.INTERRUPTED, summary=summary)

    def add_switch(self, text: str) -> int:
        """Why another provider takes over; stands before the answer it explains."""
        return self._add(Entry(Kind.SWITCH, text))

    def add_notice(self, text: str) -> int:
        """A remark."""
        return self._add(Entry(Kind.NOTICE, text))

    def add_error(self, text: str, hint: str = "press r to retry") -> int:
        """What went wrong, as a sentence, and in `hint` what the person can do now."""
        return self._add(Entry(Kind.ERROR, text, hint=hint))

    def add_output(self, text: str, title: str = "") -> int:
        """What a command printed; its line breaks and spaces are kept."""
        return self._add(Entry(Kind.OUTPUT, text, title=title))

    def clear(self) -> None:
        """Take everything away."""
        self._first_id += len(self._entries)
        self._replace([])

    def to_messages(self) -> list[dict[str, str]]:
        """Questions and answers as `{"role", "content"}`; nothing else of the transcript, no cut or empty answer."""
        return messages(self._entries)

    def dump(self) -> list[dict[str, Any]]:
        """Everything as plain data for `load`."""
        return [entry.dump() for entry in self._entries]

    def load(self, data: Iterable[Mapping[str, Any]]) -> None:
        """Show what `dump` gave instead of what is shown now; items that are no entries are left out."""
        self._first_id += len(self._entries)
        self._replace([entry for item in data if (entry := load_entry(item)) is not None])

    def plain_text(self) -> str:
        """Everything as text."""
        return plain_text(self._entries)

    @property
    def follows(self) -> bool:
        """Whether the view stays at the end when something new comes."""
        return self._follows

    @property
    def has_new_below(self) -> bool:
        """Whether something came that the reader, scrolled up, has not seen."""
        return self._has_new_below

    # -- changes --------------------------------------------------------------------------------------------------

    def _entry(self, answer: int) -> Entry | None:
        index = answer - self._first_id
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def _streaming(self, answer: int) -> Entry | None:
        entry = self._entry(answer)
        return entry if entry is not None and entry.state is State.STREAMING else None

    def _add(self, entry: Entry) -> int:
        entry.id = self._first_id + len(self._entries)
        self._join(self._entries[-1] if self._entries else None, entry)
        self._entries.append(entry)
        anchor = self._anchor()
        self._layout.added()
        self._came(anchor)
        return entry.id

    @staticmethod
    def _join(before: Entry | None, entry: Entry) -> None:
        entry.gap = before is not None and not (before.kind is Kind.SWITCH and entry.kind is Kind.ANSWER)

    def _end(self, entry: Entry, state: State, *, header: str = "", summary: str = "") -> None:
        final = Entry(Kind.NOTICE, header=header, summary=summary)
        entry.text.end()
        entry.reasoning.end()
        entry.header, entry.summary, entry.state = final.header, final.summary, state
        entry.folded = state is State.INTERRUPTED
        self._changed(entry)
        self._flush()

    def _replace(self, entries: list[Entry]) -> None:
        before = None
        for index, entry in enumerate(entries):
            entry.id = self._first_id + index
            self._join(before, entry)
            before = entry
        self._entries = entries
        self._layout = Layout(entries, self._layout.width)
        self._dirty.clear()
        self._cursor = None
        self._follows, self._has_new_below = True, False
        self._settle(None)
        self.refresh()

    def _changed(self, entry: Entry) -> None:
        """Lay an entry out again: now if nothing was just now, else when the frame is over."""
        self._dirty.add(entry.id - self._first_id)
        if self._timer is None and not self._is_due and self.is_attached:
            self._is_due = True  # a timer of no length divides by it when it is late, and then never comes
            self.call_later(self._flush)

    def _flush(self) -> None:
        self._is_due = False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self._dirty or not self.is_attached:
            return
        began = perf_counter()
        dirty, self._dirty = self._dirty, set()
        anchor = self._anchor()
        first = min((self._layout.heights.before(index) for index in dirty), default=0)
        for index in dirty:
            if self._layout.changed(index):
                self._dirty.add(index)
        self._came(anchor, first)
        self._timer = self.set_timer(max(FRAME, _REST * (perf_counter() - began)), self._frame_over)

    def _frame_over(self) -> None:
        self._timer = None
        self._flush()

    def _came(self, anchor: Place | None, first: int = 0) -> None:
        """Something was added: keep the reader's place, or the end."""
        if not self._follows:
            self._has_new_below = self._has_new_below or first < self._layout.height
        self._settle(anchor)
        self.refresh()

    # -- the view -------------------------------------------------------------------------------------------------

    def _anchor(self) -> Place | None:
        if self._follows or not self._entries or not self._layout.height:
            return None
        return self._layout.place(round(self.scroll_y))

    def _settle(self, anchor: Place | None) -> None:
        """Make what is in view exact and put the view where it belongs: on `anchor`, or at the end."""
        height = self.scrollable_content_region.height
        if not height or self._is_settling:
            return
        self._is_settling = True
        try:
            for _ in range(8):
                layout = self._layout
                if anchor is not None:
                    top = layout.row_of(anchor)
                elif self._follows:
                    top = layout.height - height
                else:
                    top = round(self.scroll_y)
                top = max(0, min(top, layout.height - height))
                if not layout.measure(top - height, top + 2 * height):
                    break
            size = Size(self.scrollable_content_region.width, layout.height)
            if size != self.virtual_size:
                # Setting the reactive would lay the whole screen out; only the scroll bar changes.
                self.set_reactive(Widget.virtual_size, size)
                self._scroll_update(size)
            if round(self.scroll_y) != top:
                self.scroll_target_y = top
                self.scroll_y = top
        finally:
            self._is_settling = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure what comes into view; at the end, follow again."""
        super().watch_scroll_y(old_value, new_value)
        if self._is_settling or round(old_value) == round(new_value):
            return
        anchor = self._layout.place(round(new_value)) if self._layout.height else None
        self._follows = new_value >= self.max_scroll_y
        self._settle(None if self._follows else anchor)
        if self._follows:
            self._has_new_below = False

    def on_resize(self, event: events.Resize) -> None:
        """Another width wraps everything anew, lazily; another height only shows more or less."""
        width = self._text_width()
        anchor = self._anchor()
        if width != self._layout.width:
            self.screen.clear_selection()
            self._layout.resize(width)
        self._settle(anchor)
        self.refresh()

    def _text_width(self) -> int:
        """Cells for text: the view without the column of the cursor."""
        return max(1, self.scrollable_content_region.width - 1)

    def notify_style_update(self) -> None:
        """Another theme: rows stay, their colours are made anew."""
        super().notify_style_update()
        self._styles_of.clear()
        self._layout.repaint()

    # -- drawing --------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One row of the view."""
        width = self.scrollable_content_region.width
        row = round(self.scroll_y) + y
        base = self.rich_style
        if self._has_new_below and y == self.scrollable_content_region.height - 1:
            return self._new_below(width, base)
        if not 0 <= row < self._layout.height:
            return Strip.blank(width, base)
        place = self._layout.place(row)
        slot = self._layout.slot(place)
        if slot is None or slot.lines is None or place.line >= len(slot.lines):
            return Strip.blank(width, base)
        strip = self._strip(slot, place, width)
        if (selection := self.text_selection) is not None:
            strip = self._selected(strip, selection, place.key)
        return strip.apply_offsets(0, place.key)

    def _strip(self, slot: Slot, place: Place, width: int) -> Strip:
        lines = slot.lines or []
        has_cursor = self._cursor is not None and self._is_stop(place, slot)
        cached = slot.strips.get(place.line)
        if isinstance(cached, Strip) and not has_cursor:
            return cached
        line = lines[place.line]
        stop = slot.part.stop
        meta = {"stop": (self._entries[place.entry].id, stop)} if stop else None
        fill = self._style(line.fill)
        mark = Segment("▌", self._style(("cursor",))) if has_cursor else Segment(" ", self.rich_style)
        segments = [mark]
        for text, style, link in line.spans:
            rich_style = self._style(style)
            if link:
                rich_style += RichStyle.from_meta({"link": link})
            elif meta is not None:
                rich_style += RichStyle.from_meta(meta)
            segments.append(Segment(text, rich_style))
        strip = Strip(segments).crop_extend(0, width, fill)
        if not has_cursor:
            slot.strips[place.line] = strip
        return strip

    def _style(self, names: Style) -> RichStyle:
        style = self._styles_of.get(names)
        if style is None:
            style = self.rich_style
            for name in names:
                style += self.get_component_rich_style(f"transcript--{name}", partial=True)
            self._styles_of[names] = style
        return style

    def _new_below(self, width: int, base: RichStyle) -> Strip:
        mark = _NEW_BELOW[:width]
        style = self._style(("new-below",)) + RichStyle.from_meta({"end": True})
        return Strip([Segment(" " * (width - len(mark)), base), Segment(mark, style)], width)

    def _is_stop(self, place: Place, slot: Slot) -> bool:
        if (self._entries[place.entry].id, slot.part.stop) != self._cursor or slot.lines is None:
            return False
        return bool(slot.lines[place.line].spans)

    # -- selection ------------------------------------------------------------------------------------------------

    def _selected(self, strip: Strip, selection: Selection, key: int) -> Strip:
        span = selection.get_span(key)
        if span is None:
            return strip
        start, end = span
        text = strip.text
        stop = len(text.rstrip()) if end == -1 else min(end, len(text))
        start = max(1, start)
        if stop <= start:
            return strip
        first, last = strip.index_to_cell_position(start), strip.index_to_cell_position(stop)
        style = self.screen.get_component_rich_style("screen--selection")
        before, inside, after = strip.crop(0, first), strip.crop(first, last), strip.crop(last)
        painted = [Segment(text, (old or RichStyle()) + style, control) for text, old, control in inside]
        return Strip([*before, *painted, *after], strip.cell_length)

    def selection_updated(self, selection: Selection | None) -> None:
        """Paint the view with or without the selection."""
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text under the selection, wrapped lines whole again and without decoration."""
        if not self._entries:
            return None
        if selection.start is None and selection.end is None:
            return self.plain_text(), "\n"
        first = self._layout.place(0) if selection.start is None else place_of(selection.start.y)
        last = self._layout.place(self._layout.height - 1) if selection.end is None else place_of(selection.end.y)
        parts: list[str] = []
        row, end = self._layout.row_of(first), self._layout.row_of(last)
        while row <= end:
            place = self._layout.place(row)
            if self._layout.measure(row, row + 1):
                end = self._layout.row_of(last)
                place = self._layout.place(row)
            line = self._layout.line(place)
            low = 1 + line.lead
            high = None
            if selection.start is not None and place.key == selection.start.y:
                low = max(low, selection.start.x)
            if selection.end is not None and place.key == selection.end.y:
                high = selection.end.x
            if parts:
                parts.append(line.join)
            parts.append((" " + line.text)[low:high])
            row += 1
        return "".join(parts), "\n"

    # -- what a person does ---------------------------------------------------------------------------------------

    async def _on_click(self, event: events.Click) -> None:
        """A click on a fold toggles it, on a link opens it, on the mark goes to the end."""
        # Two clicks would select this whole widget, three everything beside it.
        event.prevent_default()
        meta = event.style.meta
        if "link" in meta:
            event.stop()
            self.post_message(self.LinkOpened(meta["link"]))
        elif "end" in meta:
            event.stop()
            self.action_scroll_end()
        elif "stop" in meta and self.text_selection is None:
            event.stop()
            self._move_cursor(meta["stop"])
            self._toggle(meta["stop"])

    def _scroll_rows(self, rows: int) -> None:
        self.scroll_to(y=self.scroll_y + rows, animate=False)

    def action_scroll_up(self) -> None:
        """One row up."""
        self._scroll_rows(-1)

    def action_scroll_down(self) -> None:
        """One row down."""
        self._scroll_rows(1)

    def action_page_up(self) -> None:
        """One page up; one row stays in sight."""
        self._scroll_rows(1 - self.scrollable_content_region.height)

    def action_page_down(self) -> None:
        """One page down; one row stays in sight."""
        self._scroll_rows(self.scrollable_content_region.height - 1)

    def action_scroll_home(self) -> None:
        """To the first row."""
        self.scroll_to(y=0, animate=False)

    def action_scroll_end(self) -> None:
        """To the last row, and stay there when more comes."""
        self._follows, self._has_new_below = True, False
        self._settle(None)
        self.refresh()

    def action_step(self, direction: int) -> None:
        """Put the cursor on the next entry or fold in `direction`, and bring it into view."""
        stops = self._stops_near(direction)
        if stops:
            self._move_cursor(stops)

    def _stops_near(self, direction: int) -> Stop | None:
        if not self._entries:
            return None
        if self._cursor is None:
            row = round(self.scroll_y) + (0 if direction > 0 else self.scrollable_content_region.height - 1)
            index, name = self._layout.place(min(row, self._layout.height - 1)).entry, ""
            start = index if direction < 0 else index - (self._row_of_stop((self._entries[index].id, "")) >= row)
            index = max(-1, start) if direction > 0 else start + 1
        else:
            index, name = self._cursor[0] - self._first_id, self._cursor[1]
            names = self._stops_of(index)
            if name in names and 0 <= names.index(name) + direction < len(names):
                return self._entries[index].id, names[names.index(name) + direction]
        index += direction
        while 0 <= index < len(self._entries):
            names = self._stops_of(index)
            if names:
                return self._entries[index].id, names[0 if direction > 0 else -1]
            index += direction
        return None

    def _stops_of(self, index: int) -> list[str]:
        slots = self._layout.view(index).sections[0].slots
        return [slot.part.stop for slot in slots if slot.part.stop]

    def _row_of_stop(self, stop: Stop) -> int:
        index = stop[0] - self._first_id
        slots = self._layout.view(index).sections[0].slots
        part = next((i for i, slot in enumerate(slots) if slot.part.stop == stop[1]), 0)
        return self._layout.row_of(Place(index, 0, part, 1 << 20))

    def _move_cursor(self, stop: Stop) -> None:
        self._cursor = stop
        row, top = self._row_of_stop(stop), round(self.scroll_y)
        height = self.scrollable_content_region.height
        if not top <= row < top + height:
            self.scroll_to(y=max(0, row - 1) if row < top else row - height // 2, animate=False)
        self.refresh()

    def action_toggle_fold(self) -> None:
        """Open or close the fold under the cursor; without a cursor, the last one in view."""
        stop = self._cursor or self._fold_in_view()
        if stop is not None:
            self._cursor = stop
            self._toggle(stop)

    def _fold_in_view(self) -> Stop | None:
        top = round(self.scroll_y)
        for row in range(top + self.scrollable_content_region.height - 1, top - 1, -1):
            if 0 <= row < self._layout.height:
                place = self._layout.place(row)
                slot = self._layout.slot(place)
                if slot is not None and slot.part.stop in ("answer", "reasoning"):
                    return self._entries[place.entry].id, slot.part.stop
        return None

    def _toggle(self, stop: Stop) -> None:
        entry = self._entry(stop[0])
        if entry is None:
            return
        names = self._stops_of(entry.id - self._first_id)
        name = stop[1] if stop[1] != "entry" else next((name for name in names if name != "entry"), "")
        if name == "answer":
            entry.folded = not entry.folded
        elif name == "reasoning":
            entry.reasoning_open = not entry.shows_reasoning
        else:
            return
        anchor = self._anchor()
        index = entry.id - self._first_id
        if self._layout.changed(index):
            self._changed(entry)
        self._settle(anchor)
        self.refresh()

    def action_copy(self) -> None:
        """Copy the selection, or the last answer."""
        selected = self.screen.get_selected_text()
        text = selected or next((m["content"] for m in reversed(self.to_messages()) if m["role"] == "assistant"), "")
        if text:
            self.app.copy_to_clipboard(text)
            self.post_message(self.Copied(text, "selection" if selected else "answer"))

    def action_retry(self) -> None:
        """Ask for the last question to be sent again."""
        self.post_message(self.RetryAsked())
