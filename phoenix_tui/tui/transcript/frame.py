"""What stands around the text of an entry: who speaks, folds, what can be done; and text that is no Markdown."""

from __future__ import annotations

from phoenix_tui.tui import keys
from phoenix_tui.tui.markdown.lines import Span
from phoenix_tui.tui.text import count
from phoenix_tui.tui.transcript.entries import Entry, Kind, State
from phoenix_tui.tui.transcript.parts import Blank, Heading, Offers, Part, Plain, pieces
from phoenix_tui.tui.transcript.spots import SpotKind


def head(entry: Entry) -> list[Part]:
    """The rows above an entry's text; of short entries all there is."""
    text = str(entry.text) if entry.kind in (Kind.SWITCH, Kind.NOTICE, Kind.ERROR) else ""
    match entry.kind:
        case Kind.ANSWER:
            return _answer_head(entry)
        case Kind.USER:
            return [_label("You", "you", entry)]
        case Kind.OUTPUT:
            return [_label(entry.title or "Output", "output-title", entry)]
        case Kind.SWITCH:
            return [_sentence("↪ ", text, "switch", entry)]
        case Kind.NOTICE:
            return [_sentence("· ", text, "notice", entry)]
        case Kind.ERROR:
            return [_sentence("✗ ", text, "error", entry)]


def _label(text: str, style: str, entry: Entry) -> Heading:
    return Heading((Span(text, (style,)),), SpotKind.ENTRY, entry.gap)


def _sentence(sign: str, text: str, style: str, entry: Entry) -> Heading:
    return Heading((Span(sign, (style,)), Span(text, (style,))), SpotKind.ENTRY, entry.gap, is_label=False)


def _answer_head(entry: Entry) -> list[Part]:
    name = entry.header or entry.title or "Answer"
    if entry.state is State.INTERRUPTED:
        summary = entry.summary or f"interrupted, {count(entry.text.characters, 'character')}"
        mark, does = ("▸ ", "opens") if entry.folded else ("▾ ", "folds")
        key = keys.label("transcript.toggle")
        fold = (
            Span(f"{mark}{name}  ", ("fold",)),
            Span(summary, ("interrupted",)),
            Span(f" — {key} {does}", ("fold",)),
        )
        parts: list[Part] = [Heading(fold, SpotKind.ANSWER, entry.gap)]
        return parts if entry.folded else [*parts, *_reasoning_fold(entry)]
    who = entry.title if name.startswith(entry.title) else name
    spans: tuple[Span, ...] = (Span(who, ("title",)), Span(name.removeprefix(who), ("figures",)))
    if entry.state is State.STREAMING:
        doing = "writing…" if entry.text else "thinking…" if entry.reasoning else "waiting…"
        spans = (*spans, Span(f"  {doing}", ("state",)))
    elif entry.state is State.STOPPED:
        spans = (*spans, Span("  ■ stopped", ("stopped",)))
    return [Heading(spans, SpotKind.ENTRY, entry.gap), *_reasoning_fold(entry)]


def _reasoning_fold(entry: Entry) -> list[Part]:
    """None while the reasoning is all there is to read."""
    is_all_there_is = entry.state is State.STREAMING and not entry.text and entry.reasoning_open is None
    if not entry.reasoning or is_all_there_is:
        return []
    mark, does = ("▾ ", "folds") if entry.shows_reasoning else ("▸ ", "opens")
    length = count(entry.reasoning.newlines + 1, "line")
    label = f"  {mark}reasoning, {length} — {keys.label('transcript.toggle')} {does}"
    return [Heading((Span(label, ("fold",)),), SpotKind.REASONING)]


def gap(entry: Entry) -> list[Part]:
    """A blank row between reasoning and answer."""
    return [Blank()] if entry.reasoning and entry.text and not entry.folded else []


def plain_parts(entry: Entry) -> list[Part]:
    """The text of an entry that is no Markdown."""
    match entry.kind:
        case Kind.USER:
            return [Plain(piece, ("user",)) for piece in pieces(str(entry.text).strip("\n"))]
        case Kind.OUTPUT:
            return [Plain(piece, ("output",), has_columns=True) for piece in pieces(str(entry.text).strip("\n"))]
        case _:
            return []


def foot(entry: Entry) -> list[Part]:
    """What the person can do now."""
    hint: list[Part] = [Heading((Span(f"  {entry.hint}", ("hint",)),), is_label=False)] if entry.hint else []
    return [*hint, Offers(entry.offers)] if entry.offers else hint
