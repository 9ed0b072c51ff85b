"""Passing notices that say nothing any more."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App
from textual.notifications import Notification


def take_away(app: App[object], which: Callable[[Notification], bool]) -> None:
    """Take the notices that `which` picks off the screen."""
    past = [notice for notice in app._notifications if which(notice)]
    for notice in past:
        app._unnotify(notice, refresh=False)
    if past:
        app._refresh_notifications()
