"""What a provider says of itself through GETs that cost nothing: its models, and whether it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from phoenix_tui.core.adapters.base import Adapter
from phoenix_tui.core.adapters.shared import parse
from phoenix_tui.core.clock import Clock
from phoenix_tui.core.endpoint import Endpoint
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, WireError
from phoenix_tui.core.profiles import Profile
from phoenix_tui.core.types import ModelInfo

_PAGES = 20
_NOT_SERVED = (404, 405, 501)
_BLOCKED_FLAGS = ("api_key_blocked", "api_key_disabled", "team_blocked")


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a free check found out. `error` is None when the check passed. `proves_key` is False when the server
    answered, but has no endpoint that would tell a good key from a bad one."""

    error: ErrorInfo | None = None
    proves_key: bool = True


class Catalogue:
    """One provider's lists and probes. The model list that was read last is kept."""

    def __init__(self, profile: Profile, endpoint: Endpoint, clock: Clock) -> None:
        self.models: tuple[ModelInfo, ...] = ()
        """Empty until a list has been read."""
        self._profile = profile
        self._endpoint = endpoint
        self._clock = clock
        self._read_at = float("-inf")

    @property
    def age(self) -> float:
        """Seconds since the list was read; infinite before."""
        return self._clock.monotonic() - self._read_at

    def loaded(self, model: str) -> bool | None:
        """Whether a local server has `model` in memory; None where its lists do not say."""
        row = self._row(model)
        return row.loaded if row else None

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
        for path in self._profile.models_paths:
            try:
                self.models = await self._pages(adapter, path)
            except WireError as error:
                failure = error
                if error.info.status in _NOT_SERVED or error.info.error_class is ErrorClass.PROTOCOL:
                    continue
                break
            self._read_at = self._clock.monotonic()
            return self.models
        raise failure

    async def probe(self, adapter: Adapter, model: str) -> ProbeResult:
        """Ask the first of the profile's probe paths that the server knows."""
        for path in self._profile.probe_paths:
            if "{model}" in path and not model:
                continue
            try:
                status, body = await self._endpoint.get(self._endpoint.url(path, model=model))
            except WireError as error:
                return ProbeResult(self._endpoint.redacted(error.info))
            info = self._error(adapter, status, body)
            if info is None:
                return ProbeResult(_key_trouble(body))
            if info.error_class is ErrorClass.MODEL_NOT_FOUND and "{model}" in path:
                return ProbeResult()  # the key was good enough to be told so; the model is another matter
            if status not in _NOT_SERVED:
                return ProbeResult(info)
        return ProbeResult(proves_key=False)

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
        status, body = await self._endpoint.get(url)
        info = self._error(adapter, status, body)
        if info is not None:
            raise WireError(info)
        return parse(body)

    def _error(self, adapter: Adapter, status: int, body: str) -> ErrorInfo | None:
        """What is wrong with the answer to a GET, None when it is JSON that reports no error."""
        try:
            value = parse(body)
        except ValueError:
            value = None
        if not 200 <= status < 300 or (isinstance(value, dict) and value.get("error")):
            return self._endpoint.redacted(adapter.error(status, {}, body, now=self._clock.wall()))
        if isinstance(value, dict | list):
            return None
        message = "the answer is not JSON; a login page of the network may be in between"
        return ErrorInfo(ErrorClass.PROTOCOL, message, status=status, code="not_json")


def _key_trouble(body: str) -> ErrorInfo | None:
    """What a good answer may still say against the key: xAI's flags, an OpenRouter key without credit left."""
    value = parse(body)
    if not isinstance(value, dict):
        return None
    if any(value.get(flag) is True for flag in _BLOCKED_FLAGS):
        return ErrorInfo(ErrorClass.AUTH, "the key, or its team, is blocked", code="blocked")
    data = value.get("data")
    left = data.get("limit_remaining") if isinstance(data, dict) else None
    if isinstance(left, int | float) and not isinstance(left, bool) and left <= 0:
        return ErrorInfo(ErrorClass.QUOTA, "the key's credit limit is used up", code="limit_remaining")
    return None


def _comparable(model: str) -> str:
    """Ollama's names compare without case, and with or without their default tag."""
    return model.lower().removesuffix(":latest")


def _with_query(url: str, parameters: Mapping[str, str]) -> str:
    if not parameters:
        return url
    return url + ("&" if "?" in url else "?") + urlencode(parameters)
