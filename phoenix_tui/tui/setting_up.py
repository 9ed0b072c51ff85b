"""What the key dialog decides, and how it is carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.key_verdict import KeyVerdict
from phoenix_tui.core.secret import Secret
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui import key_words
from phoenix_tui.tui.ports import ClientPort, KeyKeeper, KeyPlace

Values = Mapping[str, Secret]
"""What was entered, by variable."""


@dataclass(frozen=True, slots=True)
class Entered:
    """`values` are to be used, as `config` has them. `verdict` None where nothing was tested, `place` None where it is
    not known yet."""

    values: Values
    config: ProviderConfig
    verdict: KeyVerdict | None
    place: KeyPlace | None


@dataclass(frozen=True, slots=True)
class Removal:
    """What is saved is to be taken away."""

    place: KeyPlace


Outcome = Entered | Removal | None


async def use(name: str, entered: Entered, keeper: KeyKeeper, client: ClientPort) -> tuple[str, bool]:
    """Ask the provider `name` with what was `entered` from now on, and save that. What is to be told, and whether it is
    a warning."""
    client.reconfigure(entered.config)
    problem = await asyncio.to_thread(keeper.save, name, entered.values)
    place = entered.place or await asyncio.to_thread(keeper.place, name)
    return key_words.accepted(name, entered.verdict, place, problem, client.snapshot())


async def take_away(name: str, removal: Removal, keeper: KeyKeeper, client: ClientPort) -> tuple[str, bool]:
    """Take away what is saved for `name`, and ask it as the other settings have it. As `use`."""
    problem = await asyncio.to_thread(keeper.remove, name)
    config = await asyncio.to_thread(keeper.tried, name, {})
    client.reconfigure(config)
    return key_words.taken_away(name, removal.place, problem, config), bool(problem)
