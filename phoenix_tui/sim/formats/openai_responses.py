"""OpenAI Responses, as OpenAI and xAI speak it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from phoenix_tui.sim.formats.framing import SSE, dumps, sampling, sse, turns, whole_number
from phoenix_tui.sim.model import Answer, Call, Chunk, Envelope, Failure, Kind, Turn


class OpenAIResponses:
    """The Responses API. `xai` adds cost and sources to the usage, and pads nothing."""

    def __init__(self, *, xai: bool = False) -> None:
        self._xai = xai

    def read(self, body: Mapping[str, Any], path_model: str, *, stream: bool) -> Call:
        del path_model, stream
        instructions = body.get("instructions")
        system = (Turn("system", instructions),) if isinstance(instructions, str) else ()
        reasoning = body.get("reasoning")
        return Call(
            model=str(body.get("model", "")),
            turns=(*system, *turns(body.get("input"))),
            stream=body.get("stream") is True,
            max_tokens=whole_number(body.get("max_output_tokens")),
            sampling=sampling(body, "temperature", "top_p"),
            shows_reasoning=isinstance(reasoning, Mapping) and bool(reasoning.get("summary")),
            body=body,
        )

    def media_type(self, envelope: Envelope) -> str:
        del envelope
        return "text/event-stream" if self._xai else SSE

    def stream(self, answer: Answer, envelope: Envelope) -> Iterator[Chunk]:
        events = _Numbered(pads=not self._xai and _pads(envelope.call), envelope=envelope)
        response_id, output = self._id(envelope), self._output(answer, envelope)
        started = self._response(response_id, envelope, "in_progress", [], None)
        yield events("response.created", Kind.OPENING, response=started)
        yield events("response.in_progress", Kind.OPENING, response=started)
        for index, item in enumerate(output):
            match item["type"]:
                case "reasoning":
                    yield from self._reasoning(events, index, item, answer if envelope.call.shows_reasoning else None)
                case "function_call":
                    yield from _function_call(events, index, item)
                case _:
                    yield from _message(events, index, item, answer)
        final, usage = _final_status(answer), self._usage(answer, envelope)
        yield events(
            f"response.{final}",
            Kind.FINISH,
            response=self._response(response_id, envelope, final, output, usage, _incomplete(answer)),
        )

    def whole(self, answer: Answer, envelope: Envelope) -> Any:
        output, usage = self._output(answer, envelope), self._usage(answer, envelope)
        status = _final_status(answer)
        return self._response(self._id(envelope), envelope, status, output, usage, _incomplete(answer))

    def failure(self, failure: Failure, envelope: Envelope) -> bytes:
        code = failure.code or "server_error"
        error = {"code": code, "message": failure.message, "type": failure.kind, "param": failure.param}
        response = {**self._response(self._id(envelope), envelope, "failed", [], None), "error": error}
        event = {"type": "response.failed", "response": response, "sequence_number": 999}
        return sse(dumps(event), "response.failed")

    def event(self, text: str, envelope: Envelope) -> bytes:
        del envelope
        return sse(text, "response.output_text.delta")

    def heartbeat(self, envelope: Envelope) -> bytes:
        started = self._response(self._id(envelope), envelope, "in_progress", [], None)
        event = {"type": "response.in_progress", "response": started, "sequence_number": 1}
        return sse(dumps(event), "response.in_progress")

    def _id(self, envelope: Envelope) -> str:
        same = envelope.again()  # the same id in every event of an answer
        return same.uuid() if self._xai else f"resp_{same.hex(48)}"

    def _response(
        self,
        response_id: str,
        envelope: Envelope,
        status: str,
        output: list[dict[str, Any]],
        usage: Mapping[str, Any] | None,
        incomplete: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        body, now = envelope.call.body, int(envelope.timing.wall())
        reasoning = body.get("reasoning") if isinstance(body.get("reasoning"), Mapping) else {}
        return {
            "id": response_id,
            "object": "response",
            "created_at": now,
            "status": status,
            "background": False,
            "completed_at": now if status == "completed" else None,
            "error": None,
            "incomplete_details": incomplete,
            "instructions": body.get("instructions"),
            "max_output_tokens": body.get("max_output_tokens"),
            "max_tool_calls": None,
            "model": envelope.model,
            "output": output,
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "prompt_cache_key": None,
            "reasoning": {"effort": "medium", "summary": None, **(reasoning or {})},
            "service_tier": "default",
            "store": body.get("store", True),
            "temperature": 1.0,
            "text": {"format": {"type": "text"}, "verbosity": "medium"},
            "tool_choice": "auto",
            "tools": [],
            "top_logprobs": 0,
            "top_p": 0.98,
            "truncation": "disabled",
            "usage": usage,
            "user": None,
            "metadata": {},
        }

    def _output(self, answer: Answer, envelope: Envelope) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        if answer.reasoning:
            shown = (
                [{"type": "summary_text", "text": "".join(answer.reasoning)}] if envelope.call.shows_reasoning else []
            )
            items.append({"id": f"rs_{envelope.hex(48)}", "type": "reasoning", "summary": shown})
        status = "incomplete" if answer.finish in ("length", "content_filter") else "completed"
        if answer.text or answer.refusal:
            part: dict[str, Any] = {
                "type": "output_text",
                "annotations": [],
                "logprobs": [],
                "text": "".join(answer.text),
            }
            if answer.refusal:
                part = {"type": "refusal", "refusal": "".join(answer.refusal)}
            message = {"id": f"msg_{envelope.hex(48)}", "type": "message", "status": status}
            items.append({**message, "content": [part], "role": "assistant"})
        if tool := answer.tool:
            call = {"id": f"fc_{envelope.hex(48)}", "type": "function_call", "status": status}
            items.append(
                {**call, "arguments": tool.arguments, "call_id": f"call_{envelope.word(24)}", "name": tool.name}
            )
        return items

    def _reasoning(self, events: _Numbered, index: int, item: dict[str, Any], answer: Answer | None) -> Iterator[Chunk]:
        yield events("response.output_item.added", Kind.OPENING, output_index=index, item={**item, "summary": []})
        if answer is not None:
            at = {"item_id": item["id"], "output_index": index, "summary_index": 0}
            part = {"type": "summary_text", "text": ""}
            yield events("response.reasoning_summary_part.added", Kind.OPENING, **at, part=part)
            for token in answer.reasoning:
                yield events("response.reasoning_summary_text.delta", Kind.TOKEN, **at, delta=token)
            text = "".join(answer.reasoning)
            yield events("response.reasoning_summary_text.done", Kind.OPENING, **at, text=text)
            yield events("response.reasoning_summary_part.done", Kind.OPENING, **at, part={**part, "text": text})
        yield events("response.output_item.done", Kind.OPENING, output_index=index, item=item)

    def _usage(self, answer: Answer, envelope: Envelope) -> Mapping[str, Any]:
        usage: dict[str, Any] = {
            "input_tokens": answer.input_tokens,
            "input_tokens_details": {"cached_tokens": answer.cached_tokens, "cache_write_tokens": 0},
            "output_tokens": answer.output_tokens,
            "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
            "total_tokens": answer.input_tokens + answer.output_tokens,
        }
        if self._xai:
            ticks = round(envelope.cost(answer) * 10**10)
            usage |= {"num_sources_used": 0, "num_server_side_tools_used": 0, "cost_in_usd_ticks": ticks}
        return usage


class _Numbered:
    """Makes events with their running number, and padding on deltas where the provider sends it."""

    def __init__(self, *, pads: bool, envelope: Envelope) -> None:
        self._pads = pads
        self._envelope = envelope
        self._number = 0

    def __call__(self, event_type: str, kind: Kind, **fields: Any) -> Chunk:
        event = {"type": event_type, **fields}
        if self._pads and event_type.endswith("_text.delta"):
            event["obfuscation"] = self._envelope.word(self._envelope.random.randint(4, 15))
        event["sequence_number"] = self._number
        self._number += 1
        return Chunk(sse(dumps(event), event_type), kind)


def _message(events: _Numbered, index: int, item: dict[str, Any], answer: Answer) -> Iterator[Chunk]:
    part, at = item["content"][0], {"item_id": item["id"], "output_index": index, "content_index": 0}
    refuses = part["type"] == "refusal"
    empty = {**part, ("refusal" if refuses else "text"): ""}
    opening = {**item, "status": "in_progress", "content": []}
    yield events("response.output_item.added", Kind.OPENING, output_index=index, item=opening)
    yield events("response.content_part.added", Kind.OPENING, **at, part=empty)
    if refuses:
        for token in answer.refusal:
            yield events("response.refusal.delta", Kind.TOKEN, **at, delta=token)
        yield events("response.refusal.done", Kind.OPENING, **at, refusal=part["refusal"])
    else:
        for token in answer.text:
            yield events("response.output_text.delta", Kind.TOKEN, **at, delta=token, logprobs=[])
        yield events("response.output_text.done", Kind.OPENING, **at, text=part["text"], logprobs=[])
    yield events("response.content_part.done", Kind.OPENING, **at, part=part)
    yield events("response.output_item.done", Kind.OPENING, output_index=index, item=item)


def _function_call(events: _Numbered, index: int, item: dict[str, Any]) -> Iterator[Chunk]:
    at, arguments = {"item_id": item["id"], "output_index": index}, item["arguments"]
    opening = {**item, "status": "in_progress", "arguments": ""}
    yield events("response.output_item.added", Kind.OPENING, output_index=index, item=opening)
    for piece in (arguments[:5], arguments[5:]):
        yield events("response.function_call_arguments.delta", Kind.TOKEN, **at, delta=piece)
    name = item["name"]
    yield events("response.function_call_arguments.done", Kind.OPENING, **at, arguments=arguments, name=name)
    yield events("response.output_item.done", Kind.OPENING, output_index=index, item=item)


def _final_status(answer: Answer) -> str:
    return "incomplete" if answer.finish in ("length", "content_filter") else "completed"


def _incomplete(answer: Answer) -> Mapping[str, str] | None:
    reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
    return {"reason": reasons[answer.finish]} if answer.finish in reasons else None


def _pads(call: Call) -> bool:
    options = call.body.get("stream_options")
    return not (isinstance(options, Mapping) and options.get("include_obfuscation") is False)
