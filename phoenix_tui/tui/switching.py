"""Changes a person makes to who is asked, each with the sentence that tells what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from phoenix_tui.core.arrangement import Arrangement
from phoenix_tui.core.profiles import PROVIDER_NAMES
from phoenix_tui.core.snapshot import HealthState, Snapshot
from phoenix_tui.core.types import Strategy
from phoenix_tui.core.values import dataclass
from phoenix_tui.tui import keys
from phoenix_tui.tui.glyphs import word_of
from phoenix_tui.tui.handover import kept_here
from phoenix_tui.tui.order_words import first_to_answer
from phoenix_tui.tui.ports import ClientPort
from phoenix_tui.tui.text import one_line, sentence


@dataclass(frozen=True, slots=True)
class Told:
    """What to say after a change, and whether anything was changed (and wants keeping)."""

    sentence: str
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Before:
    """What can be put back: who was asked how, and which of the models and whether the strategy was chosen here."""

    arrangement: Arrangement
    models: Mapping[str, str]
    strategy: Strategy | None


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What else goes on while something is changed: whether an answer is under way, which is not disturbed, and whether
    the conversation is kept on this machine."""

    is_answering: bool = False
    is_kept_here: bool = False


NOTHING_ELSE = Meanwhile()


def make_primary(client: ClientPort, name: str, meanwhile: Meanwhile = NOTHING_ELSE) -> Told:
    """Ask `name` first from now on; refused, with the line that mends it, while it is not set up."""
    info = client.snapshot().info_of(name)
    if not info.configured:
        why = sentence(info.problem if info.broken else info.fix or info.problem or "it has no key")
        return Told(f"{name} is not set up: {why} /key {name} does it.", changed=False)
    before = client.primary_provider
    if before == name:
        return Told(f"{name} is the primary already.", changed=False)
    client.set_primary(name)
    return Told(_asked_first(client.snapshot(), name, before, meanwhile))


def _asked_first(snapshot: Snapshot, name: str, before: str, meanwhile: Meanwhile) -> str:
    """That `name` is the primary now, and who answers where it cannot."""
    health, info = snapshot.health_of(name), snapshot.info_of(name)
    model = f" with {one_line(info.model)}" if info.model else ""
    if meanwhile.is_kept_here and not info.local:
        whoever = _who_answers(kept_here(snapshot))
        return f"{name} is the primary now, but this conversation is kept on this machine: {whoever}. {_undo()}"
    if not health.is_available:
        cannot = f"it cannot be asked ({word_of(health, info)}): until it can, {_who_answers(snapshot)}"
        return f"{name} is the primary now{model}, but {cannot}. {_undo()}"
    if meanwhile.is_answering:
        return (
            f"{name} is asked first{model} from your next question on, before it was {before}; the answer that is "
            f"coming is not disturbed. {_undo()}"
        )
    return f"{name} is asked first now{model}; before it was {before}. {_undo()}"


def _who_answers(snapshot: Snapshot) -> str:
    first = first_to_answer(snapshot)
    return f"{first.target.provider} answers" if first else "nobody else can answer either"


def _undo() -> str:
    return f"{keys.label('undo')} takes it back."


def move(client: ClientPort, name: str, by: int) -> Told:
    """So many places down in the person's own order, up where it is negative. Who comes to stand first is primary."""
    before, primary = client.own_order(), client.primary_provider
    if by:
        client.move(name, by)
    after = client.own_order()
    if after == before:
        return Told(_not_moved(name, by), changed=False)
    first = f"{after[0]} is asked first now. " if client.primary_provider != primary else ""
    return Told(f"{first}Your order: {', '.join(after)}. {_undo()}")


def _not_moved(name: str, by: int) -> str:
    if by:
        return f"{name} is at the {'top' if by < 0 else 'end'} already."
    pin = f"{keys.label('order.pin')} pins it there"
    return f"{name} stands there in your own order already; health has moved it, or others. {pin}."


def switch(client: ClientPort, name: str) -> Told:
    """Off, or on again."""
    if client.snapshot().health_of(name).state is HealthState.DISABLED:
        client.switch_on(name)
        return Told(f"{name} is switched on again.")
    client.switch_off(name)
    return Told(f"{name} is switched off and will not be asked; {keys.label('order.switch')} switches it on again.")


def pin(client: ClientPort, name: str) -> Told:
    """Keep its place whatever the others do, or let it be moved again."""
    if name in client.arrangement.pinned:
        client.unpin(name)
        return Told(f"{name} is not pinned any more: it may be moved.")
    if name not in client.own_order():
        return Told(f"{name} has no place in your order that it could be pinned to.", changed=False)
    client.pin(name)
    place = client.own_order().index(name) + 1
    return Told(f"{name} is pinned to place {place} of your order: as long as it can be asked, nothing moves it.")


def clear(client: ClientPort, name: str) -> Told:
    """Forget its failures, waits and blocks."""
    client.clear(name)
    return Told(f"All that was known of the health of {name} is forgotten; it is asked as if it were new.")


def reset(client: ClientPort) -> Told:
    """Back to the default order."""
    before = client.arrangement
    client.reset_order()
    if client.arrangement == before:
        return Told("The default order is in force already.", changed=False)
    return Told(f"The default order is back, with nobody pinned or switched off. {_undo()}")


STRATEGY_WORDS = {
    Strategy.STRICT: "Your order is kept as it is; who cannot be asked is passed over.",
    Strategy.BALANCED: "Unreliable providers stand back behind reliable ones; else your order is kept.",
    Strategy.LATENCY: "Unreliable providers stand back, and one that is clearly faster passes its neighbour.",
    Strategy.COST: "Unreliable providers stand back, and cheaper models come first.",
}


def choose_strategy(client: ClientPort, strategy: Strategy) -> Told:
    """Make the order by `strategy` from now on."""
    client.set_strategy(strategy)
    return Told(f"The strategy is {strategy} now. {STRATEGY_WORDS[strategy]}")


def taken_back(changed: Arrangement, now: Arrangement, own_order: Sequence[str]) -> str:
    """The sentence for a change that was taken back: `changed` was in force, `now` is, with `own_order`."""
    phrases: list[str] = []
    if changed.primary != now.primary:
        phrases.append(f"{now.primary} is the primary again")
    if changed.order != now.order:
        phrases.append(f"your order is {', '.join(own_order)}")
    if changed.strategy is not now.strategy:
        phrases.append(f"the strategy is {now.strategy}")
    for name in PROVIDER_NAMES:
        if (name in changed.pinned) is not (name in now.pinned):
            phrases.append(f"{name} is {'pinned' if name in now.pinned else 'not pinned'}")
        if (name in changed.switched_off) is not (name in now.switched_off):
            phrases.append(f"{name} is switched {'off' if name in now.switched_off else 'on'}")
        if (model := now.models.get(name, "")) != changed.models.get(name, ""):
            phrases.append(f"{name} is asked with {one_line(model) or 'its default model'}")
    return f"Taken back: {'; '.join(phrases)}."


def set_model(client: ClientPort, name: str, model: str, meanwhile: Meanwhile = NOTHING_ELSE) -> Told:
    """Ask `model` of `name`; a name that is not in its list is no obstacle."""
    client.set_model(name, model)
    since = "from your next question on" if meanwhile.is_answering else "from now on"
    return Told(f"{name} is asked with {one_line(model)} {since}. {_undo()}")


async def check(client: ClientPort, name: str) -> Told:
    """One free check now, no generation."""
    info = client.snapshot().info_of(name)
    if not info.configured and not info.local:
        return Told(f"{name} is not set up: {sentence(info.fix or info.problem or 'it has no key')}", changed=False)
    health = await client.probe(name)
    word = word_of(health, client.snapshot().info_of(name))
    if health.is_available:
        return Told(f"{name} was checked: {word}.", changed=False)
    why = health.reason or (health.last_error.message if health.last_error else "")
    return Told(
        f"{name} was checked: {word}" + (f" ({sentence(why, 160).rstrip('.')})." if why else "."), changed=False
    )
