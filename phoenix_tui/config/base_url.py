"""Base URLs as people write them, turned into a root and a version path."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urlsplit

from phoenix_tui.core.adapters.base import WireFormat
from phoenix_tui.core.profiles import Profile
from phoenix_tui.core.text import redact
from phoenix_tui.core.values import dataclass

_VERSION = re.compile(r"v\d+(?:p\d+)?(?:(?:alpha|beta|preview|rc)\d*)?", re.IGNORECASE)
_HOST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_ENDPOINTS = (("chat", "completions"), ("responses",), ("messages",))
# What may stand at the end of a local server's address and is not its root: it has several surfaces beside each other.
_SURFACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "ollama": (("v1",), ("api",)),
    "lmstudio": (("api", "v0"), ("api", "v1"), ("api",), ("v1",)),
}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_MAX_LENGTH = 2_000


class BadURL(ValueError):
    """An address that cannot be used. The message is a phrase: "has no host". `better` is the address that was
    probably meant, "" where it cannot be guessed. Neither holds a password."""

    def __init__(self, phrase: str, better: str = "") -> None:
        super().__init__(phrase)
        self.better = better


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL in two parts. `root` is the scheme, host, port and what stands before the version; `version_path`
    begins with a slash."""

    root: str
    version_path: str

    def __str__(self) -> str:
        return self.root + self.version_path

    @property
    def host(self) -> str:
        return urlsplit(self.root).hostname or ""

    @property
    def in_clear(self) -> bool:
        """Whether what is sent there can be read on the way: http, and a host that is not plainly a near one."""
        return self.root.startswith("http://") and not is_private(self.host)


def is_private(host: str) -> bool:
    """Whether `host` is on this machine or its own network, as far as its name or number says."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host.rstrip(".") or host.endswith(_PRIVATE_SUFFIXES)


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, as far as its name or number says."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def normalise(text: str, profile: Profile) -> Address:
    """The address that `text` means for `profile`'s provider. Raises BadURL.

    The version path may be left out, in part or whole. A local server's address may be a bare host, host:port or
    :port (http and its default port), a scheme without a port means that scheme's port, and the addresses that
    servers listen on, 0.0.0.0 and ::, mean this machine. `normalise(str(result))` gives `result` again.
    """
    scheme, authority, segments = _split(text.strip(), profile)
    if profile.local:
        has_scheme = "://" in text
        default = urlsplit(profile.root).port if not has_scheme else None
        root_segments, version = _strip_surface(segments, profile), _segments(profile.version_path)
    else:
        default = None
        root_segments, version = _find_version(segments, profile)
    host, port = _host_and_port(authority, local=profile.local)
    port = port or default
    shown_port = f":{port}" if port and port != _DEFAULT_PORTS[scheme] else ""
    return Address(f"{scheme}://{host}{shown_port}{_path(root_segments)}", _path(version))


def _split(text: str, profile: Profile) -> tuple[str, str, list[str]]:
    if len(text) > _MAX_LENGTH:
        raise BadURL("is longer than an address can be")
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in text):
        raise BadURL("has a blank, a backslash or a control character in it")
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path, _, query = rest[len(authority) :].partition("?")
    path, _, fragment = path.partition("#")
    if "@" in authority:
        raise BadURL("has a user name or password in it; the key has its own variable")
    if query or fragment:
        raise BadURL("has a query (?) or a fragment (#) in it", re.split("[?#]", text, maxsplit=1)[0])
    if not separator and not profile.local:
        raise BadURL("does not begin with https://", _with_scheme(text, authority))
    if scheme.lower() not in _DEFAULT_PORTS:
        raise BadURL("begins with neither http:// nor https://", f"https://{rest}" if rest else "")
    return scheme.lower(), authority, _segments(path)


def _segments(path: str) -> list[str]:
    segments = [quote(segment, safe="%:@!$&'()*+,;=~") for segment in path.split("/") if segment]
    if any(segment in (".", "..") for segment in segments):
        raise BadURL("has . or .. in its path")
    return segments


def _path(segments: list[str]) -> str:
    return "".join(f"/{segment}" for segment in segments)


def _strip_surface(segments: list[str], profile: Profile) -> list[str]:
    for surface in _SURFACES[profile.name]:
        if tuple(segments[-len(surface) :]) == surface:
            return _strip_surface(segments[: -len(surface)], profile)
    return segments


def _find_version(segments: list[str], profile: Profile) -> tuple[list[str], list[str]]:
    """What stands before the version, and the version, completed from the profile where it is missing."""
    usual = _segments(profile.version_path)
    while endpoint := next((it for it in _ENDPOINTS if tuple(segments[-len(it) :]) == it), None):
        segments = segments[: -len(endpoint)]
    for length in range(len(usual), 0, -1):
        if segments[-length:] == usual[:length]:
            return segments[:-length], usual
    if segments and _VERSION.fullmatch(segments[-1]):
        return segments[:-1], segments[-1:]
    if profile.wire_format in (WireFormat.OPENAI_CHAT, WireFormat.OPENAI_RESPONSES):
        # This format's own convention puts the version into the base URL: one that stands further left is whole.
        for at, segment in enumerate(segments):
            if _VERSION.fullmatch(segment):
                return segments[:at], segments[at:]
    return segments, usual


def _with_scheme(text: str, authority: str) -> str:
    """`text` as an address, "" unless it looks like one: it may be a key that was pasted into the wrong variable."""
    host, _, port = authority.partition(":")
    if redact(text) != text or not (port.isdigit() or "." in host or host == "localhost"):
        return ""
    return f"{'http' if is_private(host) else 'https'}://{text}"


def _host_and_port(authority: str, *, local: bool) -> tuple[str, int | None]:
    host, port = _cut_port(authority)
    if not host:
        if not local or not authority:
            raise BadURL("has no host")
        host = "127.0.0.1"
    if local and host in ("0.0.0.0", "::"):  # noqa: S104 - taken out, not listened on
        host = "127.0.0.1"
    return f"[{host}]" if ":" in host else host, port


def _cut_port(authority: str) -> tuple[str, int | None]:
    bare = authority.strip("[]")
    if bare.count(":") > 1 and authority.startswith("[") == authority.endswith("]"):
        return _ipv6(bare), None
    host, colon, port = authority.rpartition(":")
    if not colon:
        host, port = authority, ""
    host = _ipv6(host[1:-1]) if host.startswith("[") and host.endswith("]") else _host(host)
    if not port:
        return host, None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
        raise BadURL("has a port that is not a number from 1 to 65535")
    return host, int(port)


def _ipv6(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError as error:
        raise BadURL("has an IPv6 address that is not one") from error
    if address.scope_id:
        raise BadURL("has an IPv6 zone, which an address on the network cannot have")
    return str(address)


def _host(text: str) -> str:
    if not text:
        return ""
    try:
        host = text.lower() if text.isascii() else text.encode("idna").decode("ascii").lower()
        readable = host.encode("ascii").decode("idna") if "xn--" in host else ""
    except UnicodeError as error:
        raise BadURL("has a host name that cannot exist") from error
    if not all(character.isalnum() or character in "-." for character in readable):
        raise BadURL("has a host name that cannot exist")  # drawings, and an underscore beside an accent: IDNA 2008
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(_HOST_LABEL.fullmatch(label) for label in labels):
        raise BadURL("has a host name that cannot exist")
    if labels[-1].isdigit():
        try:
            ipaddress.IPv4Address(host)
        except ValueError as error:
            raise BadURL("has an IPv4 address that is not one") from error
    return host
