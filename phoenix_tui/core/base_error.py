"""The root of the exceptions, apart from them: who only catches or raises it need not load what they carry."""

from __future__ import annotations


class PhoenixError(Exception):
    """Root of everything this package raises on purpose."""
