"""Going on with a cut answer: what is asked, and where what comes back joins what was shown.

Only on a person's wish. Newer models refuse a conversation that ends with the assistant's words, so most are asked in a
message of their own to repeat the last characters, the anchor, and go on from there; the answer is shown only once the
anchor has been found near its beginning, and from behind it.
"""

from __future__ import annotations

from phoenix_tui.core.types import ChatRequest, Message
from phoenix_tui.core.values import replace

ANCHOR_CHARACTERS = 40
SEARCHED_CHARACTERS = 240
"""How far into the continuation the anchor is looked for."""
MOST_SEAMS = 2
"""An answer in more pieces than three is better asked for anew."""
_CHARACTERS_A_TOKEN = 4
_SMALLEST_CAP = 256
_INSTRUCTION = (
    "Your last answer was cut off by a technical fault. It ended with the text between the marks:\n"
    "<<<{anchor}>>>\n"
    "Repeat exactly that text once, without the marks, and then go on from there to the end of the answer. "
    "Add no greeting, no apology and no summary of what was said before."
)


def can_continue(partial: str) -> bool:
    """Whether there is enough of an answer to go on with, and its end stands in it only once: else what is repeated
    might be either of them."""
    shown, anchor = _essence(partial), _essence(anchor_of(partial))
    return len(anchor) >= ANCHOR_CHARACTERS and shown.find(anchor) == len(shown) - len(anchor)


def continuation(request: ChatRequest, partial: str, *, prefill: bool) -> ChatRequest:
    """`request` with its cut answer, asking for the rest. `prefill`: the model goes on with an assistant's message that
    ends the conversation, and without white space at its end, which some refuse; else it is told to. The output cap
    shrinks by what was shown, roughly."""
    messages = [*request.messages, Message("assistant", partial.rstrip() if prefill else partial)]
    if not prefill:
        messages.append(Message("user", _INSTRUCTION.format(anchor=anchor_of(partial))))
    cap = request.max_tokens
    if cap is not None:
        cap = min(cap, max(_SMALLEST_CAP, cap - len(partial) // _CHARACTERS_A_TOKEN))
    return replace(request, messages=tuple(messages), max_tokens=cap)


def anchor_of(partial: str) -> str:
    """The last characters of what was shown: forty that are not white space, with what stands between them."""
    places = [place for place, character in enumerate(partial) if not character.isspace()][-ANCHOR_CHARACTERS:]
    return partial[places[0] : places[-1] + 1] if places else ""


class Seam:
    """Where a continuation joins what was shown. `feed` it the continuation's text as it comes.

    `kept` is how many characters of the shown text stand before the seam, `joined` says whether it was found, and
    `lost` that it is not to be found any more: the continuation is then no continuation. With a `prefill` the seam is
    where the continuation begins, unless that is how the shown text began: then the model has not gone on with it.
    """

    def __init__(self, partial: str, *, prefill: bool) -> None:
        self.kept = len(partial.rstrip())
        self.joined = False
        self.lost = False
        self._anchor = "" if prefill else _essence(anchor_of(partial))
        self._opening = _essence(partial)[:ANCHOR_CHARACTERS] if prefill else ""
        self._held = ""

    def feed(self, text: str) -> str:
        """What of `text` belongs behind the seam; "" while it is not found yet."""
        if self.joined:
            return text
        self._held += text
        if self._begins_anew():
            return ""
        end = _end_of(self._anchor, self._held[:SEARCHED_CHARACTERS])
        if end is not None:
            self.joined = True
            rest, self._held = self._held[end:], ""
            return rest
        self.lost = len(self._held) >= SEARCHED_CHARACTERS
        return ""

    def _begins_anew(self) -> bool:
        """Whether what came of a prefilled answer may be, or is (`lost`), the answer from its beginning."""
        said = _essence(self._held)[: len(self._opening)]
        self.lost = bool(self._opening) and said == self._opening
        return bool(self._opening) and self._opening.startswith(said)


def _essence(text: str) -> str:
    """Letters, digits and signs without white space and case: models repeat a text with other breaks and quotes."""
    return "".join(character for character in text.casefold() if not character.isspace())


def _end_of(anchor: str, text: str) -> int | None:
    """Where in `text` the `anchor` (an essence) ends, None where it is not in it."""
    if not anchor:
        return 0
    essence: list[str] = []
    ends: list[int] = []
    for index, character in enumerate(text):
        for part in _essence(character):
            essence.append(part)
            ends.append(index + 1)
    at = "".join(essence).find(anchor)
    return None if at < 0 else ends[at + len(anchor) - 1]
