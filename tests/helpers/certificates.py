"""Certificates for servers on this machine, good and bad ones."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import trustme


def server_context(
    authority: trustme.CA, *, host: str = "localhost", since: int = 2020, until: int = 2099
) -> ssl.SSLContext:
    """What a server needs to show a certificate of `authority` for `host` that holds between two years."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(
        host, not_before=datetime(since, 1, 1, tzinfo=UTC), not_after=datetime(until, 1, 1, tzinfo=UTC)
    ).configure_cert(context)
    return context


def trust(authority: trustme.CA, folder: Path) -> str:
    """The path of a bundle that trusts `authority` and nobody else."""
    bundle = folder / "trusted.pem"
    authority.cert_pem.write_to_path(str(bundle))
    return str(bundle)
