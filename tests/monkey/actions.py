"""What the monkey can do, as values that print themselves, and how it chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.sim import faults
from phoenix_tui.sim.faults import Fault
from phoenix_tui.tui.bindings import KEYS
from phoenix_tui.tui.slash import COMMANDS


@dataclass(frozen=True)
class Press:
    """Keys, one after the other, without waiting between them."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Type:
    """Text, in one burst, as a terminal sends it."""

    text: str


@dataclass(frozen=True)
class Paste:
    """`text`, so many times in a row."""

    text: str
    times: int = 1


@dataclass(frozen=True)
class Mouse:
    """A press, moves and a release, or wheel turns; places as shares of the screen, 0 to 1."""

    what: str
    start: tuple[float, float]
    end: tuple[float, float]
    times: int


@dataclass(frozen=True)
class Resize:
    columns: int
    rows: int


@dataclass(frozen=True)
class Focus:
    """The terminal's window gets the focus, or loses it."""

    has_focus: bool


@dataclass(frozen=True)
class Strike:
    """A provider behaves like this from now on; None: well."""

    provider: str
    fault: Fault | None


@dataclass(frozen=True)
class Settle:
    """Wait until the screen has nothing to do."""


Action = Press | Type | Paste | Mouse | Resize | Focus | Strike | Settle

LEAVES = frozenset({"ctrl+q"})
"""Keys that end the program; pressed at the very end only."""
HOSTILE = (
    "[/x] [bold]not markup[/bold] [@click=app.bell]",
    "\x1b[31mred\x1b[0m\x1b]52;c;aGk=\x07",
    "\u202ereversed\u202c 👩‍👩‍👧‍👦 e\u0301 漢字 \u200b",
    "@../../etc/passwd @. @",
    "```\ncode without an end\n" + "| a | b |\n|---|---|\n" * 3,
    "/model \x00",
)
FAULTS: tuple[Fault | None, ...] = (
    None,
    None,
    faults.Refuse(),
    faults.BlackHole(seconds=0.3),
    faults.Error(error=ErrorClass.SERVER),
    faults.Error(error=ErrorClass.AUTH),
    faults.Error(error=ErrorClass.QUOTA),
    faults.Error(error=ErrorClass.RATE_LIMIT, retry_after=1.0),
    faults.Html(),
    faults.ResetBeforeHeaders(),
    faults.Cut(after=5),
    faults.Cut(after=30, how=faults.Death.RST),
    faults.Stall(after=8, seconds=0.3),
    faults.InvalidEvent(at=4),
    faults.EmptyAnswer(),
    faults.SlowTokens(seconds=0.004),
)


def _keys() -> Sequence[str]:
    """Every key that means something somewhere, and some that every screen and text area knows."""
    bound = {key for row in KEYS for key in row.keys.split(",")}
    usual = {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "backspace", "delete", "space"}
    usual |= {"ctrl+a", "ctrl+e", "ctrl+k", "ctrl+u", "ctrl+w", "ctrl+z", "ctrl+y", "ctrl+c", "ctrl+x", "ctrl+v"}
    return sorted((bound | usual | set("abjkyz?:/.@1 ")) - LEAVES - {""})


def actions() -> st.SearchStrategy[Action]:
    """One action; keys above all, since that is what a terminal sends."""
    share = st.floats(0, 1, allow_nan=False)
    place = st.tuples(share, share)
    words = st.sampled_from(["hello", "why?\n", "tell me more\r", "and then\r", "ok\r", "\r", "draft "])
    commands = st.sampled_from([f"/{command.name}" for command in COMMANDS if command.name != "quit"])
    arguments = st.sampled_from(["\r", " \r", " openai\r", " nonsense\r", "\t", " off\r"])
    return st.one_of(
        st.builds(Press, st.lists(st.sampled_from(_keys()), min_size=1, max_size=4).map(tuple)),
        st.builds(Press, st.lists(st.sampled_from(_keys()), min_size=1, max_size=4).map(tuple)),
        st.builds(Type, words),
        st.builds(Type, words),
        st.builds(Type, st.builds(str.__add__, commands, arguments)),
        st.builds(Type, st.sampled_from(HOSTILE[:5])),
        st.builds(Paste, st.sampled_from(HOSTILE)),
        st.sampled_from([Paste("two\nlines"), Paste("line\r\n", 10_000), Paste("y", 1_000_000), Paste("x", 5_000)]),
        st.builds(
            Mouse, st.sampled_from(["click", "click", "drag", "down", "up", "wheel"]), place, place, st.integers(1, 3)
        ),
        st.builds(Resize, st.sampled_from([1, 30, 60, 100, 160]), st.sampled_from([1, 8, 15, 24, 40])),
        st.builds(Focus, st.booleans()),
        st.builds(Strike, st.sampled_from(PROVIDER_NAMES), st.sampled_from(FAULTS)),
        st.just(Settle()),
    )
