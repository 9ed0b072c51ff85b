"""Errors are caught where they happen, so that the widget goes on and the rest is not touched.

Textual 8.2 ends the program at the first exception in a handler, a watcher, a callback or a rendering. A guarded node
handles the next message, draws a line in its own place until it can draw its picture again, and says what happened.
Each handler is caught on its own: a failing `on_mount` does not keep those of the base classes from running.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from inspect import isawaitable
from itertools import chain
from types import SimpleNamespace, TracebackType
from typing import Any

from rich.segment import Segment
from textual._callback import invoke
from textual.events import Compose, Mount
from textual.geometry import Region, Size
from textual.message import Message
from textual.message_pump import MessagePump
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from phoenix_tui.tui.text import clip

Handler = Callable[[Message], Awaitable[None]]
Callback = Callable[..., object]


class Failed(StrEnum):
    """What a part of the screen failed at, as the end of a sentence."""

    DRAWING = "could not be drawn"
    BUILDING = "could not be built whole"
    WORKING = "did not do what it should"


Caught = Callable[[MessagePump, Failed, Exception], None]
"""Hears of an error: whose it is, and what failed. Must not raise."""


class ErrorsTo:
    """As a context manager: whatever the block raises is reported, and goes no further. The one place where a bug of
    any kind is swallowed; exits and cancellations are none."""

    def __init__(self, report: Callable[[Exception], None]) -> None:
        self._report = report

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        if not isinstance(error, Exception):
            return False
        self._report(error)
        return True


def part_of(node: MessagePump) -> str:
    """What a person would call `node`, made from the name of its class: `health sidebar`."""
    name = type(node).__name__.lstrip("_")
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def guard(node: MessagePump, caught: Caught) -> None:
    """Let no error of `node` get further than `caught`. Call it before the node starts; a second time does nothing."""
    if "call_next" not in vars(node):
        (_WidgetGuard if isinstance(node, Widget) else _Guard)(node, caught)


class _Guard:
    """Stands before the methods through which Textual calls what a node is made of, under their own names."""

    GUARDED: tuple[str, ...] = ("_dispatch_message", "_get_dispatch_methods", "call_next", "set_interval")

    def __init__(self, node: MessagePump, caught: Caught) -> None:
        self.node: Any = node
        self.caught = caught
        self.own = SimpleNamespace(**{name: getattr(node, name) for name in self.GUARDED})
        for name in self.GUARDED:
            setattr(node, name, getattr(self, name))

    def failing(self, failed: Failed) -> Callable[[Exception], None]:
        """Where errors at `failed` are reported."""
        return partial(self.caught, self.node, failed)

    async def _dispatch_message(self, message: Message) -> None:
        with ErrorsTo(self.failing(_what(message))):
            await self.own._dispatch_message(message)

    def _get_dispatch_methods(self, name: str, message: Message) -> Iterable[tuple[type, Handler]]:
        report = self.failing(_what(message))
        for owner, method in self.own._get_dispatch_methods(name, message):
            yield owner, _Guarded(method, report).handle

    def call_next(self, callback: Callback, *args: object, **kwargs: object) -> None:
        self.own.call_next(_Guarded(callback, self.failing(Failed.WORKING)).call, *args, **kwargs)

    def set_interval(self, interval: float, callback: Callback | None = None, **how: Any) -> Timer:
        guarded = None if callback is None else _Guarded(callback, self.failing(Failed.WORKING)).call
        timer: Timer = self.own.set_interval(interval, guarded, **how)
        return timer


class _WidgetGuard(_Guard):
    GUARDED = (*_Guard.GUARDED, "_context", "compose", "get_content_width", "get_content_height", "render_lines")

    @contextmanager
    def _context(self) -> Iterator[None]:
        """Textual enters it around each watcher, whoever has changed what is watched."""
        with self.own._context(), ErrorsTo(self.failing(Failed.WORKING)):
            yield

    def compose(self) -> Iterator[Widget]:
        return chain(self._composed())  # no generator: Textual would throw errors of its own into it

    def _composed(self) -> Iterator[Widget]:
        with ErrorsTo(self.failing(Failed.BUILDING)):
            yield from self.own.compose()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        with ErrorsTo(self.failing(Failed.DRAWING)):
            return int(self.own.get_content_width(container, viewport))
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        with ErrorsTo(self.failing(Failed.DRAWING)):
            return int(self.own.get_content_height(container, viewport, width))
        return 1

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing of a picture that fails is kept, so the next one is tried from the beginning."""
        with ErrorsTo(self.failing(Failed.DRAWING)):
            return list(self.own.render_lines(crop))
        return self._in_its_place(crop)

    def _in_its_place(self, crop: Region) -> list[Strip]:
        style, width = self.node.rich_style, self.node.outer_size.width
        words = clip(f"The {part_of(self.node)} {Failed.DRAWING}.", width, ellipsis="")
        said = Strip.blank(width, style) if crop.y else Strip([Segment(words, style)]).extend_cell_length(width, style)
        return [said.crop(crop.x, crop.right), *[Strip.blank(crop.width, style)] * (crop.height - 1)]


def _what(message: Message) -> Failed:
    """What fails when hearing of `message` does."""
    return Failed.BUILDING if isinstance(message, Compose | Mount) else Failed.WORKING


class _Guarded:
    """A handler or callback whose errors are reported. Its methods are handed to Textual, not functions made for each
    message: it looks at the signature of every function it sees for the first time, which takes longer than most
    handlers."""

    def __init__(self, what: Callback, report: Callable[[Exception], None]) -> None:
        self._what = what
        self._report = report

    async def handle(self, message: Message) -> None:
        with ErrorsTo(self._report):
            await invoke(self._what, message)

    async def call(self, *args: object, **kwargs: object) -> None:
        with ErrorsTo(self._report):
            result = self._what(*args, **kwargs)
            if isawaitable(result):
                await result
