"""Faults that put another reply in the place of the real one, or none at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from phoenix_tui.core.errors import ErrorClass
from phoenix_tui.sim.actions import Action, Drip, Fin, Hang, Head, Reset, Wait, whole
from phoenix_tui.sim.faults.base import Fault, Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(Fault):
    """The listener is closed: connections are refused, existing ones are reset. For ever, and for all models."""

    @property
    def refuses(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackHole(Fault):
    """The request is taken, then nothing: no byte for `seconds` (None: until the client leaves), then a FIN."""

    seconds: float | None = None

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        del scene
        return [Hang() if self.seconds is None else Wait(self.seconds), Fin()]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowHeaders(Fault):
    """Headers, one byte each `seconds`; the rest of the reply as slowly."""

    seconds: float = 1.0

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        del scene
        return [Drip(self.seconds), *whole(200, b"{}", {"content-type": "application/json"})]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBeforeHeaders(Fault):
    """The connection is reset once the request has been read."""

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        del scene
        return [Reset()]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseBeforeHeaders(Fault):
    """The connection is closed (FIN) once the request has been read."""

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        del scene
        return [Fin()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Error(Fault):
    """An error status in the provider's own words. `retry_after` as in `failure_of`; `status` replaces the real one.
    `body` replaces the body."""

    error: ErrorClass = ErrorClass.SERVER
    retry_after: float | str | None = None
    status: int | None = None
    body: bytes | None = None

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        failure, body = scene.fail(self.error, self.retry_after, self.status)
        headers = {"content-type": "application/json", **failure.headers}
        return whole(failure.status, body if self.body is None else self.body, headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorInBody(Fault):
    """Status 200, and an error as the JSON body."""

    error: ErrorClass = ErrorClass.SERVER

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        return whole(200, scene.fail(self.error, None, None)[1], {"content-type": "application/json"})


_PORTAL = b"""<!DOCTYPE html>
<html><head><title>Hotel Wi-Fi</title></head><body><h1>Welcome!</h1><p>Sign in to use the network.</p></body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Html(Fault):
    """A page in place of an answer, as from a captive portal (200) or a proxy (502)."""

    status: int = 200

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        del scene
        return whole(self.status, _PORTAL, {"content-type": "text/html; charset=utf-8"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(Fault):
    """Sends the client elsewhere."""

    location: str = "https://elsewhere.invalid/v1"
    status: int = 307

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        del scene
        return whole(self.status, b"", {"location": self.location})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoContent(Fault):
    """Status 204."""

    def reply(self, scene: Scene) -> Iterable[Action] | None:
        del scene
        return [Head(204)]
