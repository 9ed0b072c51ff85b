"""OpenAI Chat Completions, in the dialects of OpenAI, OpenRouter, xAI, LM Studio and Ollama's compatible endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any

from phoenix_tui.core.values import dataclass
from phoenix_tui.sim.formats.framing import SSE, dumps, sampling, sse, turns, whole_number
from phoenix_tui.sim.model import Answer, Call, Chunk, Envelope, Failure, Kind


@dataclass(frozen=True, slots=True)
class ChatDialect:
    """How one provider differs: `extra` goes into every object, `reasoning` names its field ("" hides it),
    `upstream` fills `provider` and `native_finish_reason`, `separate_reasoning` leaves reasoning out of
    `completion_tokens`, `obfuscates` pads events, `comments` is how many open the stream."""

    make_id: Callable[[Envelope], str]
    usage: Callable[[Answer, Envelope], Mapping[str, Any]]
    fail: Callable[[Failure], Mapping[str, Any]]
    extra: Mapping[str, Any] = field(default_factory=dict)
    reasoning: str = ""
    upstream: str = ""
    usage_always: bool = False
    obfuscates: bool = False
    comments: int = 0
    media_type: str = SSE
    role_first: bool = True
    error_event: str = ""
    done_after_error: bool = True


class OpenAIChat:
    """Chat Completions in one dialect."""

    def __init__(self, dialect: ChatDialect) -> None:
        self._dialect = dialect

    def read(self, body: Mapping[str, Any], path_model: str, *, stream: bool) -> Call:
        del path_model, stream
        return Call(
            model=str(body.get("model", "")),
            turns=turns(body.get("messages")),
            stream=body.get("stream") is True,
            max_tokens=whole_number(body.get("max_completion_tokens")) or whole_number(body.get("max_tokens")),
            sampling=sampling(body, "temperature", "top_p"),
            shows_reasoning=bool(self._dialect.reasoning),
            body=body,
        )

    def media_type(self, envelope: Envelope) -> str:
        del envelope
        return self._dialect.media_type

    def stream(self, answer: Answer, envelope: Envelope) -> Iterator[Chunk]:
        dialect = self._dialect
        base = self._base(envelope, "chat.completion.chunk")
        wants_usage = dialect.usage_always or _include_usage(envelope.call)
        unused = {"usage": None} if wants_usage and not dialect.usage_always else {}

        def chunk(kind: Kind, delta: Mapping[str, Any], finish: str | None = None) -> Chunk:
            choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish}
            if dialect.upstream:
                choice["native_finish_reason"] = finish
            return self._event({**base, "choices": [choice], **unused}, kind, envelope)

        for _ in range(dialect.comments):
            yield Chunk(b": OPENROUTER PROCESSING\n\n", Kind.OPENING)
        if dialect.role_first:
            yield chunk(Kind.OPENING, {"role": "assistant", "content": "", "refusal": None})
        if dialect.reasoning:
            for token in answer.reasoning:
                yield chunk(Kind.TOKEN, self._reasoning_delta(token))
        first = {} if dialect.role_first else {"role": "assistant"}
        for token in answer.text:
            yield chunk(Kind.TOKEN, {**first, "content": token})
        for token in answer.refusal:
            yield chunk(Kind.TOKEN, {**first, "refusal": token})
        if tool := answer.tool:
            call_id = f"call_{envelope.word(24)}"
            function = {"name": tool.name, "arguments": ""}
            opening = {"index": 0, "id": call_id, "type": "function", "function": function}
            yield chunk(Kind.TOKEN, {**first, "content": None, "tool_calls": [opening]})
            for piece in (tool.arguments[:5], tool.arguments[5:]):
                yield chunk(Kind.TOKEN, {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        yield chunk(Kind.FINISH, {}, answer.finish)
        if wants_usage:
            yield self._event({**base, "choices": [], "usage": dialect.usage(answer, envelope)}, Kind.USAGE, envelope)
        yield Chunk(b"data: [DONE]\n\n", Kind.DONE)

    def whole(self, answer: Answer, envelope: Envelope) -> Any:
        dialect = self._dialect
        text = "".join(answer.text)
        message: dict[str, Any] = {
            "role": "assistant",
            "content": text or None,
            "refusal": "".join(answer.refusal) or None,
        }
        if dialect.reasoning and answer.reasoning:
            message[dialect.reasoning] = "".join(answer.reasoning)
        if tool := answer.tool:
            function = {"name": tool.name, "arguments": tool.arguments}
            message["tool_calls"] = [{"id": f"call_{envelope.word(24)}", "type": "function", "function": function}]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish}
        if dialect.upstream:
            choice["native_finish_reason"] = answer.finish
        usage = dialect.usage(answer, envelope)
        return {**self._base(envelope, "chat.completion"), "choices": [choice], "usage": usage}

    def failure(self, failure: Failure, envelope: Envelope) -> bytes:
        body = dict(self._dialect.fail(failure))
        if self._dialect.upstream:
            choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error", "native_finish_reason": None}
            body = {**self._base(envelope, "chat.completion.chunk"), "error": body["error"], "choices": [choice]}
        done = b"data: [DONE]\n\n" if self._dialect.done_after_error else b""
        return sse(dumps(body), self._dialect.error_event) + done

    def event(self, text: str, envelope: Envelope) -> bytes:
        del envelope
        return sse(text)

    def heartbeat(self, envelope: Envelope) -> bytes:
        if self._dialect.comments:
            return b": OPENROUTER PROCESSING\n\n"
        choice = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
        return sse(dumps({**self._base(envelope, "chat.completion.chunk"), "choices": [choice]}))

    def _base(self, envelope: Envelope, kind: str) -> dict[str, Any]:
        dialect = self._dialect
        made = dialect.make_id(envelope.again())  # the same id in every event of an answer
        base = {"id": made, "object": kind, "created": int(envelope.timing.wall()), "model": envelope.model}
        if dialect.upstream:
            base["provider"] = dialect.upstream
        return {**base, **{name: value or envelope.model for name, value in dialect.extra.items()}}

    def _reasoning_delta(self, token: str) -> dict[str, Any]:
        delta: dict[str, Any] = {"role": "assistant", "content": "", self._dialect.reasoning: token}
        if self._dialect.upstream:
            delta["reasoning_details"] = [{"type": "reasoning.text", "text": token, "index": 0, "format": None}]
        return delta

    def _event(self, value: dict[str, Any], kind: Kind, envelope: Envelope) -> Chunk:
        if self._dialect.obfuscates and _stream_options(envelope.call).get("include_obfuscation") is not False:
            value["obfuscation"] = envelope.word(envelope.random.randint(4, 15))
        return Chunk(sse(dumps(value)), kind)


def _stream_options(call: Call) -> Mapping[str, Any]:
    options = call.body.get("stream_options")
    return options if isinstance(options, Mapping) else {}


def _include_usage(call: Call) -> bool:
    return _stream_options(call).get("include_usage") is True
