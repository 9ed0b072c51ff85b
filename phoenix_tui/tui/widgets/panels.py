"""What holds the two panels: how wide they are, and the border by which a mouse pulls them wider."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from phoenix_tui.tui.bindings import Group, bindings_of
from phoenix_tui.tui.preferences import NARROWEST


class Panels(Vertical):
    """Health and order, beside the chat or over it. How wide they are by themselves is a matter of the sheet; a width
    of the person's own holds within what the sheet allows, so that a terminal made narrow and wide again has it back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Group.PANELS)]

    class Widened(Message):
        """The person has chosen a `width` for the panels, in columns."""

        def __init__(self, width: int) -> None:
            super().__init__()
            self.width = width

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._is_pulled = False

    def fit(self, width: int | None) -> None:
        """Be so many columns wide; None: as many as the sheet says."""
        self.styles.width = width
        self.set_class(width is not None, "-own-width")

    def widen(self, by: int) -> bool:
        """Be wider by so many columns (narrower where negative), as far as that can be. Says whether it could."""
        return self._become(self.region.width + by)

    @property
    def widest(self) -> int:
        """Columns: half of the screen, or all of it where the panels lie over the chat."""
        whole = self.screen.size.width
        return whole if self.styles.layer == "overlay" else whole // 2

    def _become(self, width: int) -> bool:
        width = max(NARROWEST, min(width, self.widest))
        if width == self.region.width:
            return False
        self.fit(width)
        if not self._is_pulled:
            self.post_message(self.Widened(width))
        return True

    def _is_on_border(self, event: events.MouseEvent) -> bool:
        return event.screen_offset.x == self.region.x

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._is_on_border(event):
            event.stop()
            self._is_pulled = True
            self.add_class("-pulled")
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if not self._is_pulled:
            self.set_class(self._is_on_border(event), "-pulled")
        elif not event.button:
            self._let_go()  # the button came up where the terminal could not see it
        else:
            self._become(self.region.right - event.screen_offset.x)

    def on_mouse_up(self) -> None:
        self._let_go()

    def on_mouse_release(self) -> None:
        self._let_go()

    def on_leave(self) -> None:
        if not self._is_pulled:
            self.remove_class("-pulled")

    def _let_go(self) -> None:
        if self._is_pulled:
            self._is_pulled = False
            self.remove_class("-pulled")
            self.release_mouse()
            self.post_message(self.Widened(self.region.width))
