"""What stands around the text of an entry for somebody who listens: who speaks, what happened, as a sentence, and at
the end of an answer that it has ended. The same functions as in `frame.py`."""

from __future__ import annotations

import re

from phoenix_tui.tui import keys, spoken
from phoenix_tui.tui.markdown.lines import Span
from phoenix_tui.tui.text import count
from phoenix_tui.tui.transcript.entries import Entry, Kind, State
from phoenix_tui.tui.transcript.parts import Heading, Part, Plain, pieces
from phoenix_tui.tui.transcript.spots import SpotKind

_COLUMNS = re.compile(r" {2,}")
_SECONDS = re.compile(r"\b(\d+(?:\.\d+)?)s\b")
_SAID_OF = {Kind.SWITCH: "Switch: ", Kind.NOTICE: "Note: ", Kind.ERROR: "Error: "}


def head(entry: Entry) -> list[Part]:
    """The rows above an entry's text; of short entries all there is."""
    match entry.kind:
        case Kind.ANSWER if entry.state is State.INTERRUPTED:
            cut = _row(_cut(entry), "interrupted", entry, SpotKind.ANSWER)
            return [cut] if entry.folded else [cut, *_thought(entry)]
        case Kind.ANSWER:
            return [_row(f"{_who(entry)}:", "title", entry), *_thought(entry)]
        case Kind.USER:
            return [_row("You:", "you", entry)]
        case Kind.OUTPUT:
            return [_row(f"{entry.title or 'Output'}:", "output-title", entry)]
        case kind:
            text = str(entry.text).replace(" → ", "; now asking ")
            said = _SAID_OF[kind] + (text if text.endswith((".", "!", "?")) else f"{text}.")
            return [Heading((Span(said, (kind.value,)),), SpotKind.ENTRY, entry.gap, is_label=False, indent="")]


def _row(text: str, style: str, entry: Entry, kind: SpotKind = SpotKind.ENTRY) -> Heading:
    return Heading((Span(text, (style,)),), kind, entry.gap, indent="")


def _who(entry: Entry) -> str:
    return _COLUMNS.split(entry.title or entry.header)[0] or "Answer"


def _cut(entry: Entry) -> str:
    summary = entry.summary or f"interrupted after {count(entry.text.characters, 'character')}"
    return f"{_who(entry)}: {summary}; {keys.label('transcript.toggle')} {'shows' if entry.folded else 'hides'} it."


def _thought(entry: Entry) -> list[Part]:
    """That there is reasoning, once no more of it comes."""
    if not entry.reasoning or (entry.state is State.STREAMING and not entry.text):
        return []
    does = "hides" if entry.shows_reasoning else "shows"
    length = count(entry.reasoning.newlines + 1, "line")
    said = f"Reasoning, {length}; {keys.label('transcript.toggle')} {does} it."
    return [Heading((Span(said, ("fold",)),), SpotKind.REASONING, indent="")]


def gap(entry: Entry) -> list[Part]:
    """Between reasoning and answer: which is which."""
    is_between = entry.reasoning and entry.text and entry.shows_reasoning and not entry.folded
    return [Heading((Span("End of the reasoning.", ("fold",)),), indent="")] if is_between else []


def plain_parts(entry: Entry) -> list[Part]:
    """The text of an entry that is no Markdown."""
    text = str(entry.text).strip("\n")
    match entry.kind:
        case Kind.USER:
            return [Plain(piece, ("user",), indent="") for piece in pieces(text)]
        case Kind.OUTPUT:
            said = "\n".join(spoken.plain(line).removeprefix("- ") for line in text.split("\n"))
            return [Plain(piece, ("output",), indent="") for piece in pieces(said)]
        case _:
            return []


def foot(entry: Entry) -> list[Part]:
    """That an answer has ended, how, and what it took; what the person can do now."""
    if entry.kind is Kind.ANSWER:
        return _end(entry)
    parts: list[Part] = [Heading((Span(entry.hint, ("hint",)),), is_label=False, indent="")] if entry.hint else []
    if entry.offers:
        keyed = ", ".join(f"{offer.key}: {offer.label}" for offer in entry.offers)
        parts.append(Heading((Span(f"Keys: {keyed}.", ("key",)),), indent=""))
    return parts


def _aloud(figures: str) -> str:
    """`0.8s to first word, 62 tok/s` in words."""
    return _SECONDS.sub(r"\1 seconds", figures.replace("tok/s", "tokens a second"))


def _end(entry: Entry) -> list[Part]:
    who, *figures = _COLUMNS.split(_aloud(entry.header or entry.title)) or ["Answer"]
    length = count(sum(any(map(str.isalnum, word)) for word in str(entry.text).split()), "word")
    match entry.state:
        case State.STREAMING | State.INTERRUPTED:
            return []
        case State.DONE:
            said, style = f"{who} finished: {', '.join((length, *figures))}.", "figures"
        case State.STOPPED:
            said, style = f"{who} was stopped after {', '.join((length, *figures))}.", "stopped"
    return [Heading((Span(said, (style,)),), indent="")]
