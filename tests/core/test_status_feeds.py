"""Public status pages: what is a trouble of the API, what is over, stale or somebody else's, and what is an attack."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_tui.core.profiles import profile_of
from phoenix_tui.core.snapshot import UpstreamStatus
from phoenix_tui.core.status_feeds import MAX_BYTES, read_page

NOW = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
TODAY, LAST_MONTH = "2027-01-15T07:00:00Z", "2026-12-15T07:00:00.123Z"
ANY = re.compile("")


def read(*documents: Any, of: str = "") -> tuple[bool, str] | None:
    """Trouble and words of a page; JSON values stand for their documents."""
    written = [each.encode() if isinstance(each, str) else json.dumps(each).encode() for each in documents]
    status = read_page(written, page="p", about=profile_of(of).status_about if of else ANY, now=NOW)
    return None if status is None else (status.trouble, status.words)


def component(name: str, status: str = "operational", **more: Any) -> dict[str, Any]:
    return {"id": "c", "name": name, "status": status, "group": False, **more}


def incident(name: str, status: str = "investigating", **more: Any) -> dict[str, Any]:
    return {"id": "i", "name": name, "status": status, "impact": "minor", "updated_at": TODAY, **more}


def item(
    title: str, description: str, *categories: str, link: str = "", date: str = "Fri, 15 Jan 2027 07:00:00 GMT"
) -> str:
    tags = "".join(f"<category>{category}</category>" for category in categories)
    return (
        f"<item><title>{title}</title><link>{link}</link><description><![CDATA[{description}]]></description>"
        f"<pubDate>{date}</pubDate>{tags}</item>"
    )


def rss(*items: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>T</title>'
    return f"{head}{''.join(items)}</channel></rss>"


API = component("Claude API (api.anthropic.com)")


def test_all_is_well() -> None:
    well = {"status": {"indicator": "none"}, "components": [API], "incidents": []}
    assert read(well, of="anthropic") == (False, "")


def test_what_is_read_says_when_and_where() -> None:
    status = read_page([b'{"components":[]}'], page="https://status.example", about=ANY, now=NOW)
    assert status == UpstreamStatus(False, "", "https://status.example", NOW)


def test_an_open_incident_counts_though_the_indicator_says_none() -> None:
    open_one = incident("Elevated errors", components=[API])
    page = {"status": {"indicator": "none"}, "components": [API], "incidents": [open_one]}
    assert read(page, of="anthropic") == (True, "Elevated errors (investigating)")


@pytest.mark.parametrize("status", ["degraded_performance", "partial_outage", "major_outage", "under_maintenance"])
def test_a_component_that_is_not_well(status: str) -> None:
    page = {"components": [component("API", status), component("Site"), component("APIs", status, group=True)]}
    assert read(page, of="anthropic") == (True, f"API: {status.replace('_', ' ')}")


@pytest.mark.parametrize(
    "row",
    [
        incident("over", "resolved"),
        incident("over", "postmortem"),
        incident("to come", "scheduled"),
        incident("forgotten", updated_at=LAST_MONTH),
        incident("forgotten", updated_at=None, started_at=LAST_MONTH, created_at=LAST_MONTH),
        incident("somebody else's", components=[component("claude.ai"), component("Console")]),
    ],
)
def test_incidents_that_are_none_of_ours_now(row: dict[str, Any]) -> None:
    assert read({"incidents": [row]}, of="anthropic") == (False, "")


@pytest.mark.parametrize(
    "row",
    [
        incident("Errors"),
        incident("Errors", updated_at="yesterday"),
        incident("Errors", created_at=LAST_MONTH),
        incident("Errors", components=[component("claude.ai"), component("API")]),
    ],
)
def test_incidents_that_are_ours(row: dict[str, Any]) -> None:
    assert read({"incidents": [row]}, of="anthropic") == (True, "Errors (investigating)")


def test_openai_has_components_in_one_document_and_incidents_in_the_other() -> None:
    summary = {"components": [component("Responses", "partial_outage"), component("Sora", "major_outage")]}
    incidents = {"incidents": [incident("Slow answers", "monitoring"), incident("Old", "resolved")]}
    both = (True, "Responses: partial outage; Slow answers (monitoring)")
    assert read(summary, incidents, of="openai") == both
    assert read(summary, "", of="openai") == (True, "Responses: partial outage")
    assert read("<html>", incidents, of="openai") == (True, "Slow answers (monitoring)")


XAI_ACTIVE = "\n<h3>Status: ACTIVE</h3>\n<p>Severity: outage</p><div><h3>Investigating outage</h3></div>"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (item("[API] Errors", XAI_ACTIVE, "outage", "active"), (True, "[API] Errors (active)")),
        (item("Errors", XAI_ACTIVE, link="https://x/api-us-east-1/INC1"), (True, "Errors (active)")),
        (item("[Grok (Web)] Errors", XAI_ACTIVE, "active", link="https://x/grok-com/INC1"), (False, "")),
        (item("[API] Errors", "<h3>Status: RESOLVED</h3>", "degraded"), (False, "")),
        (item("[API] Errors", XAI_ACTIVE, "outage", "Resolved"), (False, "")),
        (item("[API] Errors", XAI_ACTIVE, "active", date="Fri, 01 Jan 2027 07:00:00 GMT"), (False, "")),
        (item("[API] Errors", "", date="whenever"), (True, "[API] Errors")),
    ],
)
def test_xai(entry: str, expected: tuple[bool, str]) -> None:
    assert read(rss(entry), of="grok") == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("RESOLVED", (False, "")),
        ("COMPLETED", (False, "")),
        ("INVESTIGATING", (True, "Many 429s (investigating)")),
    ],
)
def test_openrouter(word: str, expected: tuple[bool, str]) -> None:
    newest = f"<p><small>Jan 15</small><br/><strong>{word}</strong> - <p>So it is.</p></p>"
    older = "<p><small>Jan 14</small><br/><strong>IDENTIFIED</strong> - <p>RESOLVED soon.</p></p>"
    assert read(rss(item("Many 429s", newest + older)), of="openrouter") == expected


def test_a_feed_without_items_reports_nothing() -> None:
    assert read(rss()) == (False, "")


def test_gemini_has_no_feed_so_nothing_is_shown() -> None:
    profile = profile_of("gemini")
    assert profile.status_page
    assert profile.status_feeds == ()
    assert read() is None


BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<rss><channel><item><title>&b;</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"status":{"indicator":"none"}}',
        '{"components":{}}',
        "[" * 200_000,
        "<html><title>Just a moment...</title></html>",
        "<!doctype html><html><body>challenge</body></html>",
        "<rss><channel>",
        "<feed/>",
        BOMB,
        BOMB.replace("<!DOCTYPE", "<!doctype"),
        "<?xml version='1.0'?>" + BOMB,
        "\ufeff" + BOMB,
        rss(item("x", "y")).replace("</rss>", " " * MAX_BYTES + "</rss>"),
    ],
    ids=range(16),
)
def test_what_is_no_status_page(document: str) -> None:
    assert read(document) is None


def test_a_document_type_cannot_hide_in_another_encoding() -> None:
    document = BOMB.replace("<!DOCTYPE", '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE')
    assert read_page([document.encode("utf-16")], page="p", about=ANY, now=NOW) is None
    harmless = rss(item("x", "y")).replace("UTF-8", "UTF-7")
    assert read(harmless) == (True, "x")


def test_a_deep_document_does_no_harm() -> None:
    depth = 100_000
    assert read(rss(item("x", "y")).replace("<channel>", "<a>" * depth + "</a>" * depth + "<channel>")) == (True, "x")


def test_words_are_made_safe_and_short() -> None:
    hostile = "[/b] \x1b[31mred\x1b]0;title\x07 \u202esk-abcdefgh1234\n" + "word " * 400
    trouble, words = read({"incidents": [incident(hostile)] * 3}) or (False, "")
    assert trouble
    assert words.startswith("[/b] red [redacted] word word")
    assert len(words) == 200
    assert words.isprintable()
    assert words.endswith("…")


def test_however_many_rows_there_are_few_are_read() -> None:
    many = {"components": [component("c")] * 1000 + [component("late", "major_outage")]}
    assert read(many) == (False, "")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["components", "incidents", "name", "status", "group", "updated_at"]), inner)
    ),
    max_leaves=20,
)


@given(st.one_of(st.binary(max_size=200), JSON_VALUES.map(lambda value: json.dumps(value).encode())))
def test_no_document_does_harm(document: bytes) -> None:
    status = read_page([document], page="p", about=ANY, now=NOW)
    assert status is None or len(status.words) <= 200


@given(st.text(max_size=200), st.text(max_size=40))
def test_no_text_in_a_feed_does_harm(description: str, date: str) -> None:
    status = read_page(
        [rss(item("t", description, date=date)).encode("utf-8", "replace")], page="p", about=ANY, now=NOW
    )
    assert status is None or len(status.words) <= 200
