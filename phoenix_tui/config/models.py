"""The settings as typed values. Keys are `SecretStr`: they show themselves in no repr, log or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from phoenix_tui.config.choices import Choices
from phoenix_tui.config.problems import ConfigProblem
from phoenix_tui.config.sources import DEFAULT, Source
from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.core.configuration import Hedge, OnCut
from phoenix_tui.core.types import FallbackMode, Strategy

ProviderName = Literal["openrouter", "openai", "anthropic", "gemini", "grok", "ollama", "lmstudio"]
_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ProviderSettings(BaseModel):
    """One of the seven as the settings have it."""

    model_config = _FROZEN

    name: ProviderName
    configured: bool = Field(description="Whether it may be asked; a local one may still be found on its default port.")
    key: SecretStr | None = None
    root: str = Field("", description="Base URL without the version path; empty for the provider's own.")
    version_path: str = Field("", description="What stands between root and endpoints, such as /v1; empty with root.")
    model: str = Field("", description="Model that the person named; empty for the default or one of its live list.")
    wire_format: WireFormat | None = Field(None, description="Set only where the person chose it.")
    problem: str = Field("", description="A sentence that says what is wrong with it; empty when all is well.")
    broken: bool = Field(False, description="Whether that is a setting that is wrong, not one that is missing.")
    fix: str = Field("", description="The line that mends it.")


class General(BaseModel):
    """What concerns more than one provider. The field `max_tokens` is set by the variable `LLM_MAX_TOKENS`, and so
    for each."""

    model_config = _FROZEN

    provider: ProviderName | None = Field(None, description="Primary that was asked for, None when none was.")
    model: str | None = Field(None, description="Model of the provider that is primary at start.")
    fallback_order: tuple[ProviderName, ...] | None = Field(
        None, description="Exactly these are asked, in this order; None for all that are configured."
    )
    fallback: FallbackMode = Field(FallbackMode.AUTO, description="What may happen when a provider fails.")
    strategy: Strategy = Field(Strategy.BALANCED, description="What makes the order of fallback.")
    on_cut: OnCut = Field(OnCut.RESTART, description="What follows when an answer is cut after some of it was shown.")
    hedge: Hedge = Field(Hedge.OFF, description="Whether a second provider is asked beside a late or doubtful one.")
    status_feeds: bool = Field(False, description="Read the providers' public status pages, as a hint.")
    local_only: bool = Field(False, description="Ask only providers on this machine.")
    max_tokens: Annotated[int, Field(gt=0)] | None = Field(None, description="Limit of an answer, in tokens.")
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = Field(
        None, description="Randomness, 0 to 2; None for the model's own."
    )
    system_prompt: str | None = Field(None, description="System prompt of every conversation.")
    daily_budget_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        None, description="Spend limit of a day, in US dollars; None for no limit."
    )


class Settings(General):
    """Everything that the person has set, from every source, checked, with where each value came from."""

    primary: ProviderName = Field("openrouter", description="The provider that is primary at start.")
    order: tuple[ProviderName, ...] | None = Field(
        None, description="The person's own order with the primary first; None for the default order."
    )
    default_order: tuple[ProviderName, ...] | None = Field(
        None, description="The order without what was chosen on the screen; None for all that are configured."
    )
    switched_off: frozenset[ProviderName] = Field(frozenset(), description="Providers that are not to be asked.")
    providers: tuple[ProviderSettings, ...] = Field((), description="The seven, in the default order.")
    choices: Choices = Field(default_factory=Choices, description="What was chosen on the screen at an earlier time.")
    sources: Mapping[str, Source] = Field(default_factory=dict, description="Variable -> where its value came from.")
    problems: tuple[ConfigProblem, ...] = Field((), description="What is wrong, or worth knowing; fatal ones first.")

    def provider_named(self, name: str) -> ProviderSettings:
        """The settings of one of the seven. Raises KeyError for any other name."""
        for provider in self.providers:
            if provider.name == name:
                return provider
        raise KeyError(name)

    def source_of(self, variable: str) -> Source:
        """Where the value in force of `variable` came from."""
        return self.sources.get(variable, DEFAULT)
