"""Ollama's own chat: one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from phoenix_tui.sim.error_shapes import ollama_shape
from phoenix_tui.sim.formats.framing import dumps, sampling, turns, whole_number
from phoenix_tui.sim.model import Answer, Call, Chunk, Envelope, Failure, Kind

_TO_NANO = 10**9


class OllamaChat:
    """`/api/chat`. Streams unless it is told not to."""

    def read(self, body: Mapping[str, Any], path_model: str, *, stream: bool) -> Call:
        del path_model, stream
        options = body.get("options")
        options = options if isinstance(options, Mapping) else {}
        return Call(
            model=str(body.get("model", "")),
            turns=turns(body.get("messages")),
            stream=body.get("stream") is not False,
            max_tokens=whole_number(options.get("num_predict")),
            sampling=sampling(options, "temperature", "top_p", "top_k"),
            shows_reasoning=body.get("think") is not False,
            body=body,
        )

    def media_type(self, envelope: Envelope) -> str:
        del envelope
        return "application/x-ndjson"

    def stream(self, answer: Answer, envelope: Envelope) -> Iterator[Chunk]:
        def line(kind: Kind, **message: Any) -> Chunk:
            return Chunk(_line({**_base(envelope), "message": {"role": "assistant", **message}, "done": False}), kind)

        if envelope.call.shows_reasoning:
            for token in answer.reasoning:
                yield line(Kind.TOKEN, content="", thinking=token)
        for token in (*answer.text, *answer.refusal):
            yield line(Kind.TOKEN, content=token)
        if answer.tool:
            yield line(Kind.TOKEN, content="", tool_calls=_tool_calls(answer))
        last = {**_base(envelope), "message": {"role": "assistant", "content": ""}, **_ending(answer, envelope)}
        yield Chunk(_line(last), Kind.FINISH)

    def whole(self, answer: Answer, envelope: Envelope) -> Any:
        message: dict[str, Any] = {"role": "assistant", "content": "".join((*answer.text, *answer.refusal))}
        if answer.reasoning and envelope.call.shows_reasoning:
            message["thinking"] = "".join(answer.reasoning)
        if answer.tool:
            message["tool_calls"] = _tool_calls(answer)
        return {**_base(envelope), "message": message, **_ending(answer, envelope)}

    def failure(self, failure: Failure, envelope: Envelope) -> bytes:
        del envelope
        return _line(ollama_shape(failure))

    def event(self, text: str, envelope: Envelope) -> bytes:
        del envelope
        return f"{text}\n".encode(errors="replace")

    def heartbeat(self, envelope: Envelope) -> bytes:
        return _line({**_base(envelope), "message": {"role": "assistant", "content": ""}, "done": False})


def _line(value: Any) -> bytes:
    return f"{dumps(value)}\n".encode(errors="replace")


def _base(envelope: Envelope) -> dict[str, Any]:
    now = datetime.fromtimestamp(envelope.timing.wall(), UTC)
    return {"model": envelope.model, "created_at": now.isoformat(timespec="microseconds").replace("+00:00", "Z")}


def _tool_calls(answer: Answer) -> list[dict[str, Any]]:
    name = answer.tool.name if answer.tool else ""
    arguments = {"arguments": answer.tool.arguments if answer.tool else ""}
    return [{"function": {"index": 0, "name": name, "arguments": arguments}}]


def _ending(answer: Answer, envelope: Envelope) -> dict[str, Any]:
    reason = "length" if answer.finish == "length" else "stop"
    elapsed = max(envelope.timing.elapsed(), 1e-6)
    loading = envelope.load_seconds or 0.04
    ending: dict[str, Any] = {
        "done": True,
        "done_reason": reason,
        "total_duration": int((elapsed + loading) * _TO_NANO),
    }
    return {
        **ending,
        "load_duration": int(loading * _TO_NANO),
        "prompt_eval_count": answer.input_tokens,
        "prompt_eval_duration": int(elapsed * 0.1 * _TO_NANO) or 1,
        "eval_count": answer.output_tokens,
        "eval_duration": int(elapsed * 0.9 * _TO_NANO) or 1,
    }
