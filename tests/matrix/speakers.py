"""The seven providers as they put one short answer on the wire, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.profiles import PROFILES, profile_of
from phoenix_tui.sim.catalogue import CATALOGUE
from phoenix_tui.sim.dice import seeded
from phoenix_tui.sim.error_words import WORDS
from phoenix_tui.sim.errors import error_body, failure_of
from phoenix_tui.sim.model import Answer, Call, Envelope, Failure, Format, Kind
from phoenix_tui.sim.routes import ROUTES

TOKENS = ("One ", "two ", "drüben ", "four ", "five.")
"""The tokens of the answer: some before the fault, some after it, one with a character of two bytes."""
TEXT = "".join(TOKENS)
SHOWN = 2
"""How many tokens come before the phase `AFTER_TOKENS`."""
MODEL = "plain-1"
"""The model that the faulty provider is asked for: not known to reason, so that all have the same deadlines."""


class _Timing:
    """Nothing here takes time."""

    def wall(self) -> float:
        return 1_790_000_000.0

    def elapsed(self) -> float:
        return 0.0


@dataclass(frozen=True)
class Script:
    """The body of one answer: its pieces up to each phase. Joined they are the whole body."""

    opening: tuple[bytes, ...]
    shown: tuple[bytes, ...]
    rest: tuple[bytes, ...]
    """What follows the tokens that were shown, up to and with the terminal marker."""
    trailing: tuple[bytes, ...]

    @property
    def whole(self) -> tuple[bytes, ...]:
        return (*self.opening, *self.shown, *self.rest, *self.trailing)


@dataclass(frozen=True)
class Speaker:
    """One provider. Its pieces come from the simulated providers' wire formats, which know nothing of the client's."""

    provider: str

    @property
    def wire_format(self) -> WireFormat:
        return profile_of(self.provider).wire_format

    @property
    def local(self) -> bool:
        return profile_of(self.provider).local

    @property
    def is_sse(self) -> bool:
        """Whether it streams server-sent events, not lines of JSON."""
        return self.wire_format is not WireFormat.OLLAMA_CHAT

    @property
    def closes_at_finish(self) -> bool:
        """Whether nothing is read after the terminal marker, since nothing can follow it."""
        return self.wire_format in (WireFormat.OPENAI_RESPONSES, WireFormat.OLLAMA_CHAT)

    @cached_property
    def _format(self) -> Format:
        return next(route.format for route in ROUTES[self.provider] if route.format is not None)

    @cached_property
    def _envelope(self) -> Envelope:
        call = Call(MODEL, (), stream=True, body={"stream_options": {"include_usage": True}})
        alt = "sse" if self.wire_format is WireFormat.GEMINI_GENERATE else ""
        return Envelope(self.provider, MODEL, call, _Timing(), "matrix", seeded("matrix", self.provider), alt=alt)

    @property
    def media_type(self) -> str:
        """The content type of a stream."""
        return self._format.media_type(self._envelope)

    @cached_property
    def streamed(self) -> Script:
        """The answer as a stream."""
        chunks = list(self._format.stream(Answer(text=TOKENS), self._envelope))
        kinds = [chunk.kind for chunk in chunks]
        first, finish = kinds.index(Kind.TOKEN), kinds.index(Kind.FINISH)
        pieces = tuple(chunk.data for chunk in chunks)
        opening = pieces[:first] or (self.event(self.delta("")),)
        after = first + SHOWN
        return Script(opening, pieces[first:after], pieces[after : finish + 1], pieces[finish + 1 :])

    @cached_property
    def single(self) -> Script:
        """The answer as one JSON value, over many lines, cut before its text, within it, and behind it."""
        body = json.dumps(self.value, ensure_ascii=False, indent=1).encode()
        text = body.index(TOKENS[0].encode())
        shown = text + len("".join(TOKENS[:SHOWN]).encode())
        return Script((body[:text],), (body[text:shown],), (body[shown:],), ())

    @cached_property
    def value(self) -> dict[str, Any]:
        """The answer as one JSON object."""
        value = self._format.whole(Answer(text=TOKENS), self._envelope)
        assert isinstance(value, dict)
        return value

    def event(self, text: str) -> bytes:
        """`text` framed as one event, whether or not it is JSON."""
        return self._format.event(text, self._envelope)

    def delta(self, text: str) -> str:
        """The JSON of an event with the next piece of the text; "" is a delta that only has a role."""
        match self.wire_format:
            case WireFormat.OPENAI_CHAT:
                choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
                value: Mapping[str, Any] = {"id": "c", "object": "chat.completion.chunk", "choices": [choice]}
            case WireFormat.OPENAI_RESPONSES:
                at = {"item_id": "m", "output_index": 0, "content_index": 0}
                value = {"type": "response.output_text.delta", **at, "delta": text}
            case WireFormat.ANTHROPIC_MESSAGES:
                value = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
            case WireFormat.GEMINI_GENERATE:
                value = {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}]}
            case WireFormat.OLLAMA_CHAT:
                value = {"model": MODEL, "message": {"role": "assistant", "content": text}, "done": False}
        return json.dumps(value)

    def has_words_for(self, error: ErrorClass) -> bool:
        """Whether this provider has its own way to say `error`."""
        return error in WORDS[self.provider]

    def failure(self, error: ErrorClass, *, retry_after: float | None = None) -> Failure:
        """`error` in this provider's own words."""
        words: dict[str, Any] = {
            "model": MODEL,
            "key": "sk-*****",
            "param": "temperature",
            "limit": 8192,
            "tokens": 9000,
            "over": 808,
        }
        return failure_of(self.provider, error, retry_after=retry_after, **words)

    def error_body(self, failure: Failure) -> bytes:
        """`failure` as the body of an answer."""
        return error_body(self.provider, failure)

    def error_event(self, failure: Failure) -> bytes:
        """`failure` in the middle of a stream."""
        return self._format.failure(failure, self._envelope)


SPEAKERS = tuple(Speaker(profile.name) for profile in PROFILES)
BY_NAME = {speaker.provider: speaker for speaker in SPEAKERS}
ONE_OF_EACH_FORMAT = frozenset({"openrouter", "openai", "anthropic", "gemini", "ollama"})
"""Who stands for a wire format where its other speakers would say the same."""
assert set(BY_NAME) == set(CATALOGUE)
