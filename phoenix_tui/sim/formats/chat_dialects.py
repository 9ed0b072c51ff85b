"""Chat Completions as each of its five speakers has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_tui.sim.error_shapes import openai_shape, openrouter_shape, xai_shape
from phoenix_tui.sim.formats.openai_chat import ChatDialect, OpenAIChat
from phoenix_tui.sim.model import Answer, Envelope


def _plain_usage(answer: Answer, envelope: Envelope) -> Mapping[str, Any]:
    del envelope
    total = answer.input_tokens + answer.output_tokens
    return {"prompt_tokens": answer.input_tokens, "completion_tokens": answer.output_tokens, "total_tokens": total}


def _openai_usage(answer: Answer, envelope: Envelope) -> Mapping[str, Any]:
    out = {"reasoning_tokens": answer.reasoning_tokens, "audio_tokens": 0}
    predicted = {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
    return {
        **_plain_usage(answer, envelope),
        "prompt_tokens_details": {"cached_tokens": answer.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {**out, **predicted},
    }


def _openrouter_usage(answer: Answer, envelope: Envelope) -> Mapping[str, Any]:
    cost = envelope.cost(answer)
    prompt = {"cached_tokens": answer.cached_tokens, "cache_write_tokens": 0, "audio_tokens": 0, "video_tokens": 0}
    return {
        **_plain_usage(answer, envelope),
        "cost": cost,
        "is_byok": False,
        "prompt_tokens_details": prompt,
        "cost_details": {"upstream_inference_cost": cost},
        "completion_tokens_details": {"reasoning_tokens": answer.reasoning_tokens, "image_tokens": 0},
    }


def _xai_usage(answer: Answer, envelope: Envelope) -> Mapping[str, Any]:
    text = {"text_tokens": answer.input_tokens, "audio_tokens": 0, "image_tokens": 0}
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.visible_tokens,  # this one leaves reasoning out
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "prompt_tokens_details": {**text, "cached_tokens": answer.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": answer.reasoning_tokens, "audio_tokens": 0},
        "num_sources_used": 0,
        "cost_in_usd_ticks": round(envelope.cost(answer) * 10**10),
    }


OPENAI = OpenAIChat(
    ChatDialect(
        make_id=lambda envelope: f"chatcmpl-{envelope.word(29)}",
        usage=_openai_usage,
        fail=openai_shape,
        extra={"service_tier": "default", "system_fingerprint": "fp_5cb1a0f2d7"},
        obfuscates=True,
        done_after_error=False,
    )
)
OPENROUTER = OpenAIChat(
    ChatDialect(
        make_id=lambda envelope: f"gen-{int(envelope.timing.wall())}-{envelope.word(20)}",
        usage=_openrouter_usage,
        fail=openrouter_shape,
        reasoning="reasoning",
        upstream="Simulated",
        usage_always=True,
        comments=3,
        role_first=False,
        media_type="text/event-stream",
    )
)
GROK = OpenAIChat(
    ChatDialect(
        make_id=lambda envelope: envelope.uuid(),
        usage=_xai_usage,
        fail=xai_shape,
        extra={"system_fingerprint": "fp_3d7ed3b779"},
        usage_always=True,
        role_first=False,
        media_type="text/event-stream",
    )
)
OLLAMA = OpenAIChat(
    ChatDialect(
        make_id=lambda envelope: f"chatcmpl-{envelope.random.randint(1, 999)}",
        usage=_plain_usage,
        fail=openai_shape,
        extra={"system_fingerprint": "fp_ollama"},
        reasoning="reasoning",
        role_first=False,
        media_type="text/event-stream",
        done_after_error=False,
    )
)
LMSTUDIO = OpenAIChat(
    ChatDialect(
        make_id=lambda envelope: f"chatcmpl-{envelope.word(22).lower()}",
        usage=_plain_usage,
        fail=lambda failure: {**openai_shape(failure), "message": failure.message},
        extra={"system_fingerprint": ""},  # LM Studio puts the model's name there
        reasoning="reasoning",
        role_first=False,
        media_type="text/event-stream",
        error_event="error",
        done_after_error=False,
    )
)
