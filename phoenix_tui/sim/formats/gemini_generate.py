"""Gemini generateContent: server-sent events with alt=sse, one streamed JSON array without."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from phoenix_tui.sim.error_shapes import gemini_shape
from phoenix_tui.sim.formats.framing import dumps, plain, sampling, sse, turns, whole_number
from phoenix_tui.sim.model import Answer, Call, Chunk, Envelope, Failure, Kind, Turn

_FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY", "tool_calls": "STOP"}


class GeminiGenerate:
    """The generateContent API. A refusal here is a blocked answer, and its words are the finish message."""

    def read(self, body: Mapping[str, Any], path_model: str, *, stream: bool) -> Call:
        config = _inner(body, "generationConfig")
        thinking = _inner(config, "thinkingConfig")
        system = plain(_inner(body, "systemInstruction").get("parts"))
        return Call(
            model=path_model,
            turns=(*((Turn("system", system),) if system else ()), *turns(body.get("contents"), "parts")),
            stream=stream,
            max_tokens=whole_number(_get(config, "maxOutputTokens")),
            sampling=sampling(config, "temperature", "topP", "topK"),
            shows_reasoning=_get(thinking, "includeThoughts") is True,
            body=body,
        )

    def media_type(self, envelope: Envelope) -> str:
        return "text/event-stream" if envelope.alt == "sse" else "application/json; charset=UTF-8"

    def stream(self, answer: Answer, envelope: Envelope) -> Iterator[Chunk]:
        frames = _SseFrames() if envelope.alt == "sse" else _ArrayFrames()
        response_id = envelope.word(23)

        def event(kind: Kind, part: dict[str, Any] | None, visible: int, thoughts: int, **candidate: Any) -> Chunk:
            content = {"parts": [part] if part else [], "role": "model"}
            body = {"candidates": [{"content": content, "index": 0, **candidate}]}
            usage = _usage(answer, visible=visible, thoughts=thoughts)
            return frames(
                kind, {**body, "usageMetadata": usage, "modelVersion": envelope.model, "responseId": response_id}
            )

        if envelope.call.shows_reasoning:
            for count, token in enumerate(answer.reasoning, 1):
                yield event(Kind.TOKEN, {"text": token, "thought": True}, 0, count)
        thoughts = answer.reasoning_tokens
        for count, token in enumerate(answer.text, 1):
            yield event(Kind.TOKEN, {"text": token}, count, thoughts)
        if answer.tool:
            yield event(Kind.TOKEN, _function_call(answer), answer.visible_tokens, thoughts)
        last = None if answer.tool else {"text": ""}
        yield event(Kind.FINISH, last, answer.visible_tokens, thoughts, **_finish(answer))
        yield from frames.end()

    def whole(self, answer: Answer, envelope: Envelope) -> Any:
        parts: list[dict[str, Any]] = []
        if answer.reasoning and envelope.call.shows_reasoning:
            parts.append({"text": "".join(answer.reasoning), "thought": True})
        if answer.text:
            parts.append({"text": "".join(answer.text)})
        if answer.tool:
            parts.append(_function_call(answer))
        content = {"parts": parts, "role": "model"} if parts else {}
        return {
            "candidates": [{"content": content, "index": 0, **_finish(answer)}],
            "usageMetadata": _usage(answer, visible=answer.visible_tokens, thoughts=answer.reasoning_tokens),
            "modelVersion": envelope.model,
            "responseId": envelope.word(23),
        }

    def failure(self, failure: Failure, envelope: Envelope) -> bytes:
        if failure.status == 200:
            return self.event(dumps(gemini_shape(failure)), envelope)
        # Seen in the wild: over several lines, and without any framing of its own.
        text = json.dumps(gemini_shape(failure), indent=2, ensure_ascii=False)
        return f"{text}\n\n".encode() if envelope.alt == "sse" else f",\n{text}\n]".encode()

    def event(self, text: str, envelope: Envelope) -> bytes:
        return sse(text) if envelope.alt == "sse" else f",\n{text}\n".encode(errors="replace")

    def heartbeat(self, envelope: Envelope) -> bytes:
        if envelope.alt != "sse":
            return b" "
        candidate = {"content": {"parts": [{"text": ""}], "role": "model"}, "index": 0}
        return sse(dumps({"candidates": [candidate], "modelVersion": envelope.model}))


def _get(value: Mapping[str, Any], name: str) -> Any:
    """A field of a protobuf message in JSON, which may be named in camel case or in snake case."""
    return value.get(name, value.get(re.sub("([A-Z])", lambda found: f"_{found[0].lower()}", name)))


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = _get(value, name)
    return found if isinstance(found, Mapping) else {}


class _SseFrames:
    """Each value as an event of its own; nothing at the end."""

    def __call__(self, kind: Kind, value: Any) -> Chunk:
        return Chunk(sse(dumps(value)), kind)

    def end(self) -> Iterator[Chunk]:
        yield from ()


class _ArrayFrames:
    """One JSON array, an element at a time, indented as the real one is."""

    def __init__(self) -> None:
        self._opening = "["

    def __call__(self, kind: Kind, value: Any) -> Chunk:
        text = f"{self._opening}{json.dumps(value, indent=2, ensure_ascii=False)}\n"
        self._opening = ",\n"
        return Chunk(text.encode(errors="replace"), kind)

    def end(self) -> Iterator[Chunk]:
        yield Chunk(b"]", Kind.DONE)


def _finish(answer: Answer) -> dict[str, str]:
    if answer.refusal:
        return {"finishReason": "SAFETY", "finishMessage": "".join(answer.refusal)}
    return {"finishReason": _FINISH[answer.finish]}


def _function_call(answer: Answer) -> dict[str, Any]:
    name = answer.tool.name if answer.tool else ""
    return {"functionCall": {"name": name, "args": {"arguments": answer.tool.arguments if answer.tool else ""}}}


def _usage(answer: Answer, *, visible: int, thoughts: int) -> dict[str, Any]:
    usage: dict[str, Any] = {"promptTokenCount": answer.input_tokens}
    if visible:
        usage["candidatesTokenCount"] = visible
    usage["totalTokenCount"] = answer.input_tokens + visible + thoughts
    if answer.cached_tokens:
        usage["cachedContentTokenCount"] = answer.cached_tokens
    usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": answer.input_tokens}]
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    return usage
