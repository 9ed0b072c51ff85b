"""Inline Markdown (emphasis, code, links) to styled spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from phoenix_tui.core.text import strip_controls
from phoenix_tui.tui.addresses import is_openable
from phoenix_tui.tui.markdown.lines import PLAIN, Span, Style
from phoenix_tui.tui.markdown.parser import References, parse_inline, plain_address

if TYPE_CHECKING:
    from markdown_it.token import Token

GLUE = "\u2060"
"""Word joiner: `GLUE newline GLUE` stands where a line too long to be parsed whole was cut, and is taken out again.
What the line began with (indentation, marks of quotes) stands before the second one too."""

_CONTINUES = re.compile(f"[ \t>]*{GLUE}(?!\\Z)")
_SEAM = re.compile(f"{GLUE}\n[ \t>]*{GLUE}")
_BARE_LINK = re.compile(r"https?://[^\s<>\"'`|\u2060]+", re.IGNORECASE)
_MARKED = re.compile(r"[\\`*_~\[<&\n\t\u2060]")
"""What text must hold to be more than text; most cells and many paragraphs hold none of it."""
_BREAK_TAG = re.compile(r"<br\s*/?>\Z", re.IGNORECASE)
_STYLE_OF = {"strong_open": "strong", "em_open": "em", "s_open": "strike"}


def without_seams(code: str) -> str:
    """Lines of `code` that were cut whole again."""
    return _SEAM.sub("", code).removeprefix(GLUE).removesuffix(GLUE) if GLUE in code else code


def unglued(line: str) -> tuple[str, bool]:
    """A line, or the piece of one, without joiners, and whether it goes on with the piece before."""
    begins = _CONTINUES.match(line)
    return (line[begins.end() :] if begins else line).removesuffix(GLUE), begins is not None


def _bare_links(text: str, style: Style) -> Iterator[Span]:
    """`text` with the addresses in it made links, without the full stop or bracket that may follow one."""
    at = 0
    for match in _BARE_LINK.finditer(text) if "://" in text else ():
        address = match.group().rstrip(".,;:!?*_~")
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1]
        if match.start() > at:
            yield Span(text[at : match.start()], style)
        yield Span(address, (*style, "link"), plain_address(address))
        at = match.start() + len(address)
    if at < len(text):
        yield Span(text[at:], style)


def _without_glue(spans: list[Span]) -> list[Span]:
    """Seams of cut lines closed again: the joiner at the end of one piece, the break, the joiner at the next start."""
    out: list[Span] = []
    seam = False
    for span in spans:
        text = span.text.replace(f"{GLUE} {GLUE}", "")
        if span.text == " " and out and out[-1].text.endswith(GLUE):
            seam = True
            continue
        if seam:
            seam = False
            if text.startswith(GLUE):
                out[-1] = out[-1]._replace(text=out[-1].text[:-1])
                text = text[1:]
            else:
                out.append(Span(" "))
        out.append(span._replace(text=text))
    if out:
        out[0] = out[0]._replace(text=out[0].text.removeprefix(GLUE))
        out[-1] = out[-1]._replace(text=out[-1].text.removesuffix(GLUE))
    return out


def _spans(tokens: list[Token], base: Style) -> Iterator[Span]:
    styles: list[str] = list(base)
    link = ""
    for token in tokens:
        style = tuple(styles)
        match token.type:
            case "text" | "text_special":
                if link:
                    yield Span(token.content, style, link)
                else:
                    yield from _bare_links(token.content, style)
            case "code_inline":
                yield Span(token.content, (*style, "code"), link)
            case "softbreak":
                yield Span(" ", style, link)
            case "hardbreak":
                yield Span("\n", style)
            case "strong_open" | "em_open" | "s_open":
                styles.append(_STYLE_OF[token.type])
            case "strong_close" | "em_close" | "s_close":
                styles.pop()
            case "link_open":
                link = strip_controls(str(token.attrs.get("href", "")))
                styles.append("link" if is_openable(link) else "em")
            case "link_close":
                if link and not is_openable(link) and token.markup != "autolink":
                    yield Span(f" ({link})", style, link)
                styles.pop()
                link = ""
            case "image":
                yield Span(f"[image: {token.content or 'no description'}]", (*style, "image"), link)
            case "html_inline":
                yield Span("\n" if _BREAK_TAG.match(token.content) else token.content, style, link)
            case _:
                if token.content:
                    yield Span(token.content, style, link)


def inline_spans(content: str, references: References, style: Style = PLAIN) -> list[Span]:
    """`content` as spans; a newline in a span's text is a break that was asked for."""
    if not _MARKED.search(content):
        return list(_bare_links(content, style))
    tokens = parse_inline(content, references)
    spans = [
        span._replace(text=span.text.replace("\t", " ")) if "\t" in span.text else span
        for span in _spans(tokens, style)
    ]
    return _without_glue(spans) if GLUE in content else spans
