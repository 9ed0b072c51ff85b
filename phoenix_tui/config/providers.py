"""One provider's settings from all the sources, with the safety rule for base URLs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pydantic import SecretStr

from phoenix_tui.config.base_url import Address, BadURL, is_loopback, normalise
from phoenix_tui.config.models import ProviderName, ProviderSettings
from phoenix_tui.config.problems import ConfigProblem
from phoenix_tui.config.sources import Found, Layers, Source, SourceKind, Trust
from phoenix_tui.config.validation import setting, wrong_value
from phoenix_tui.config.variables import wire_variable
from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.core.profiles import Profile
from phoenix_tui.core.text import strip_controls

_KEY_LOOKS = {"openrouter": "sk-or-...", "anthropic": "sk-ant-...", "gemini": "AIza...", "grok": "xai-..."}
_WIRE_FORMATS = {"responses": WireFormat.OPENAI_RESPONSES, "chat": WireFormat.OPENAI_CHAT}
_MAX_KEY = 8_192


class ProviderReader:
    """Reads one provider. `problems` and `sources` fill up as it does."""

    def __init__(self, profile: Profile, layers: Layers) -> None:
        self._profile = profile
        self._layers = layers
        self._trouble: ConfigProblem | None = None
        self.problems: list[ConfigProblem] = []
        self.sources: dict[str, Source] = {}

    def read(self) -> ProviderSettings:
        """The provider as its own variables have it. Never raises: what is wrong becomes its `problem` and `fix`."""
        profile = self._profile
        key = self._key()
        url = self._url(key)
        address = self._address(url, has_key=key is not None) if url else None
        model = self._layers.get(profile.model_variable)
        if model:
            self.sources[profile.model_variable] = model.source
        named = bool(url) or (model is not None and model.source.kind is not SourceKind.CHOICE)
        problem, fix, broken = self._verdict(key)
        if address is not None and str(address) == profile.root + profile.version_path:
            address = None  # the provider's own address, said aloud
        if address is None and profile.local and not problem:
            address = Address(profile.root, profile.version_path)
        return ProviderSettings(
            name=cast("ProviderName", profile.name),
            configured=not problem and (named if profile.local else key is not None),
            key=SecretStr(key.text) if key and not self._trouble else None,
            root=address.root if address else "",
            version_path=address.version_path if address else "",
            model=strip_controls(model.text) if model else "",
            wire_format=self._wire_format(),
            problem=problem,
            fix=fix,
            broken=broken,
        )

    def _key(self) -> Found | None:
        found = self._layers.get(*self._profile.key_variables)
        if found is None:
            return None
        self.sources[self._profile.key_variables[0]] = found.source
        text = _unquoted(found.text)
        if wrong := _wrong_key(text):
            self._fail(found, f"{found.source} {wrong}.", setting(found, self._key_look()))
        return Found(text, found.source)

    def _url(self, key: Found | None) -> Found | None:
        """The base URL in force: the first that is trusted at least as far as the key that would be sent to it."""
        for found in self._urls():
            if key is None or found.source.trust >= key.source.trust:
                self.sources[self._profile.url_variables[0]] = found.source
                return Found(_unquoted(found.text), found.source)
            self._notice(
                found,
                f"{found.source} is ignored: it would send the key of {key.source} to an address from a less trusted "
                "place.",
                f"set {found.source.name} where the key is set",
            )
        return None

    def _urls(self) -> Iterator[Found]:
        return (found for name in self._profile.url_variables for found in self._layers.all(name))

    def _address(self, url: Found, *, has_key: bool) -> Address | None:
        profile = self._profile
        try:
            address = normalise(url.text, profile)
        except BadURL as error:
            self._fail(url, f"{url.source} {error}.", setting(url, error.better or profile.root))
            return None
        if has_key and address.in_clear:
            secure = f"https://{str(address).removeprefix('http://')}"
            message = (
                f"{url.source} begins with http://, so the key of {profile.label} would cross the network in clear."
            )
            self._fail(url, message, setting(url, secure))
            return None
        if profile.local and url.source.trust < Trust.OWN and not is_loopback(address.host):
            message = f"{url.source} sends what {profile.label} is asked to {address.host}, which is not this machine."
            self._notice(url, message, "")
        return address

    def _wire_format(self) -> WireFormat | None:
        variable = wire_variable(self._profile)
        found = self._layers.get(variable) if variable else None
        if found is None:
            return None
        self.sources[variable] = found.source
        chosen = _WIRE_FORMATS.get(found.text.lower())
        if chosen is None:
            self.problems.append(wrong_value(found, variable=variable, valid=tuple(_WIRE_FORMATS)))
        return chosen

    def _verdict(self, key: Found | None) -> tuple[str, str, bool]:
        """Problem and fix, both empty when all is well, and whether a setting is wrong rather than missing."""
        profile = self._profile
        if self._trouble:
            return self._trouble.message, self._trouble.fix, True
        if broken := self._layers.broken(*self._unset(profile.key_variables), *self._unset(profile.url_variables)):
            return broken.message, broken.fix, True
        if profile.local or key:
            return "", "", False
        name = profile.key_variables[0]
        message = f"{profile.label} has no key: {name} is not set. Keys: {profile.key_page}"
        return message, f"{name}={self._key_look()}  in .env.local, or export it", False

    def _unset(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """`names` of one setting, none when one of them has a value after all."""
        return () if self._layers.get(*names) else names

    def _key_look(self) -> str:
        return _KEY_LOOKS.get(self._profile.name, "sk-...")

    def _fail(self, found: Found, message: str, fix: str) -> None:
        problem = self._notice(found, message, fix)
        self._trouble = self._trouble or problem

    def _notice(self, found: Found, message: str, fix: str) -> ConfigProblem:
        problem = ConfigProblem(message, found.source.file, found.source.line, found.source.name, fix)
        self.problems.append(problem)
        return problem


def _unquoted(text: str) -> str:
    """`text` without the quotation marks that some tools leave around a value."""
    return text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _wrong_key(text: str) -> str:
    """What is wrong with a key, as a phrase that shows nothing of it; "" when it may be one."""
    if text.endswith(("...", "…")):
        return "is still the example, not a key"
    if text.startswith(("${", "$(")):
        return "begins with $, and nothing is put in its place here; write the key itself"
    if len(text) > _MAX_KEY:
        return "is longer than a key can be"
    if not text.isascii() or not text.isprintable() or any(map(str.isspace, text)):
        return "has a blank, a line break or a character in it that no key has; copy the key again"
    return ""
