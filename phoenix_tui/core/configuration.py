"""What a `Client` is made from: plain values, with no word of files or environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.types import FallbackMode, Strategy
from phoenix_tui.core.values import dataclass


class Hedge(StrEnum):
    """Whether a second provider is asked beside a first one that is late or doubtful, which costs its tokens."""

    OFF = "off"
    SUSPECT = "suspect"


class OnCut(StrEnum):
    """What follows when an answer is cut after some of it was shown: `restart` retracts it and begins again with the
    next provider, `continue` has the rest written where that can be done well, and restarts where not."""

    RESTART = "restart"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One provider as configured.

    `root` and `version_path` replace the profile's where not empty. `model` is the one that the person named, "" for
    the default or, with a local server, for one of its own list. `wire_format` is set only where the person chose it.
    A provider that is not `configured` is shown with `problem` (a sentence) and `fix` (the line that mends it), and is
    never sent anything; `broken` says that a setting of it is wrong, rather than missing. A local one that is not
    configured and has no problem is looked for on its default port.
    """

    name: str
    configured: bool
    key: Secret | None = None
    root: str = ""
    version_path: str = ""
    model: str = ""
    wire_format: WireFormat | None = None
    problem: str = ""
    fix: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """Everything a `Client` needs.

    `order` is the person's own fallback order (the primary is put first if it is not in it), `default_order` the one
    that a reset goes back to; None means all configured providers in their usual order. `pinned` keep their places in
    it as long as they can be asked. `switched_off` are providers that the person does not want asked. `proxies` maps
    a URL scheme ("http", "https", "all") to a proxy URL, `no_proxy` lists hosts that are reached without one, loopback
    always is. `ca_file` is a bundle of trusted certificates, None uses the usual ones. `patience` scales every
    deadline. `probes` runs the background worker of free checks, and `watches_idle` lets it check providers that are
    well and not in use, too. `confirm_seconds` is how long a turn waits for the person before it sends the conversation
    to another provider in the mode `ask`. `status_feeds` reads the providers' public status pages.
    `daily_budget` is what may be spent in a day, in US dollars: then only what costs nothing is asked.

    For `fallback`, `strategy`, `hedge` and `on_cut` their words do as well ("never"). Raises ValueError for others.
    """

    providers: tuple[ProviderConfig, ...]
    primary: str = "openrouter"
    order: tuple[str, ...] | None = None
    default_order: tuple[str, ...] | None = None
    pinned: frozenset[str] = frozenset()
    switched_off: frozenset[str] = frozenset()
    fallback: FallbackMode = FallbackMode.AUTO
    local_only: bool = False
    max_tokens: int | None = None
    temperature: float | None = None
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)  # a proxy's URL may hold a password
    no_proxy: tuple[str, ...] = ()
    ca_file: str | None = None
    patience: float = 1.0
    probes: bool = True
    watches_idle: bool = False
    strategy: Strategy = Strategy.BALANCED
    hedge: Hedge = Hedge.OFF
    on_cut: OnCut = OnCut.RESTART
    confirm_seconds: float = 8.0
    status_feeds: bool = False
    daily_budget: float | None = None

    def __post_init__(self) -> None:
        # A word that is none of these would otherwise count as the default, and send a conversation where it must not.
        for name, kind in _CHOICES.items():
            object.__setattr__(self, name, kind(getattr(self, name)))


_CHOICES = {"fallback": FallbackMode, "strategy": Strategy, "hedge": Hedge, "on_cut": OnCut}
