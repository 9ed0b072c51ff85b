"""What models cost, from the price list that the package genai-prices brings along. Nothing is fetched.

The list is large and loads an HTTP library of its own (httpx2), so it is imported when the first price is wanted, and
none of its exceptions but LookupError and ValueError is expected here: nothing in this module sends a request.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from phoenix_tui.core.profiles import PROFILES
from phoenix_tui.core.types import Target, Usage
from phoenix_tui.core.values import dataclass

_LIST_NAMES = {"grok": "x-ai", "gemini": "google"}
"""Providers that the list has under another name than ours."""
_LOCAL = frozenset(profile.name for profile in PROFILES if profile.local)
_SAMPLE_TOKENS = 1_000
"""Tokens that a price is read with: fewer than any model's first tier holds."""
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, of a request short enough for the lowest rate."""

    input: float
    output: float

    @property
    def blended(self) -> float:
        """One number to compare by: three parts of input to one of output, as chats use them."""
        return (3 * self.input + self.output) / 4


FREE = Price(0.0, 0.0)


def _now() -> datetime:
    return datetime.now(UTC)


class PriceBook:
    """Prices of models and costs of answers, in US dollars. A local model costs nothing; a price that is not known is
    None, never 0. `now` tells the day, on which some prices change."""

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self._today: date | None = None
        self._known: dict[Target, Price | None] = {}

    def price(self, target: Target) -> Price | None:
        """What `target` costs today; None where the list does not have it."""
        at = self._now()
        if at.date() != self._today:
            self._today = at.date()
            self._known.clear()
        if target not in self._known:
            self._known[target] = _price(target, at)
        return self._known[target]

    def blended(self, target: Target) -> float | None:
        """What `target` costs as one number: dollars for a million tokens, three parts of input to one of output."""
        price = self.price(target)
        return None if price is None else price.blended

    def cost_now(self, target: Target, usage: Usage) -> float | None:
        """What an answer of `target` with `usage` costs now; None where that is not known."""
        return self.cost(target, usage, self._now())

    def cost(self, target: Target, usage: Usage, at: datetime) -> float | None:
        """What an answer of `target` with `usage` cost at the aware time `at`: the provider's own figure where it sent
        one, else by the list; None where the price or the tokens are not known. Long requests cost what their tier
        does."""
        if usage.cost_usd is not None:
            return usage.cost_usd
        if _costs_nothing(target):
            return 0.0
        if usage.input_tokens is None or usage.output_tokens is None:
            return None
        return _listed(target, at, usage.input_tokens, usage.output_tokens, usage.cached_tokens or 0)


def _price(target: Target, at: datetime) -> Price | None:
    if _costs_nothing(target):
        return FREE
    of_input = _listed(target, at, _SAMPLE_TOKENS, 0)
    of_output = _listed(target, at, 0, _SAMPLE_TOKENS)
    if of_input is None or of_output is None:
        return None
    return Price(_for_a_million(of_input), _for_a_million(of_output))


def _costs_nothing(target: Target) -> bool:
    """Whether it is on a machine of the person's own, or one that OpenRouter serves for nothing, as its name says."""
    return target.provider in _LOCAL or (target.provider == "openrouter" and target.model.endswith(":free"))


def _for_a_million(cost: float) -> float:
    return round(cost * (_MILLION / _SAMPLE_TOKENS), 6)


def _listed(target: Target, at: datetime, tokens_in: int, tokens_out: int, cached: int = 0) -> float | None:
    """The cost by the list; None where it has no price for the model, or the numbers make no sense."""
    from genai_prices import Usage as ListUsage  # noqa: PLC0415 - a sixth of a second that most starts need not pay
    from genai_prices import calc_price  # noqa: PLC0415 - as above

    try:
        priced = calc_price(
            ListUsage(input_tokens=tokens_in, cache_read_tokens=min(cached, tokens_in), output_tokens=tokens_out),
            target.model.removeprefix("models/"),
            provider_id=_LIST_NAMES.get(target.provider, target.provider),
            genai_request_timestamp=at,
        )
    except (LookupError, ValueError):
        return None
    rates = priced.model_price
    if rates.input_mtok is None or rates.output_mtok is None:
        return None  # listed without a price for text; the sum of nothing would be 0
    return float(priced.total_price)
