"""What the key dialog says, and what is told when it is closed. Pure strings; no key is ever in them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from phoenix_tui.core.configuration import ProviderConfig
from phoenix_tui.core.key_verdict import KeyStanding, KeyVerdict
from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.snapshot import HealthState, Snapshot
from phoenix_tui.tui import keys
from phoenix_tui.tui.key_entry import variables_of
from phoenix_tui.tui.order_words import first_to_answer
from phoenix_tui.tui.ports import KeyPlace
from phoenix_tui.tui.text import one_line
from phoenix_tui.tui.wording import said, what_happened

NOT_HERE = "This is the demo: its providers are simulated and take no key. Leave it with {quit} to set up real ones."
LOCAL_RULE = (
    "Only an address of this machine (localhost, 127.0.0.1, ::1) counts as local: a conversation that is kept here, "
    "with /local, is sent to no other."
)


def title(name: str) -> str:
    """The headline of the dialog."""
    profile = profile_of(name)
    return f"{'Address' if profile.local else 'Key'} of {profile.label}"


def wanted(name: str) -> str:
    """Where to get what is wanted."""
    profile = profile_of(name)
    if profile.local:
        return f"Start {profile.label}, and it is found at {_host(profile.root)} by itself. Its address elsewhere:"
    return f"Get one at {profile.key_page}  ({keys.label('key.page')} opens it)"


def about(name: str, place: KeyPlace | None) -> list[str]:
    """What happens to what is entered, as paragraphs. `place` None while that is not known yet."""
    if place is None:
        return []
    profile = profile_of(name)
    variables = variables_of(name)
    lines = [LOCAL_RULE] if profile.local else [f"It is tested first, for free, and sent to {place.address} alone."]
    lines += [one_line(warning) for warning in place.warnings]
    lines.append(f"{_all(variables)} {_are(variables)} saved in {place.file}, which only you can read.")
    lines += [
        f"{stands} wins over that file: what is entered here holds for this run. Change it there to have it next time."
        for stands in place.overruled.values()
    ]
    if place.saved:
        saved, them = sorted(place.saved), "them" if len(place.saved) > 1 else "it"
        lines.append(f"That file sets {_all(saved)} now; {keys.label('key.remove')} takes {them} away.")
    return lines


def answers_already(name: str, place: KeyPlace | None) -> str:
    """Nothing was changed, and a local server answers."""
    profile = profile_of(name)
    where = _host(place.address if place else profile.root)
    return f"{profile.label} answers at {where}; there is nothing to save."


def nothing_entered(name: str) -> str:
    """Enter was pressed in an empty field."""
    profile = profile_of(name)
    return f"Write an address, such as {profile.root}." if profile.local else "Paste or type the key first."


def somebody_elses(owner: str, name: str) -> str:
    """The key looks like one of another provider; to test it is to send it."""
    mine, other = profile_of(name).label, profile_of(owner).label
    again = keys.label("key.enter")
    return f"That looks like a key of {other}. {again.capitalize()} again sends it to {mine} all the same."


def testing(name: str) -> str:
    """A test is under way."""
    stop = keys.label("stop")
    return f"Testing it with {profile_of(name).label}; nothing is generated. {stop.capitalize()} stops the test."


STOPPED = "The test was stopped; nothing is saved."


def refused(name: str, verdict: KeyVerdict) -> str:
    """The provider does not take it."""
    words = said(verdict.error) if verdict.error else ""
    what = "wants an access token, or refused it" if profile_of(name).local else "refused the key"
    return f"{profile_of(name).label} {what}; nothing is saved. {words}".rstrip()


def unproved(name: str, verdict: KeyVerdict) -> str:
    """Nobody could say whether it is good, and a second enter saves it all the same."""
    label, again = profile_of(name).label, keys.label("key.enter").capitalize()
    if verdict.error is None:
        return f"{label} has no way to tell a good key from a bad one. {again} again saves it untested."
    return f"{not_tested(name, verdict)} {again} again saves it untested."


def not_tested(name: str, verdict: KeyVerdict) -> str:
    """Why nobody could say whether it is good."""
    happened = f"{profile_of(name).label} {what_happened(verdict.error)}" if verdict.error else "it gave no answer"
    return f"Not tested: {happened}. {said(verdict.error) if verdict.error else ''}".strip()


def untestable(config: ProviderConfig) -> str:
    """Another setting stands in the way of a test."""
    mend = f" To mend it: {one_line(config.fix)}." if config.fix else ""
    again = keys.label("key.enter").capitalize()
    return f"Not tested: {one_line(config.problem)}{mend} {again} again saves it untested."


def is_wrong_in_itself(config: ProviderConfig, name: str) -> bool:
    """Whether what was entered is itself what is wrong, so that there is nothing to save. A problem begins with the
    name of its variable, and with its place where it stands in one."""
    return any(
        config.problem.startswith(f"{variable} ") and not config.problem.startswith(f"{variable} (")
        for variable in variables_of(name)
    )


def wrong(config: ProviderConfig) -> str:
    """What was entered cannot be what is wanted."""
    return one_line(config.problem)


def confirm_removal(place: KeyPlace) -> str:
    """Before a line is taken out of the file."""
    again, stop = keys.label("key.remove").capitalize(), keys.label("stop")
    return f"{again} again takes {_all(sorted(place.saved))} out of {place.file}; {stop} keeps it."


def nothing_to_remove(name: str, place: KeyPlace) -> str:
    """The file has no line that could be taken away."""
    elsewhere = "".join(f" {stands} is not ours to change." for stands in place.overruled.values())
    return f"{place.file} sets no {_all(variables_of(name), 'or')}.{elsewhere}"


def taken_away(name: str, place: KeyPlace, problem: str, config: ProviderConfig) -> str:
    """After that; `config` is how the provider is asked from now on."""
    if problem:
        return one_line(problem)
    saved = sorted(place.saved)
    gone = f"{_all(saved)} {_are(saved)} taken out of {place.file}"
    if not config.configured:
        return f"{gone}; {name} is {'looked for' if profile_of(name).local else 'not asked any more'}."
    left = "".join(f" {stands} is in force." for stands in place.overruled.values())
    return f"{gone}; {name} is still set up.{left}"


def accepted(
    name: str, verdict: KeyVerdict | None, place: KeyPlace | None, problem: str, snapshot: Snapshot | None
) -> tuple[str, bool]:
    """What is told when something was entered, and whether that is a warning. `verdict` None where nothing was tested,
    `problem` what stood in the way of saving it."""
    profile = profile_of(name)
    what = "address" if profile.local else "key"
    trouble = verdict is not None and verdict.standing is KeyStanding.ACCEPTED and verdict.error is not None
    parts: list[str] = []
    if verdict is None or verdict.standing is not KeyStanding.ACCEPTED:
        parts.append(f"{profile.label} is set up, untested.")
    elif verdict.error is not None:
        parts.append(
            f"{profile.label} takes the key, but {what_happened(verdict.error)}. {said(verdict.error)}".strip()
        )
    else:
        parts.append(f"{profile.label} answers there." if profile.local else f"{profile.label} takes the key.")
    if problem:
        parts.append(f"{one_line(problem)} The {what} holds for this run.")
    elif place is not None and place.overruled:
        where = " and ".join(place.overruled.values())
        parts.append(f"It holds for this run; at the next start {where} wins over {place.file}. Change it there.")
    elif place is not None:
        parts.append(f"Saved in {place.file}.")
    if snapshot is not None:
        parts.append(_when_asked(name, snapshot))
    is_warning = bool(problem) or trouble or bool(place and place.overruled)
    return " ".join(part for part in parts if part), is_warning


def _when_asked(name: str, snapshot: Snapshot) -> str:
    """From when on the provider is asked."""
    if snapshot.health_of(name).state is HealthState.DISABLED:
        return f"It is switched off; {keys.label('order.switch')} in the fallback order switches it on."
    names = [place.target.provider for place in snapshot.order if place.eligible]
    if name not in names:
        listed = any(place.target.provider == name for place in snapshot.order)
        return "" if listed else "It is not in your order, so it is not asked."
    first = first_to_answer(snapshot)
    if first is not None and first.target.provider != name:
        return f"It is asked if {first.target.provider} fails."
    return "It is asked first."


def _are(names: Sequence[str]) -> str:
    return "are" if len(names) > 1 else "is"


def _all(names: Sequence[str], word: str = "and") -> str:
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last


def _host(root: str) -> str:
    return urlsplit(root).netloc
