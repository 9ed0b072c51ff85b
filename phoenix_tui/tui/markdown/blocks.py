"""The pieces a Markdown text is split into; each is laid out for itself."""

from __future__ import annotations

from dataclasses import replace

from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.markdown.lines import BLANK, Line, Span
from phoenix_tui.tui.markdown.parser import References
from phoenix_tui.tui.markdown.render import Renderer, code_lines, markdown_lines, paragraph
from phoenix_tui.tui.markdown.spoken import SpokenRenderer, spoken_code


def _from_code_on(lines: list[Line]) -> list[Line]:
    """`lines` without what stands above the first code, its label too: all that the block before has shown."""
    label = next((index for index, line in enumerate(lines) if line.code is not None), -1)
    code = lines[label].code
    more = replace(code, continues=True) if code is not None else None
    return [replace(line, code=more) if line.code is code else line for line in lines[label + 1 :]]


@dataclass(frozen=True, slots=True)
class MarkdownBlock:
    """A piece of source between two places where no block is open, or a piece of a block too long to be one."""

    source: str
    gap: bool
    """Whether a blank row stands before it."""
    table_continues: bool = False
    """The source begins with the header of the table it goes on with, to be read but not shown again."""
    ordinal: int | None = None
    """The number an ordered list goes on with."""
    continues_code: bool = False
    """The source begins with the lines that open a block of code that goes on with it, to be read but not shown."""

    def lines(self, width: int, references: References, *, is_spoken: bool = False) -> list[Line]:
        """The block laid out; none for link definitions."""
        lines = markdown_lines(
            self.source,
            width,
            references,
            table_continues=self.table_continues,
            ordinal=self.ordinal,
            renderer_class=SpokenRenderer if is_spoken else Renderer,
        )
        if self.continues_code:
            lines = _from_code_on(lines)
        return [BLANK, *lines] if lines and self.gap else lines

    @property
    def uses_references(self) -> bool:
        """Whether link definitions that become known later could change it."""
        return "[" in self.source


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of a fenced block of code; a long one is several of these."""

    code: tuple[str, ...]
    info: str
    """What stands behind the opening fence: language first."""
    gap: bool
    first: bool
    is_open: bool = False
    last: bool = False
    """It ends where the code ends."""
    uses_references = False

    @property
    def continues_code(self) -> bool:
        """Whether it is not the first piece of its block."""
        return not self.first

    def lines(self, width: int, references: References, *, is_spoken: bool = False) -> list[Line]:
        """The code laid out, with its label when it is the first piece."""
        if is_spoken:
            lines = spoken_code(self.code, self.info, width, first=self.first, last=self.last)
        else:
            lines = code_lines(self.code, self.info, width, first=self.first, is_open=self.is_open)
        return [BLANK, *lines] if self.gap else lines

    @property
    def source(self) -> str:
        """The code itself."""
        return "\n".join(self.code)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Text that has come but is not split into blocks yet; it says so."""

    characters: int
    gap = True
    source = ""
    uses_references = False
    continues_code = False

    def lines(self, width: int, references: References, *, is_spoken: bool = False) -> list[Line]:
        """One row that names how much is still to come."""
        return paragraph([Span(f"… {self.characters:,} characters are being laid out", ("note",))], width)


Block = MarkdownBlock | CodeBlock | Backlog
