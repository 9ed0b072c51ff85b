"""Where one provider is and what it is asked with: its URLs, its key, its plain GETs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.errors import ErrorClass, ErrorInfo, WireError
from phoenix_tui.core.profiles import Auth, Deadlines, Profile
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.text import redact
from phoenix_tui.core.transport import HttpRequest, Transport, is_loopback
from phoenix_tui.core.values import dataclass, replace

_USER_AGENT = "phoenix-tui"
_GET_SECONDS = 5.0
_GET_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Got:
    """The answer to a GET. Names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


class Endpoint:
    """One provider's address and key."""

    def __init__(self, profile: Profile, config: ProviderConfig, *, transport: Transport, deadlines: Deadlines) -> None:
        self.transport = transport
        self.key: Secret | None = config.key
        self._profile = profile
        self._root = config.root or profile.root
        self._version_path = config.version_path or profile.version_path
        self.connect_deadline = deadlines.until_connected(on_loopback=self.on_loopback)
        """Seconds until there must be a connection."""

    @property
    def base_url(self) -> str:
        """What the paths of a wire format are relative to."""
        return self._root + self._version_path

    @property
    def on_loopback(self) -> bool:
        """Whether it is this machine."""
        return is_loopback(urlsplit(self._root).hostname or "")

    def url(self, path: str, *, model: str = "") -> str:
        """The URL of one of a profile's paths."""
        path = path.replace("{version}", self._version_path).replace("{model_path}", quote(model, safe="/"))
        return self._root + path.replace("{model}", quote(model.removeprefix("models/"), safe=""))

    def headers(self) -> dict[str, str]:
        """The headers of every request, the key among them."""
        headers = {"user-agent": _USER_AGENT, "accept-encoding": "identity", **self._profile.headers}
        if self.key:
            value = self.key.reveal()
            headers[self._profile.auth] = f"Bearer {value}" if self._profile.auth is Auth.BEARER else value
        return headers

    def secrets(self) -> tuple[str, ...]:
        """What must appear in no message."""
        return (self.key.reveal(),) if self.key else ()

    def redacted(self, info: ErrorInfo) -> ErrorInfo:
        """`info` without the key, should the provider have echoed it."""
        secrets = self.secrets()
        return replace(
            info,
            message=redact(info.message, secrets),
            detail=redact(info.detail, secrets),
            code=info.code and redact(info.code, secrets),
            param=info.param and redact(info.param, secrets),
        )

    async def get(self, url: str) -> Got:
        """The answer to a GET. One that broke off is asked once more, on a connection of its own: the other end may
        have closed the one that was kept. Raises WireError, also after five seconds without its end."""
        request = HttpRequest("GET", url, {**self.headers(), "accept": "application/json"}, self.connect_deadline)
        try:
            async with asyncio.timeout(_GET_SECONDS):
                try:
                    return await self._get(request)
                except WireError as error:
                    if error.info.code != "reset":
                        raise
                return await self._get(replace(request, fresh=True))
        except TimeoutError as error:
            message = f"no answer within {_GET_SECONDS:.3g} s"
            raise WireError(ErrorInfo(ErrorClass.TIMEOUT, message, code="get_timeout")) from error

    async def _get(self, request: HttpRequest) -> Got:
        body = bytearray()
        async with self.transport.send(request) as response:
            async for chunk in response.chunks():
                body += chunk
                if len(body) > _GET_BYTES:
                    raise WireError(ErrorInfo(ErrorClass.PROTOCOL, "the answer is too long for what was asked"))
            return Got(response.status, response.headers, body.decode("utf-8", "replace"))
