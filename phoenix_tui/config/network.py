"""Proxies and certificates. From the shell environment alone: a cloned folder must not choose who reads the traffic."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from phoenix_tui.config.files import shown
from phoenix_tui.config.problems import ConfigProblem
from phoenix_tui.core.values import dataclass

_PROXIES = {"https": "HTTPS_PROXY", "http": "HTTP_PROXY", "all": "ALL_PROXY"}
_SOCKS = ("socks5", "socks5h")


@dataclass(frozen=True, slots=True)
class Network:
    """How the outside is reached.

    `proxies` maps "https", "http" and "all" to a proxy's URL (which may hold a password, so it does not show itself),
    `no_proxy` lists hosts reached without one, `ca_file` is a bundle of trusted certificates. `blocked` is the problem
    with a proxy that cannot be used: nothing but this machine may then be reached, since going round a proxy that
    the person set would show them where they did not want to be seen.
    """

    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    no_proxy: tuple[str, ...] = ()
    ca_file: str | None = None
    blocked: ConfigProblem | None = None
    problems: tuple[ConfigProblem, ...] = ()


def read_network(environ: Mapping[str, str]) -> Network:
    """Proxies and certificates of `environ`. A lower-case name wins over its upper-case form, as everywhere else; an
    empty value counts as unset. Never raises."""
    proxies: dict[str, str] = {}
    blocked: ConfigProblem | None = None
    problems: list[ConfigProblem] = []
    for scheme, name in _PROXIES.items():
        value = _value(environ, name)
        if not value:
            continue
        url = value if "://" in value else f"http://{value}"
        if wrong := _wrong_proxy(url):
            blocked = ConfigProblem(
                f"{name} (environment) {wrong[0]}, so only providers on this machine can be reached.",
                variable=name,
                fix=wrong[1].format(name=name),
                fatal=True,
            )
            problems.append(blocked)
        else:
            proxies[scheme] = url
    no_proxy = tuple(part for part in re.split(r"[,\s]+", _value(environ, "NO_PROXY")) if part)
    ca_file = _value(environ, "SSL_CERT_FILE") or None
    if ca_file and not os.path.isfile(ca_file):  # noqa: PTH113 - Path.is_file() raises for a path that is too long
        named = f"SSL_CERT_FILE (environment) names {shown(Path(ca_file))}, which is no file"
        message = f"{named}; the usual certificates are used."
        problems.append(ConfigProblem(message, variable="SSL_CERT_FILE", fix="unset SSL_CERT_FILE"))
        ca_file = None
    return Network(proxies, no_proxy, ca_file, blocked, tuple(problems))


def _value(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name.lower(), "").strip() or environ.get(name, "").strip()


def _wrong_proxy(url: str) -> tuple[str, str] | None:
    """What is wrong with a proxy's URL, and how to mend it. Shows nothing of the URL: it may hold a password."""
    usual = "{name}=http://host:port"
    try:
        parts = urlsplit(url)
        has_host, _ = bool(parts.hostname), parts.port
    except ValueError:
        return "is not the address of a proxy", usual
    if not has_host or not url.isascii() or not url.isprintable() or " " in url:
        return "is not the address of a proxy", usual
    if parts.scheme in _SOCKS and find_spec("socksio") is None:
        return "names a SOCKS proxy, for which a library is missing", "pip install socksio"
    if parts.scheme not in ("http", "https", *_SOCKS):
        return "names a kind of proxy that is not supported", usual
    return None
