"""The answer of a simulated provider to one request, as actions: routed, checked, spoiled by faults, paced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from phoenix_tui.core.clock import Clock
from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.core.values import dataclass
from phoenix_tui.sim.actions import Action, Head, Send, Wait, whole
from phoenix_tui.sim.catalogue import LOCAL, SimModel
from phoenix_tui.sim.checks import Asked, check_call, check_key, input_tokens, unknown_model
from phoenix_tui.sim.dice import seeded
from phoenix_tui.sim.errors import error_body, failure_of
from phoenix_tui.sim.faults import Fault, Scene, Step
from phoenix_tui.sim.headers import usual_headers
from phoenix_tui.sim.http import Request
from phoenix_tui.sim.lists import State
from phoenix_tui.sim.model import Answer, Call, Chunk, Envelope, Failure, Format, Kind
from phoenix_tui.sim.record import Record
from phoenix_tui.sim.routes import ROUTES, Route

if TYPE_CHECKING:
    from phoenix_tui.sim.provider import SimProvider

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class _Timing:
    """A request's own time."""

    clock: Clock
    started: float

    def wall(self) -> float:
        return self.clock.wall()

    def elapsed(self) -> float:
        return self.clock.monotonic() - self.started


class Reply:
    """One reply. Lazy: what has not been sent has not been made. `seed` decides all that is random about it."""

    def __init__(self, provider: SimProvider, request: Request, record: Record, seed: str) -> None:
        self._provider = provider
        self._request = request
        self._record = record
        self._seed = seed
        self._timing = _Timing(provider.clock, provider.clock.monotonic())
        wall = provider.clock.wall()
        self._headers = usual_headers(provider.name, made=provider.made, wall=wall, dice=seeded(seed, "headers"))
        self._compatible = not request.path.startswith("/api/")

    def actions(self) -> Iterable[Action]:
        """Everything that is to be done on the connection."""
        found = self._route()
        if isinstance(found, Failure):
            return self._failure(found)
        route, match = found
        if route.format is not None:
            return self._generation(route.format, match)
        return self._plain(route, match)

    # -- errors

    def _failure(self, failure: Failure) -> Iterable[Action]:
        headers = {"content-type": _JSON, **self._headers, **failure.headers}
        return whole(failure.status, self._body(failure), headers)

    def _body(self, failure: Failure) -> bytes:
        return error_body(self._provider.name, failure, compatible=self._compatible)

    def _fail_as(self, error: ErrorClass, retry_after: float | str | None, status: int | None) -> tuple[Failure, bytes]:
        """For faults: an error with the words and headers of this provider."""
        model = self._record.model or "this model"
        words = {
            "model": model,
            "key": "sk-*****",
            "param": "temperature",
            "limit": 128_000,
            "tokens": 131_072,
            "over": 3072,
        }
        failure = failure_of(self._provider.name, error, retry_after=retry_after, status=status, **words)
        return replace(failure, headers={**self._headers, **failure.headers}), self._body(failure)

    def _route(self) -> tuple[Route, re.Match[str]] | Failure:
        provider, request = self._provider, self._request
        method = "GET" if request.method == "HEAD" else request.method
        known = [(route, match) for route in ROUTES[provider.name] if (match := route.pattern.fullmatch(request.path))]
        if request.path in provider.missing or not known:
            return _no_such_path(provider.name, request)
        for route, match in known:
            if route.method == method:
                return route, match
        return Failure(405, f"Method {request.method} is not allowed for {request.path}", "invalid_request_error")

    # -- lists and probes

    def _plain(self, route: Route, match: re.Match[str]) -> Iterable[Action]:
        provider = self._provider
        faults = provider.faults_for(None)
        self._record.faults = faults
        if (spoiled := _spoiled(faults, Scene(provider.name, self._fail_as))) is not None:
            return spoiled
        failure = None if route.public else check_key(provider.name, self._request, provider.key)
        if route.management and failure is None:
            failure = Failure(403, "Only management keys can fetch credits for an account")
        if failure is not None:
            return self._failure(failure)
        models = tuple(provider.models)
        if route.one:
            name = match.groupdict().get("model") or str((self._request.json or {}).get("model", ""))
            model = provider.find_model(name)
            if model is None:
                return self._failure(unknown_model(provider.name, name))
            models = (model,)
        state = State(models, self._request.query, frozenset(provider.loaded), provider.loaded_context)
        content = route.lister(state) if route.lister else None
        if isinstance(content, str):
            return whole(200, content.encode(), {"content-type": "text/plain; charset=utf-8"})
        steps = iter([Chunk(_dumps(content), Kind.WHOLE)])
        return self._sent(200, {"content-type": _JSON}, steps, faults, Scene(provider.name, self._fail_as))

    # -- generation

    def _generation(self, spoken: Format, match: re.Match[str]) -> Iterable[Action]:
        provider, groups = self._provider, match.groupdict()
        body = self._request.json
        streams = groups.get("verb", "").startswith("stream")
        call = spoken.read(body if isinstance(body, Mapping) else {}, groups.get("model") or "", stream=streams)
        self._record.model = call.model
        faults = provider.faults_for(call)
        self._record.faults = faults
        scene = Scene(provider.name, self._fail_as, spoken)
        if (spoiled := _spoiled(faults, scene)) is not None:
            return spoiled
        model = provider.find_model(call.model)
        failure = check_key(provider.name, self._request, provider.key)
        if failure is None:
            limit = self._limit(model)
            asked = Asked(provider.name, self._request, call, spoken, model, limit, provider.refuses_prefill)
            failure = check_call(asked)
        if failure is None and model is not None and not (model.id in provider.loaded or provider.loads_on_demand):
            failure = failure_of(provider.name, ErrorClass.MODEL_NOT_READY) if provider.name in LOCAL else None
        if failure is not None or model is None:
            return self._refused(failure or unknown_model(provider.name, call.model), call, spoken)
        return self._answered(call, spoken, model, faults, scene)

    def _limit(self, model: SimModel | None) -> int | None:
        provider = self._provider
        if provider.context_limit is not None or model is None:
            return provider.context_limit
        if provider.name == "ollama":
            return None  # cuts the conversation off silently
        return provider.loaded_context if provider.name == "lmstudio" else model.context

    def _refused(self, failure: Failure, call: Call, spoken: Format) -> Iterable[Action]:
        too_long = failure.message.startswith("The number of tokens to keep")
        if self._provider.name == "lmstudio" and too_long and call.stream:
            # LM Studio has already said 200 when it finds out.
            envelope = self._envelope(call, self._provider.models[0], 0.0)
            head = Head(200, {"content-type": spoken.media_type(envelope), **self._headers})
            return [head, Send(spoken.failure(failure, envelope))]
        return self._failure(failure)

    def _envelope(self, call: Call, model: SimModel, load_seconds: float) -> Envelope:
        seed = f"{self._seed}:envelope"
        alt = self._request.query.get("alt", "")
        price = model.price_per_token
        name = self._provider.name
        return Envelope(name, model.id, call, self._timing, seed, seeded(seed), price, load_seconds, alt)

    def _answered(
        self, call: Call, spoken: Format, model: SimModel, faults: tuple[Fault, ...], scene: Scene
    ) -> Iterator[Action]:
        provider = self._provider
        load_seconds = 0.0
        if provider.name in LOCAL and model.id not in provider.loaded:
            load_seconds = provider.load_seconds
            yield Wait(load_seconds)
            provider.loaded.add(model.id)
        envelope = self._envelope(call, model, load_seconds)
        scene = replace(scene, envelope=envelope)
        answer = provider.author(call, seeded(self._seed, "answer", call.question))
        answer = replace(
            answer, input_tokens=max(input_tokens(call), 1), reasoning=answer.reasoning if model.thinks else ()
        )
        for fault in faults:
            answer = fault.answer(answer)
        answer = _capped(answer, call.max_tokens)
        if call.stream and not any(fault.forces_single for fault in faults):
            headers = {"content-type": spoken.media_type(envelope), "cache-control": "no-cache"}
            steps = self._paced(spoken.stream(answer, envelope))
            yield from self._sent(200, headers, steps, faults, scene)
        else:
            steps = self._paced(iter([Chunk(_dumps(spoken.whole(answer, envelope)), Kind.WHOLE)]))
            yield from self._sent(200, {"content-type": _JSON}, steps, faults, scene)

    def _paced(self, chunks: Iterator[Chunk]) -> Iterator[Step]:
        pace, dice = self._provider.pace, seeded(self._seed, "pace")
        first = True
        for chunk in chunks:
            if first and chunk.kind is not Kind.OPENING:
                first = False
                if pace.first_token[1] > 0:
                    yield Wait(dice.uniform(*pace.first_token))
            elif chunk.kind is Kind.TOKEN and pace.tokens_per_second > 0:
                yield Wait(dice.uniform(1 - pace.jitter, 1 + pace.jitter) / pace.tokens_per_second)
            yield chunk

    def _sent(
        self, status: int, headers: Mapping[str, str], steps: Iterator[Step], faults: Iterable[Fault], scene: Scene
    ) -> Iterator[Action]:
        head = Head(status, {**headers, **self._headers})
        for fault in faults:
            head, steps = fault.head(head), fault.stream(steps, scene)
        yield head
        for step in steps:
            yield Send(step.data) if isinstance(step, Chunk) else step


def _spoiled(faults: Iterable[Fault], scene: Scene) -> Iterable[Action] | None:
    return next((reply for fault in faults if (reply := fault.reply(scene)) is not None), None)


def _capped(answer: Answer, cap: int | None) -> Answer:
    """What fits into an output limit of `cap` tokens, reasoning first."""
    if cap is None or answer.output_tokens <= cap:
        return answer
    reasoning = answer.reasoning[:cap]
    return replace(answer, reasoning=reasoning, text=answer.text[: cap - len(reasoning)], finish="length")


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _no_such_path(provider: str, request: Request) -> Failure:
    if provider == "lmstudio":  # some versions say so with a 200
        return Failure(
            200, f"Unexpected endpoint or method. ({request.method} {request.path})", "invalid_request_error"
        )
    if provider == "openai":
        return Failure(404, f"Invalid URL ({request.method} {request.path})", "invalid_request_error")
    kind = {"anthropic": "not_found_error", "gemini": "NOT_FOUND"}.get(provider, "")
    return Failure(404, "Not Found" if provider != "ollama" else "404 page not found", kind, code=None)
