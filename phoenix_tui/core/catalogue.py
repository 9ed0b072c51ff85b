"""What a provider says of itself through GETs that cost nothing: its models, and whether it is there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from phoenix_tui.core.adapters.base import Adapter
from phoenix_tui.core.adapters.shared import parse
from phoenix_tui.core.clock import Clock
from phoenix_tui.core.endpoint import Endpoint, Got
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, WireError
from phoenix_tui.core.framing.body import page_title
from phoenix_tui.core.probe_answers import key_trouble, upstreams
from phoenix_tui.core.profiles import Profile
from phoenix_tui.core.snapshot import UpstreamStatus
from phoenix_tui.core.types import ModelInfo
from phoenix_tui.core.values import dataclass, replace

_PAGES = 20
_NOT_SERVED = (404, 405, 501)
_PROBE_SECONDS = 5.0
_UPSTREAMS_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a free check found out.

    `error` is None when the check passed. `proves_key` is False when the server answered, but has no endpoint that
    would tell a good key from a bad one. `model_error` says that the provider is well, but does not have the model
    that would be asked: that is held against nobody. `models` is the list that the check has read, None where it read
    none.
    """

    error: ErrorInfo | None = None
    proves_key: bool = True
    model_error: ErrorInfo | None = None
    models: tuple[ModelInfo, ...] | None = None


class Catalogue:
    """One provider's lists and probes. What was read last is kept."""

    def __init__(self, profile: Profile, endpoint: Endpoint, clock: Clock) -> None:
        self.models: tuple[ModelInfo, ...] = ()
        """Empty until a list has been read."""
        self.upstream: UpstreamStatus | None = None
        """How those do who serve the model behind the provider; None while that is not known."""
        self._profile = profile
        self._endpoint = endpoint
        self._clock = clock
        self._read_at = float("-inf")
        self._list_path = ""
        self._upstreams_of = ("", float("-inf"))

    @property
    def age(self) -> float:
        """Seconds since the list was read; infinite before."""
        return self._clock.monotonic() - self._read_at

    def loaded(self, model: str) -> bool | None:
        """Whether a local server has `model` in memory; None where its lists do not say."""
        row = self._row(model)
        return row.loaded if row else None

    def note_loaded(self, model: str) -> None:
        """A local server has just answered with `model`, so it is in memory."""
        row = self._row(model)
        if row is not None and row.loaded is False:
            self.models = tuple(replace(one, loaded=True) if one is row else one for one in self.models)

    def remote(self, model: str) -> bool:
        """Whether a local server is known to pass `model` on to somebody else."""
        row = self._row(model)
        return row is not None and row.remote

    def best(self, default: str, *, allowed: Callable[[str], bool]) -> str:
        """`default` if it is listed or nothing is, else a model in memory, else the first that can chat and is
        `allowed`; "" if none."""
        usable = [row for row in self.models if row.usable and allowed(row.id)]
        if not usable or any(row.id == default for row in usable):
            return default
        return next((row.id for row in usable if row.loaded), usable[0].id)

    async def read(self, adapter: Adapter) -> tuple[ModelInfo, ...]:
        """Read the live list, all its pages. Raises WireError when none of the known lists is to be had."""
        failure = WireError(ErrorInfo(ErrorClass.UNKNOWN, "no model list is known for this provider"))
        # The one that was served before comes first.
        for path in sorted(self._profile.models_paths, key=lambda path: path != self._list_path):
            try:
                self.models = await self._pages(adapter, path)
            except WireError as error:
                failure = error
                if error.info.status in _NOT_SERVED or error.info.error_class is ErrorClass.PROTOCOL:
                    continue
                break
            self._list_path = path
            self._read_at = self._clock.monotonic()
            return self.models
        raise failure

    async def probe(self, adapter: Adapter, model: str) -> ProbeResult:
        """Check the provider by GETs that generate nothing, within five seconds in all. `model` is the one that would
        be asked, "" while none is known."""
        until = asyncio.get_running_loop().time() + _PROBE_SECONDS
        try:
            async with asyncio.timeout_at(until):
                result = await self._check_paths(adapter, model)
                if result.error is None and self._profile.local:
                    result = await self._check_list(adapter, model, result)
        except TimeoutError:
            message = f"no answer to the check within {_PROBE_SECONDS:.3g} s"
            return ProbeResult(ErrorInfo(ErrorClass.TIMEOUT, message, code="get_timeout"))
        if result.error is None and model and self._profile.upstreams_path:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._read_upstreams(model)
        return result

    async def _check_paths(self, adapter: Adapter, model: str) -> ProbeResult:
        """Ask the first of the profile's probe paths that the server knows."""
        for path in self._profile.probe_paths:
            if "{model}" in path and not model:
                continue
            try:
                got = await self._endpoint.get(self._endpoint.url(path, model=model))
            except WireError as error:
                return ProbeResult(self._endpoint.redacted(error.info))
            info = self._error(adapter, got)
            if info is None:
                return ProbeResult(key_trouble(parse(got.text), model))
            if info.error_class is ErrorClass.MODEL_NOT_FOUND and "{model}" in path:
                return ProbeResult(model_error=info)  # the key was good enough to be told so
            if got.status not in _NOT_SERVED:
                return ProbeResult(info)
        return ProbeResult(proves_key=False)

    async def _check_list(self, adapter: Adapter, model: str, result: ProbeResult) -> ProbeResult:
        """Whether a local server lists `model`. One without lists may answer all the same, if a model is named."""
        try:
            models = await self.read(adapter)
        except WireError as error:
            if error.info.status in _NOT_SERVED and (model or self._profile.probe_paths):
                return result
            return ProbeResult(self._endpoint.redacted(error.info))
        if not model or not models or self._row(model) is not None:
            return replace(result, proves_key=True, models=models)
        fix = f"run `ollama pull {model}`" if self._profile.loaded_path else "look at its own list of models"
        message = f"{self._profile.label} has no model {model}; {fix}"
        missing = ErrorInfo(ErrorClass.MODEL_NOT_FOUND, message, code="not_installed", param="model")
        return replace(result, proves_key=True, models=models, model_error=missing)

    async def _read_upstreams(self, model: str) -> None:
        """Learn, at most every five minutes, how those do who serve `model`. What cannot be learned is not held
        against anybody."""
        now = self._clock.monotonic()
        known, read_at = self._upstreams_of
        if "/" not in model or (known == model and now - read_at < _UPSTREAMS_SECONDS):
            return
        self._upstreams_of = model, now
        try:
            got = await self._endpoint.get(self._endpoint.url(self._profile.upstreams_path, model=model))
            body = parse(got.text) if got.status == 200 else None
        except (WireError, ValueError):
            body = None
        page = f"{self._profile.root}/{quote(model)}"
        self.upstream = upstreams(body, model, page=page, now=datetime.fromtimestamp(self._clock.wall(), UTC))

    def _row(self, model: str) -> ModelInfo | None:
        wanted = _comparable(model)
        return next((row for row in self.models if _comparable(row.id) == wanted), None)

    async def _pages(self, adapter: Adapter, path: str) -> tuple[ModelInfo, ...]:
        rows: list[ModelInfo] = []
        query: Mapping[str, str] | None = {}
        for _ in range(_PAGES):
            if query is None:
                break
            page = adapter.models(await self._json(adapter, _with_query(self._endpoint.url(path), query)))
            rows.extend(page.models)
            query = None if page.next_page == query else page.next_page  # else the list goes in circles
        if not self._profile.loaded_path:
            return tuple(rows)
        try:
            page = adapter.models(await self._json(adapter, self._endpoint.url(self._profile.loaded_path)))
        except WireError:
            return tuple(rows)  # an older server: what is in memory stays unknown
        in_memory = {_comparable(row.id) for row in page.models}
        return tuple(replace(row, loaded=_comparable(row.id) in in_memory) for row in rows)

    async def _json(self, adapter: Adapter, url: str) -> Any:
        got = await self._endpoint.get(url)
        info = self._error(adapter, got)
        if info is not None:
            raise WireError(info)
        return parse(got.text)

    def _error(self, adapter: Adapter, got: Got) -> ErrorInfo | None:
        """What is wrong with the answer to a GET, None when it is JSON that reports no error."""
        try:
            value = parse(got.text)
        except ValueError:
            value = None
        if not 200 <= got.status < 300 or (isinstance(value, dict) and value.get("error")):
            return self._endpoint.redacted(adapter.error(got.status, got.headers, got.text, now=self._clock.wall()))
        if isinstance(value, dict | list):
            return None
        if got.text.lstrip("\ufeff \t\r\n").startswith("<"):
            name = f" (“{title}”)" if (title := page_title(got.text)) else ""
            message = (
                f"a web page came{name} where the API should answer; a login page of the network may be in between"
            )
            return ErrorInfo(ErrorClass.PROTOCOL, message, status=got.status, code="html")
        return ErrorInfo(ErrorClass.PROTOCOL, "the answer is not JSON", status=got.status, code="not_json")


def _comparable(model: str) -> str:
    """Ollama's names compare without case, and with or without their default tag."""
    return model.lower().removesuffix(":latest")


def _with_query(url: str, parameters: Mapping[str, str]) -> str:
    if not parameters:
        return url
    return url + ("&" if "?" in url else "?") + urlencode(parameters)
