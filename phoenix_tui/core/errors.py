"""What can go wrong, as one vocabulary and one exception tree.

`ErrorClass` says what kind of thing happened, the same word for the same fault in every wire format, streaming or
not. `ErrorInfo` is one such fault as a value: it travels in outcomes, events, logs and JSON. The exceptions tell a
caller what can be done about it::

    PhoenixError
    ├── FramingError                 the bytes are not the stream they claim to be
    │   ├── WebPage                  they are a page for people
    │   └── EventTooLarge            one event is over its size bound
    ├── WireError                    an attempt went wrong; carries an ErrorInfo, does not yet know whose
    ├── ProviderError                one attempt failed; carries an ErrorInfo, the provider and the model
    │   ├── AccessError              auth, permission, quota: mend the key, the rights or the credit
    │   ├── RequestError             bad_request, context_length, content_filter, model_not_found: change the request
    │   ├── BusyError                rate_limit, overloaded, model_not_ready: wait, or ask another provider
    │   ├── ConnectionFailed         network, offline, timeout: look at the connection
    │   └── AnswerError              server, protocol, unknown: the provider is at fault, ask another one
    └── NoProviderAnswered           every target failed or was skipped; carries the most actionable error
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from phoenix_tui.core.base_error import PhoenixError as PhoenixError  # noqa: PLC0414 - everybody finds it here
from phoenix_tui.core.values import dataclass, replace

if TYPE_CHECKING:
    from phoenix_tui.core.types import AttemptRecord


class ErrorClass(StrEnum):
    """The kind of a fault. docs/ARCHITECTURE.md has a table of what each one does to health and order."""

    AUTH = "auth"
    """The key is missing, wrong or expired."""
    PERMISSION = "permission"
    """The key is good, but not for this model, region or organisation."""
    QUOTA = "quota"
    """Credit, spend limit or daily quota is used up; waiting a moment does not help."""
    RATE_LIMIT = "rate_limit"
    """Too many requests or tokens just now."""
    OVERLOADED = "overloaded"
    """The provider has no capacity just now."""
    SERVER = "server"
    """The provider failed."""
    TIMEOUT = "timeout"
    """One of our own deadlines passed."""
    NETWORK = "network"
    """The connection was refused, reset or could not be made."""
    OFFLINE = "offline"
    """The fault is on this machine's side of the network (no route, no name resolution)."""
    CONTEXT_LENGTH = "context_length"
    """The conversation is longer than the model's context window."""
    CONTENT_FILTER = "content_filter"
    """The provider refuses the content of the request."""
    MODEL_NOT_FOUND = "model_not_found"
    """The provider does not know the model, or this key may not see it."""
    MODEL_NOT_READY = "model_not_ready"
    """A local server has the model but cannot answer with it now."""
    BAD_REQUEST = "bad_request"
    """The provider does not accept the request as it is."""
    PROTOCOL = "protocol"
    """The answer is not what its wire format says (HTML, an early end, malformed events, a redirect)."""
    CANCELLED = "cancelled"
    """The person, or the program, stopped the request."""
    UNKNOWN = "unknown"
    """A fault of our own."""


class Phase(StrEnum):
    """How far an attempt had come when something happened to it."""

    CONNECT = "connect"
    HEADERS = "headers"
    FIRST_TOKEN = "first_token"  # noqa: S105 - a phase, no password
    STREAMING = "streaming"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """One fault as a value.

    `message` holds the provider's own words where there are any (keys redacted, control characters stripped), else
    a sentence of ours. `retry_after` is the wait that the provider asked for, in seconds. `param` is the request
    field that the provider named ("model" whenever a model is what it does not know). `detail` has the words of a
    provider behind the provider, where `message` only says that there was an error. `provider_wide` says that a rate
    limit holds for all models of the provider, not just for the one that was asked. `quotes` says that its words
    repeat some of the conversation: they are for the person, and not to be kept.
    """

    error_class: ErrorClass
    message: str
    status: int | None = None
    code: str | None = None
    retry_after: float | None = None
    phase: Phase | None = None
    param: str | None = None
    detail: str = ""
    provider_wide: bool = False
    quotes: bool = False

    def at(self, phase: Phase) -> ErrorInfo:
        """The same fault, with the phase in which it struck."""
        return replace(self, phase=phase)


class FramingError(PhoenixError):
    """The bytes of a body are not framed as its content type, or its first bytes, promise. `code` is the one of the
    ErrorInfo that is made of it."""

    code = "framing"


class WebPage(FramingError):
    """A page for people came in place of an answer."""

    code = "html"


class EventTooLarge(FramingError):
    """One event of a stream, or one JSON body, is over its size bound."""

    code = "too_large"


class WireError(PhoenixError):
    """An attempt went wrong, found by the transport or an adapter, neither of which knows whose it is."""

    def __init__(self, info: ErrorInfo) -> None:
        super().__init__(info.message)
        self.info = info


class ProviderError(PhoenixError):
    """One attempt failed. `provider` and `model` say whose, `info` says how."""

    def __init__(self, info: ErrorInfo, *, provider: str, model: str = "") -> None:
        super().__init__(f"{provider}: {info.message}")
        self.info = info
        self.provider = provider
        self.model = model

    @property
    def error_class(self) -> ErrorClass:
        return self.info.error_class

    @property
    def status(self) -> int | None:
        """HTTP status of the answer, None where there was none."""
        return self.info.status

    @property
    def retry_after(self) -> float | None:
        """Wait that the provider asked for, in seconds."""
        return self.info.retry_after


class AccessError(ProviderError):
    """The key, the rights or the credit must be mended before this provider can answer."""


class RequestError(ProviderError):
    """The request must change before this provider can answer it."""


class BusyError(ProviderError):
    """The provider could answer later."""


class ConnectionFailed(ProviderError):
    """No usable connection, or none in time."""


class AnswerError(ProviderError):
    """The provider answered, but not with an answer."""


_EXCEPTIONS: dict[ErrorClass, type[ProviderError]] = {
    ErrorClass.AUTH: AccessError,
    ErrorClass.PERMISSION: AccessError,
    ErrorClass.QUOTA: AccessError,
    ErrorClass.BAD_REQUEST: RequestError,
    ErrorClass.CONTEXT_LENGTH: RequestError,
    ErrorClass.CONTENT_FILTER: RequestError,
    ErrorClass.MODEL_NOT_FOUND: RequestError,
    ErrorClass.RATE_LIMIT: BusyError,
    ErrorClass.OVERLOADED: BusyError,
    ErrorClass.MODEL_NOT_READY: BusyError,
    ErrorClass.NETWORK: ConnectionFailed,
    ErrorClass.OFFLINE: ConnectionFailed,
    ErrorClass.TIMEOUT: ConnectionFailed,
}


def provider_error(info: ErrorInfo, *, provider: str, model: str = "") -> ProviderError:
    """The exception of the tree that fits `info`."""
    return _EXCEPTIONS.get(info.error_class, AnswerError)(info, provider=provider, model=model)


class NoProviderAnswered(PhoenixError):
    """Every target failed or was skipped.

    `cause` is the most actionable of the errors that providers really returned (None when nothing could be tried),
    `attempts` has all of them, `next_retry_at` is the wall time (seconds since the epoch) at which the first of the
    providers may be tried again, None when none is waiting.
    """

    def __init__(
        self,
        message: str,
        *,
        cause: ProviderError | None,
        attempts: tuple[AttemptRecord, ...] = (),
        next_retry_at: float | None = None,
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.attempts = attempts
        self.next_retry_at = next_retry_at


class StreamInterrupted(PhoenixError):
    """An answer was cut after some of it had been handed out, which cannot be taken back.

    `partial` is what was handed out, `cause` what cut it.
    """

    def __init__(self, partial: str, cause: ProviderError) -> None:
        super().__init__(
            f"The answer of {cause.provider} was cut after {len(partial)} characters: {cause.info.message}"
        )
        self.partial = partial
        self.cause = cause
