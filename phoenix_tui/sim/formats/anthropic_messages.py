"""Anthropic Messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from phoenix_tui.sim.error_shapes import anthropic_shape
from phoenix_tui.sim.formats.framing import SSE, dumps, plain, sampling, sse, turns, whole_number
from phoenix_tui.sim.model import Answer, Call, Chunk, Envelope, Failure, Kind, Turn

_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal", "tool_calls": "tool_use"}
_EXPLANATION = "This request triggered restrictions and was blocked under Anthropic's Usage Policy."


class AnthropicMessages:
    """The Messages API. A refusal is a stop reason here, and its words are its explanation."""

    def read(self, body: Mapping[str, Any], path_model: str, *, stream: bool) -> Call:
        del path_model, stream
        system = plain(body.get("system"))
        thinking = body.get("thinking")
        return Call(
            model=str(body.get("model", "")),
            turns=(*((Turn("system", system),) if system else ()), *turns(body.get("messages"))),
            stream=body.get("stream") is True,
            max_tokens=whole_number(body.get("max_tokens")),
            sampling=sampling(body, "temperature", "top_p", "top_k"),
            shows_reasoning=isinstance(thinking, Mapping)
            and thinking.get("type") != "disabled"
            and thinking.get("display") != "omitted",
            body=body,
        )

    def media_type(self, envelope: Envelope) -> str:
        del envelope
        return SSE

    def stream(self, answer: Answer, envelope: Envelope) -> Iterator[Chunk]:
        message = {**self._message(answer, envelope), "content": [], "stop_reason": None, "stop_details": None}
        message["usage"] = {**_usage(answer), "output_tokens": 1}
        yield _event("message_start", Kind.OPENING, envelope, message=message)
        yield Chunk(sse('{"type": "ping"}', "ping"), Kind.OPENING)
        for index, block in enumerate(self._content(answer, envelope)):
            yield from _block(index, block, answer, envelope)
        delta = {"stop_reason": _stop_reason(answer), "stop_sequence": None, "stop_details": _stop_details(answer)}
        yield _event("message_delta", Kind.FINISH, envelope, delta=delta, usage=_usage(answer, final=True))
        yield _event("message_stop", Kind.FINISH, envelope)

    def whole(self, answer: Answer, envelope: Envelope) -> Any:
        return self._message(answer, envelope)

    def failure(self, failure: Failure, envelope: Envelope) -> bytes:
        del envelope
        return sse(dumps(anthropic_shape(failure)), "error")

    def event(self, text: str, envelope: Envelope) -> bytes:
        del envelope
        return sse(text, "content_block_delta")

    def heartbeat(self, envelope: Envelope) -> bytes:
        del envelope
        return sse('{"type": "ping"}', "ping")

    def _message(self, answer: Answer, envelope: Envelope) -> dict[str, Any]:
        return {
            "model": envelope.model,
            "id": f"msg_01{envelope.word(22)}",
            "type": "message",
            "role": "assistant",
            "content": self._content(answer, envelope),
            "stop_reason": _stop_reason(answer),
            "stop_sequence": None,
            "stop_details": _stop_details(answer),
            "usage": _usage(answer),
        }

    def _content(self, answer: Answer, envelope: Envelope) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        if answer.reasoning:
            shown = "".join(answer.reasoning) if envelope.call.shows_reasoning else ""
            blocks.append({"type": "thinking", "thinking": shown, "signature": envelope.word(200)})
        if answer.text:
            blocks.append({"type": "text", "text": "".join(answer.text)})
        if tool := answer.tool:
            block = {"type": "tool_use", "id": f"toolu_01{envelope.word(22)}", "name": tool.name}
            blocks.append({**block, "input": {"arguments": tool.arguments}})
        return blocks


def _event(event_type: str, kind: Kind, envelope: Envelope, **fields: Any) -> Chunk:
    # The real one pads its events with spaces inside the last brace.
    text = dumps({"type": event_type, **fields})
    return Chunk(sse(f"{text[:-1]}{' ' * envelope.random.randint(0, 15)}}}", event_type), kind)


def _block(index: int, block: dict[str, Any], answer: Answer, envelope: Envelope) -> Iterator[Chunk]:
    def delta(kind: Kind, delta_type: str, **fields: str) -> Chunk:
        return _event("content_block_delta", kind, envelope, index=index, delta={"type": delta_type, **fields})

    empty: dict[str, Any] = {"thinking": "", "signature": "", "text": "", "input": {}}
    opening = {name: empty.get(name, value) for name, value in block.items()}
    yield _event("content_block_start", Kind.OPENING, envelope, index=index, content_block=opening)
    match block["type"]:
        case "thinking":
            if block["thinking"]:
                for token in answer.reasoning:
                    yield delta(Kind.TOKEN, "thinking_delta", thinking=token)
            yield delta(Kind.OPENING, "signature_delta", signature=block["signature"])
        case "text":
            for token in answer.text:
                yield delta(Kind.TOKEN, "text_delta", text=token)
        case _:
            arguments = dumps(block["input"])
            for piece in ("", arguments[:9], arguments[9:]):
                yield delta(Kind.TOKEN, "input_json_delta", partial_json=piece)
    yield _event("content_block_stop", Kind.OPENING, envelope, index=index)


def _stop_reason(answer: Answer) -> str:
    return "refusal" if answer.refusal else _STOP_REASONS[answer.finish]


def _stop_details(answer: Answer) -> Mapping[str, str] | None:
    if _stop_reason(answer) != "refusal":
        return None
    explanation = "".join(answer.refusal) or _EXPLANATION
    return {"type": "refusal", "category": "general_harms", "explanation": explanation}


def _usage(answer: Answer, *, final: bool = False) -> dict[str, Any]:
    # Disjoint counts: what came from the cache is not part of input_tokens.
    usage: dict[str, Any] = {
        "input_tokens": answer.input_tokens - answer.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": answer.cached_tokens,
        "output_tokens": answer.output_tokens,
        "output_tokens_details": {"thinking_tokens": answer.reasoning_tokens},
    }
    if not final:
        usage["cache_creation"] = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}
        usage |= {"service_tier": "standard", "inference_geo": "global"}
    return usage
