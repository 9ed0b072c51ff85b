"""What holds for every test: traffic stays on this machine, and nobody's own settings are seen."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import pytest

_OWN_PREFIXES = ("LLM_", "PHOENIX_TUI_")
_OWN_SUFFIXES = ("_API_KEY", "_BASE_URL", "_MODEL", "_PROXY", "_proxy", "_API")
_OWN_NAMES = ("OLLAMA_HOST", "LM_API_TOKEN", "SSL_CERT_FILE", "NO_COLOR", "TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY")


class OutsideTraffic(AssertionError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to anything but loopback fail the test that makes them."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise OutsideTraffic(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither keys nor folders of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(_OWN_PREFIXES) or name.endswith(_OWN_SUFFIXES) or name in _OWN_NAMES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("PHOENIX_TUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("PHOENIX_TUI_STATE_DIR", str(tmp_path / "state"))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
