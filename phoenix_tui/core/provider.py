"""One configured provider: what it is asked with, what it has learned of itself, and the requests it can make."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from random import Random

from phoenix_tui.core.adapters import adapter_for
from phoenix_tui.core.adapters.base import Adapter, ModelCall, WireFormat
from phoenix_tui.core.attempt import AttemptDeadlines, AttemptStream
from phoenix_tui.core.catalogue import Catalogue, ProbeResult
from phoenix_tui.core.clock import Clock
from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.decision import Tried, Try
from phoenix_tui.core.endpoint import Endpoint
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, ProviderError, WireError, provider_error
from phoenix_tui.core.fallback import FallbackManager
from phoenix_tui.core.health import HealthMonitor
from phoenix_tui.core.key_verdict import KeyVerdict, verdict_of
from phoenix_tui.core.profiles import Profile, profile_of
from phoenix_tui.core.reply import Reply
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.snapshot import ModelHealth, UpstreamStatus
from phoenix_tui.core.text import repeats
from phoenix_tui.core.transport import HttpRequest, Transport
from phoenix_tui.core.types import Answer, Attempt, AttemptRecord, ChatRequest, Message, ModelInfo, Target
from phoenix_tui.core.values import replace

_LOCAL_LIST_SECONDS = 10.0
"""How long a local server's list is believed before it is read again."""

_ENOUGH_SAMPLES = 10
"""Answers after which a model's usual time to first token is known well enough to act on."""

_KEPT_CHARACTERS = 1_000
"""Of the words of an error: more is never kept."""

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_attempt_ids = itertools.count(1)


class Provider:
    """One of the seven, configured. Its health is the monitor's; what it keeps itself is its model list, and the wire
    format and model that it has learned to use."""

    def __init__(
        self,
        config: ProviderConfig,
        *,
        transport: Transport,
        monitor: HealthMonitor,
        clock: Clock,
        rng: Random,
        patience: float = 1.0,
        local_only: bool = False,
    ) -> None:
        self.profile: Profile = profile_of(config.name)
        self.name = config.name
        self.deadlines = self.profile.deadlines.scaled(patience)
        self._transport = transport
        self._monitor = monitor
        self._clock = clock
        self._rng = rng
        self._model = config.model
        self._local_only = local_only
        self.reconfigure(config)

    def reconfigure(self, config: ProviderConfig) -> None:
        """Be asked as `config` says from now on; a model that was chosen stays, and what is under way goes on."""
        self.config = config
        self.endpoint = self._endpoint(config)
        self._catalogue = Catalogue(self.profile, self.endpoint, self._clock)
        self._wire_format = config.wire_format or self.profile.wire_format

    def _endpoint(self, config: ProviderConfig) -> Endpoint:
        return Endpoint(self.profile, config, transport=self._transport, deadlines=self.deadlines)

    @property
    def is_available(self) -> bool:
        """Whether requests may be sent to it now."""
        return self._monitor.health(self.name).is_available

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """The model list as it was last read; empty before."""
        return self._catalogue.models

    @property
    def model(self) -> str:
        """The model that is asked when a request names none; "" while a local server's list is not known."""
        return self._model or self._catalogue.best(self.profile.default_model, allowed=self.may_ask)

    @property
    def upstream(self) -> UpstreamStatus | None:
        """How those do who serve its model behind it, as far as it says so."""
        return self._catalogue.upstream

    @property
    def model_loaded(self) -> bool | None:
        """Whether a local server has that model in memory; None where that is not known."""
        return self._catalogue.loaded(self.model)

    def keeps_on_this_machine(self, model: str) -> bool:
        """Whether what is sent to `model` stays on this machine: the host is, and it is no cloud model of Ollama, by
        its name or by what the list says of it."""
        is_cloud = model.lower().endswith(("-cloud", ":cloud")) or self._catalogue.remote(model)
        return self.endpoint.on_loopback and not is_cloud

    def may_ask(self, model: str, *, local_only: bool = False) -> bool:
        """Whether a conversation may be sent to `model`: always, unless none, or (`local_only`) not this one, may
        leave this machine."""
        return not (self._local_only or local_only) or self.keeps_on_this_machine(model)

    def model_for(self, *, local_only: bool) -> str:
        """The model that is asked when a request names none; with `local_only` one that runs on this machine, if its
        list has any."""
        if self._model or not local_only:
            return self.model
        return self._catalogue.best(self.profile.default_model, allowed=self.keeps_on_this_machine)

    def prefills(self, model: str) -> bool:
        """Whether `model` goes on with an assistant's message that ends the conversation."""
        return bool(self.profile.continues_prefill.search(model))

    def known(self, model: str) -> ModelHealth | None:
        """What is known of `model`'s speed; None before enough answers to act on."""
        known = self._monitor.health(self.name, model).model(model)
        return known if known is not None and known.samples >= _ENOUGH_SAMPLES else None

    def window(self, model: str) -> int | None:
        """The context window of `model` in tokens, None where its list does not say."""
        return next((row.context_window for row in self.models if row.id == model), None)

    def drops_temperature(self, model: str) -> bool:
        """Whether `model` refuses a temperature, so that none is sent."""
        return bool(self.profile.refuses_temperature.search(model))

    def is_cold(self, model: str) -> bool:
        """Whether a local server lists `model` as installed and not in memory, so that asking it loads it first."""
        return self.profile.local and self._catalogue.loaded(model) is False

    def answered(self, model: str) -> None:
        """`model` has just answered: a local server has it in memory now."""
        self._catalogue.note_loaded(model)

    @property
    def chosen_model(self) -> str:
        """The model that a person named; "" where the default is asked."""
        return self._model

    def set_model(self, model: str) -> None:
        """Ask `model` from now on; "" goes back to the default."""
        self._model = model

    def set_key(self, key: Secret) -> None:
        """Use `key` from now on."""
        self.endpoint.key = key

    async def call(
        self,
        model_id: str,
        messages: tuple[Message, ...],
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Answer:
        """The answer of one attempt at `model_id` ("" for the provider's own). Raises ProviderError."""
        request = ChatRequest(messages, model=model_id, max_tokens=max_tokens, temperature=temperature)
        return await self._answer(await self.stream(request), [])

    async def call_with_retry(
        self,
        model_id: str,
        messages: tuple[Message, ...],
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Answer:
        """As `call`, with the one retry that the failure policy grants the same provider. Raises ProviderError."""
        request = ChatRequest(messages, model=model_id, max_tokens=max_tokens, temperature=temperature)
        policy = FallbackManager((self.name,), primary=self.name, rng=self._rng)
        records: list[AttemptRecord] = []
        tried: list[Tried] = []
        while True:
            stream = await self.stream(request)
            try:
                return await self._answer(stream, records)
            except ProviderError as error:
                if stream.outcome is None:  # pragma: no cover - a failed stream always has its outcome
                    raise
                target = stream.attempt.target
                tried.append(Tried(target, stream.state_before, stream.outcome, tool_call=stream.tool_called))
                if len(tried) == 1 and await self.adapt(error, stream, model_was_named=bool(model_id)):
                    continue
                decision = policy.decide(
                    tried=tried,
                    health=self._monitor.by_name(),
                    targets={self.name: target},
                    now=self._clock.wall(),
                    fallback=False,
                )
                if not isinstance(decision, Try):
                    raise
            await self._clock.sleep(decision.wait)
            tried[-1] = replace(tried[-1], waited=decision.wait)

    async def stream(self, request: ChatRequest) -> AttemptStream:
        """One attempt at `request.model`, or the provider's own, ready to be entered. Raises ProviderError when no
        model is to be had."""
        model = await self.prepare(request.model or "", local_only=request.local_only)
        return self.attempt(self.new_attempt(model), request, alone=True)

    async def probe(self) -> ProbeResult:
        """A free check that generates nothing."""
        return await self._catalogue.probe(self._adapter, self.model)

    async def prove_key(self, config: ProviderConfig) -> KeyVerdict:
        """What one free check says of the key of `config`, a configuration that is not in use."""
        catalogue = Catalogue(self.profile, self._endpoint(config), self._clock)
        return verdict_of(await catalogue.probe(self._adapter, config.model or self.model))

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """The live model list, all pages of it. Raises ProviderError."""
        try:
            return await self._catalogue.read(self._adapter)
        except WireError as error:
            raise provider_error(self.endpoint.redacted(error.info), provider=self.name) from error

    async def prepare(self, model: str, *, local_only: bool = False) -> str:
        """The model to ask: `model`, or the provider's own where that is "". Reads a local server's list first. Raises
        ProviderError when no model is to be had, or (`local_only`) none that runs on this machine."""
        if self.profile.local and self._catalogue.age > _LOCAL_LIST_SECONDS:
            try:
                await self.list_models()
            except ProviderError:
                if not (model or self._model):
                    raise
        chosen = model or self.model_for(local_only=local_only)
        if not self.may_ask(chosen, local_only=local_only):
            info = ErrorInfo(
                ErrorClass.MODEL_NOT_FOUND, f"{chosen} does not run on this machine, and nothing may leave it"
            )
            raise provider_error(info, provider=self.name, model=chosen)
        if not chosen:
            fix = (
                "run `ollama pull gemma4`"
                if self.name == "ollama"
                else f"load one, or set {self.profile.model_variable}"
            )
            info = ErrorInfo(ErrorClass.MODEL_NOT_FOUND, f"{self.profile.label} has no model that can chat; {fix}")
            raise provider_error(info, provider=self.name)
        return chosen

    def new_attempt(self, model: str, number: int = 1) -> Attempt:
        """An attempt at `model` that begins now."""
        return Attempt(f"a{next(_attempt_ids)}", Target(self.name, model), number, self._clock.monotonic())

    def attempt(self, attempt: Attempt, request: ChatRequest, *, alone: bool, fresh: bool = False) -> AttemptStream:
        """`attempt` at `request`, ready to be entered. `alone` when no other provider could take over, `fresh` when no
        connection that is kept from before may be used."""
        model = attempt.target.model
        adapter = self._adapter
        call = ModelCall(
            model,
            request.messages,
            request.max_tokens or self.profile.default_max_tokens,
            None if self.drops_temperature(model) else request.temperature,
        )
        wire = adapter.request(call, self.profile.dialect)
        headers = {
            **self.endpoint.headers(),
            **wire.headers,
            "content-type": "application/json",
            "accept": "application/x-ndjson" if self._wire_format is WireFormat.OLLAMA_CHAT else "text/event-stream",
        }
        body = _json(wire.json).encode("utf-8", "replace")
        url = self.endpoint.base_url + wire.path
        return AttemptStream(
            attempt,
            HttpRequest("POST", url, headers, self.endpoint.connect_deadline, body, fresh),
            transport=self.endpoint.transport,
            adapter=adapter,
            dialect=self.profile.dialect,
            deadlines=self._attempt_deadlines(model, alone=alone),
            clock=self._clock,
            recorder=self._monitor,
            redacted=lambda info: _marked(self.endpoint.redacted(info), request.messages),
        )

    async def adapt(self, error: ProviderError, stream: AttemptStream | None, *, model_was_named: bool) -> bool:
        """Learn from a failed attempt; `stream` is None when nothing was sent. True when the same target is worth
        asking again, because it will now be asked in another way: in the other wire format of a compatible server, or
        with a model that it really has."""
        if stream is not None and stream.tool_called:
            return False
        names_a_model = error.info.param == "model"
        if error.status == 404 and not names_a_model and stream is not None and self._may_change_format(stream):
            self._wire_format = self.profile.alternative_format or self._wire_format
            return True
        if error.error_class is not ErrorClass.MODEL_NOT_FOUND or model_was_named or self._model:
            return False
        try:
            await self.list_models()
        except ProviderError:
            return False
        return self.model not in ("", error.model)

    @property
    def _adapter(self) -> Adapter:
        return adapter_for(self._wire_format)

    def _may_change_format(self, stream: AttemptStream) -> bool:
        """Only an overridden base URL may hide a compatible server that lacks the newer format. What counts is how
        `stream` asked: of several requests at once, each learns of it by its own failure."""
        return (
            self.config.wire_format is None
            and bool(self.config.root)
            and self.profile.alternative_format is not None
            and stream.wire_format is self.profile.wire_format
        )

    def _attempt_deadlines(self, model: str, *, alone: bool) -> AttemptDeadlines:
        known = self.known(model)
        first_token = self.deadlines.until_first_token(model, alone=alone, p95=known.ttft_p95 if known else None)
        cold = self.is_cold(model)
        if cold:
            first_token = max(first_token, self.deadlines.loading)
        stall = self.deadlines.stall_alone if alone or cold else self.deadlines.stall
        return AttemptDeadlines(first_token, stall, self.deadlines.reasoning_stall, self.deadlines.trailing)

    async def _answer(self, stream: AttemptStream, records: list[AttemptRecord]) -> Answer:
        """The whole answer of `stream`; its record is added to `records` however it ends. Raises ProviderError."""
        reply = Reply()
        target = stream.attempt.target
        try:
            async with stream:
                async for delta in stream:
                    reply.take(delta, target)
        finally:
            if stream.outcome is not None:
                records.append(AttemptRecord(target, stream.outcome))
        outcome = records[-1].outcome
        return reply.answer(
            stream, requested=target, attempts=tuple(records), ttft=outcome.ttft, duration=outcome.duration
        )


def _marked(info: ErrorInfo, messages: Sequence[Message]) -> ErrorInfo:
    """`info`, with a mark where it quotes the conversation."""
    words = "\n".join(text[:_KEPT_CHARACTERS] for text in (info.message, info.detail, info.code, info.param) if text)
    return replace(info, quotes=info.quotes or any(repeats(words, message.content) for message in messages))
