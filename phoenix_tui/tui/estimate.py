"""What a message would cost if it were sent now: tokens and money of what goes out, in words. Pure."""

from __future__ import annotations

from phoenix_tui.core.tokens import estimated, estimated_text
from phoenix_tui.core.types import Message, Target
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui.conversation import Conversation, Ending
from phoenix_tui.tui.text import clip, count, money

NEAR = 0.8
"""The share of a context window from which on it is said that little room is left: the answer needs some, too."""
NAME_CELLS = 30
_LEAST = 0.00005
"""Dollars; what is less would be shown as nothing."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What would be sent now: about so many tokens, the conversation and `files` attached files among them, to `target`
    (None: nobody could be asked). `cost` is what these tokens cost, in dollars, None where that is not known; `window`
    how many tokens the model holds, None likewise; `budget_left` what may still be spent today, None without a limit.
    """

    tokens: int
    target: Target | None = None
    files: int = 0
    cost: float | None = None
    window: int | None = None
    budget_left: float | None = None

    @property
    def is_beyond(self) -> bool:
        """Whether it is more than the model is known to hold."""
        return self.window is not None and self.tokens > self.window

    @property
    def is_near(self) -> bool:
        """Whether it is nearly as much as that, or more."""
        return self.window is not None and self.tokens > self.window * NEAR

    @property
    def is_over_budget(self) -> bool:
        """Whether it costs more than may still be spent today."""
        return bool(self.cost) and self.budget_left is not None and (self.cost or 0.0) > self.budget_left

    @property
    def warns(self) -> bool:
        """Whether it is more than a remark."""
        return self.is_near or self.is_over_budget


def phrases(estimate: Estimate) -> tuple[str, ...]:
    """The same in words, from the fullest to the briefest."""
    brief = count(estimate.tokens, "token")
    about = f"about {brief}"
    if estimate.files:
        about += f" with {count(estimate.files, 'file')}"
    who = clip(estimate.target.model or estimate.target.provider, NAME_CELLS) if estimate.target else ""
    if estimate.is_near and estimate.window is not None:
        verdict = "more than" if estimate.is_beyond else "nearly all that"
        holds = f"{verdict} {who} holds ({estimate.window:,})"
        return f"{about}: {holds}", f"{brief}: {holds}", f"{brief}: {verdict} it holds", brief
    price = _price(estimate.cost)
    if estimate.is_over_budget:
        left = f"more than the {money(max(0.0, estimate.budget_left or 0.0))} left of the day's budget"
        return f"{about}, {price}: {left}", f"{price}: {left}", f"{price}: over the day's budget"
    if not estimate.cost:  # free, or not known
        words = ", ".join(it for it in (about, price) if it)
        return (f"{words}, {who}" if who else words, words, brief)
    return f"{about}, {price} plus the answer, {who}", f"{about}, {price} plus the answer", f"{brief}, {price}", brief


def _price(cost: float | None) -> str:
    if cost is None:
        return ""
    if cost == 0:
        return "free"
    return money(cost) if cost >= _LEAST else "under $0.0001"


class SentSoFar:
    """How many tokens of a conversation go with every message: counted once for each exchange, when it is over."""

    def __init__(self) -> None:
        self._conversation: Conversation | None = None
        self._counted = self._tokens = 0

    def tokens(self, conversation: Conversation, system: str) -> int:
        """An estimate of what goes before the next question, the system prompt `system` included."""
        over = len(conversation.exchanges)
        if over and conversation.exchanges[-1].ending is Ending.OPEN:
            over -= 1
        if conversation is not self._conversation or over < self._counted:
            self._conversation, self._counted, self._tokens = conversation, 0, 0
        for exchange in conversation.exchanges[self._counted : over]:
            if exchange.ending is Ending.WHOLE:
                self._tokens += estimated_text(exchange.sent) + estimated_text(exchange.answer)
        self._counted = over
        return self._tokens + (estimated((Message("system", system),)) if system else 0)
