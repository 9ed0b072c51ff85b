"""The providers' public status pages: a hint that is shown beside a provider and never changes its health.

`read_page` is pure. What it is given comes from a foreign server without any key, so it is taken for hostile: it is
bounded, a document with a DTD is refused, and its words are stripped and cut.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from phoenix_tui.core.adapters.shared import as_dict, as_text, objects, parse
from phoenix_tui.core.snapshot import UpstreamStatus
from phoenix_tui.core.text import redact, strip_controls

MAX_BYTES = 2**20
"""A longer document is not read."""

_WORDS = 200
_STALE_DAYS = 7  # what was not touched for longer was forgotten by its author, or is a chronic complaint
_MOST = 1000
_OVER = frozenset({"resolved", "completed", "postmortem", "scheduled"})
_UNTROUBLED = frozenset({"operational", ""})
_TAG = re.compile(r"<[^<>]{0,2000}>")
_DTD = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# "Status: ACTIVE", or the first word in bold of an update: "<strong>RESOLVED</strong> - It is over."
_ITEM_STATUS = re.compile(
    r"status:\s*(?:<[^<>]{0,20}>\s*)?([a-z_ ]{1,30})|<(?:strong|b)>\s*([a-z_ ]{1,30})<", re.IGNORECASE
)


def read_page(documents: Sequence[bytes], *, page: str, about: re.Pattern[str], now: datetime) -> UpstreamStatus | None:
    """What the `documents` of one status page say together; None when none of them can be read as one.

    A document is JSON as Statuspage and its imitators write it, or RSS. `about` is searched in the names of components
    and services: what it does not find does not concern us. `page` is where a person can read more, `now` an aware
    time of day.
    """
    readings = [_troubles(document, about, now) for document in documents]
    if all(reading is None for reading in readings):
        return None
    troubles = dict.fromkeys(trouble for reading in readings for trouble in reading or ())
    return UpstreamStatus(bool(troubles), _shown("; ".join(troubles)), page, now)


def _troubles(document: bytes, about: re.Pattern[str], now: datetime) -> list[str] | None:
    """The troubles that one document tells of and that are not over, None when it cannot be read."""
    if len(document) > MAX_BYTES:
        return None
    text = document.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    try:
        return _of_rss(text, about, now) if text.startswith("<") else _of_json(text, about, now)
    except ValueError:
        return None


def _of_json(text: str, about: re.Pattern[str], now: datetime) -> list[str]:
    """Raises ValueError for JSON that lists neither components nor incidents: the indicator for the whole page has
    said "none" beside an open incident."""
    page = as_dict(parse(text))
    components, incidents = page.get("components"), page.get("incidents")
    if not isinstance(components, list) and not isinstance(incidents, list):
        raise ValueError("no status page")
    return [
        *(_line(row) for row in _some(incidents) if _is_open(row, now) and _concerns(row, about)),
        *(
            f"{as_text(row.get('name'))}: {as_text(row.get('status')).replace('_', ' ')}"
            for row in _some(components)
            if row.get("group") is not True
            and as_text(row.get("status")) not in _UNTROUBLED
            and about.search(as_text(row.get("name")))
        ),
    ]


def _some(rows: object) -> Iterator[dict[str, object]]:
    for number, row in enumerate(objects(rows)):
        if number >= _MOST:
            return
        yield row


def _line(incident: dict[str, object]) -> str:
    status = as_text(incident.get("status"))
    return f"{as_text(incident.get('name'))} ({status})" if status else as_text(incident.get("name"))


def _is_open(incident: dict[str, object], now: datetime) -> bool:
    touched = (_moment(as_text(incident.get(name))) for name in ("updated_at", "started_at", "created_at"))
    newest = max((moment for moment in touched if moment), default=None)
    return as_text(incident.get("status")) not in _OVER and not _is_stale(newest, now)


def _concerns(incident: dict[str, object], about: re.Pattern[str]) -> bool:
    names = [as_text(row.get("name")) for row in _some(incident.get("components"))]
    return not names or any(about.search(name) for name in names)


def _of_rss(text: str, about: re.Pattern[str], now: datetime) -> list[str]:
    """Raises ValueError for anything but RSS without a DTD."""
    if _DTD.search(text):
        raise ValueError("a document type is nothing that a feed needs, and a way to do harm")
    # Imported here: slow to load, and most people never read a feed.
    from xml.etree import ElementTree  # noqa: PLC0415

    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - bounded, and without a DTD there are no entities to expand
    except ElementTree.ParseError as error:
        raise ValueError("no XML") from error
    if root.tag != "rss":
        raise ValueError("no RSS")
    troubles = []
    for number, item in enumerate(root.iterfind("./channel/item")):
        if number >= _MOST:
            break
        told = {name: item.findtext(name) or "" for name in ("title", "link", "description", "pubDate")}
        status = _item_status([category.text or "" for category in item.iterfind("category")], told["description"])
        is_ours = about.search(told["title"]) or about.search(told["link"])
        if is_ours and status not in _OVER and not _is_stale(_rss_moment(told["pubDate"]), now):
            title = _TAG.sub("", html.unescape(told["title"])).strip()
            troubles.append(f"{title} ({status})" if status else title)
    return troubles


def _item_status(categories: Sequence[str], description: str) -> str:
    """The status of an incident in lower case, "" where none is told."""
    for category in categories:
        if category.strip().lower() in _OVER:
            return category.strip().lower()
    found = _ITEM_STATUS.search(description[:4000])
    return (found[1] or found[2]).strip().lower() if found else ""


def _is_stale(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and (now - moment).days >= _STALE_DAYS


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _rss_moment(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - as above

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _shown(words: str) -> str:
    line = " ".join(redact(strip_controls(words[: 20 * _WORDS])).split())
    return line if len(line) <= _WORDS else f"{line[: _WORDS - 1]}…"
