"""The table itself: nothing of the policy's list is missing, nothing is unstated, and the same fault has one class."""

from __future__ import annotations

from collections import defaultdict

from phoenix_tui.core.errors import ErrorClass
from tests.matrix.cells import all_cells
from tests.matrix.faults import BY_NAME, FAULTS
from tests.matrix.known_defects import KNOWN_DEFECTS
from tests.matrix.outcomes import ROWS, Cannot, Fails
from tests.matrix.phases import Phase
from tests.matrix.printing import table

LISTED = {
    "refused": ["refused"],
    "name resolution": ["no such name", "name server fails", "name server is silent"],
    "no route": ["no route", "host unreachable"],
    "TLS": ["certificate not trusted", "certificate expired", "handshake stalls"],
    "backlog": ["backlog full"],
    "silence": ["accepts, then silence", "headers at 1 B/s", "body at 1 B/s", "pings only", "role-only deltas only"],
    "RST before headers": ["reset before headers", "kept connection reset"],
    "RST and FIN in the body": ["reset in the body", "closed in a chunked body", "body ends too early"],
    "chunked without its end": ["chunked body without its last chunk"],
    "content-length": ["content-length too short", "content-length too long"],
    "events": ["event cut in two", "a blank line is missing", "CRLF", "lone CR", "byte-order mark"],
    "SSE fields": ["data over several lines", "comments", "retry: and id:"],
    "sizes": ["event of 10 MB", "100,000 tiny events"],
    "JSON": ["event that is no JSON", "events of a wrong shape", "other candidates, odd indexes"],
    "UTF-8": ["characters split over chunks", "bytes that are no UTF-8"],
    "compression": ["gzip", "truncated gzip", "labelled gzip, and is not"],
    "content types": ["content-type text/plain", "web page as the reply", "204"],
    "redirects": ["307 to the same host", "307 to another host"],
    "errors in a 200": ["error in the body: server", "finish_reason error", "response.failed, server_error"],
    "empty choices": ["empty choices"],
    "statuses": [
        f"{status}, {kind}"
        for status in (400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529)
        for kind in ("with a body", "without a body")
    ],
    "waits": [f"429, Retry-After: {value}" for value in ("0", "1.5", "120", "1e9", "-5", "soon", "a date past")],
    "more waits": ["429, Retry-After: a date in 1 h", "429, retry-after-ms: 1500", "429, RetryInfo 46s"],
    "proxy": ["407, with a body"],
    "clocks": ["wall clock 1 h ahead", "wall clock 1 h back", "suspended for 2 h"],
}
"""The fault list of the policy, and where each of it is found here."""

OTHER_CLASS = {
    ("error in the body: bad_request", "ollama"): ErrorClass.SERVER,
    ("error in the body: model_not_ready", "lmstudio"): ErrorClass.MODEL_NOT_FOUND,
    ("error in its own words: model_not_ready", "lmstudio"): ErrorClass.MODEL_NOT_FOUND,
}
"""Where a provider's words do not say what the fault is; everything else has one class everywhere."""


def test_the_whole_fault_list_is_here() -> None:
    missing = [name for names in LISTED.values() for name in names if name not in BY_NAME]
    assert not missing


def test_each_fault_states_an_outcome_for_each_phase_and_can_occur() -> None:
    for fault in FAULTS:
        assert set(fault.at) == set(Phase), fault.name
    occurring = {cell.fault.name for cell in all_cells() if cell.occurs}
    assert occurring == set(BY_NAME)


def test_what_cannot_occur_says_why() -> None:
    reasons = {cell.outcome.why for cell in all_cells() if isinstance(cell.outcome, Cannot)}
    assert reasons
    assert all(len(reason.split()) > 2 for reason in reasons)


def test_every_row_of_the_policy_is_reached() -> None:
    reached = {cell.outcome.row for cell in all_cells() if isinstance(cell.outcome, Fails)}
    assert reached == set(ROWS)


def test_one_fault_has_one_class_for_stream_and_single_and_for_all_providers() -> None:
    classes = defaultdict(set)
    for cell in all_cells():
        if isinstance(cell.outcome, Fails):
            found = ROWS[cell.outcome.row].error
            if OTHER_CLASS.get((cell.fault.name, cell.speaker.provider)) is not found:
                classes[cell.fault.name, cell.phase].add(found)
    assert {key: found for key, found in classes.items() if len(found) > 1} == {}


def test_known_defects_name_cells_that_exist() -> None:
    for defect in KNOWN_DEFECTS:
        assert any(defect.covers(cell) for cell in all_cells() if cell.occurs), defect


def test_the_printed_table_has_a_line_for_every_fault_and_the_counts() -> None:
    text = "\n".join(table())
    assert all(f"| {fault.name} |" in text for fault in FAULTS)
    occurring = sum(cell.occurs for cell in all_cells())
    assert f"{occurring:,} cells occur" in text
