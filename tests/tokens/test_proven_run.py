"""A run with tokens: proven and unproven reports by month, through the door and into exports."""

import hashlib
import json
from datetime import date

import pytest

from nlp.embedding import UniversalSentenceEncoder
from observatory import catalogue
from observatory.analysis.opening import Opened, Report
from observatory.analysis.run import run
from observatory.analysis.state import State
from observatory.complaint import periods
from observatory.demo.corpus import make_corpus
from observatory.disclosure import Door, SafeAnalysis
from observatory.disclosure.rules import Rules
from observatory.tokens import token

WITH_TOKENS = 10
MONTHS = ("2026-10", "2026-11", "2026-12")


@pytest.fixture(scope="module")
def reports(issuer_key, epoch):
    """Reports of one quarter, of which the first ones of two months bear a token."""

    def a_token():
        wish, request = token.wish(epoch)
        return wish.fulfil(epoch, token.answer(issuer_key, request)).to_bytes()

    weeks = [f"2026-W{number}" for number in range(40, 53)]
    found = []
    for number, told in enumerate(make_corpus(size=90, months=6).reports):
        week = weeks[number % 13]
        found.append(
            Report(
                hashlib.sha256(str(number).encode()).digest(),
                told.narrative,
                told.facets,
                week,
                "form",
                periods.month_of_week(week),
            )
        )
    # In October, and the same tokens a second time in December.
    october = [n for n, one in enumerate(found) if one.kept == "2026-10"][:WITH_TOKENS]
    december = [n for n, one in enumerate(found) if one.kept == "2026-12"][:WITH_TOKENS]
    for one, again in zip(october, december, strict=True):
        bytes_of_token = a_token()
        for place in (one, again):
            found[place] = Report(
                **{**vars(found[place]), "token": bytes_of_token},
            )
    return tuple(sorted(found, key=lambda one: one.narrative))


def analysed(reports, epochs):
    opened = Opened(
        reports,
        dict.fromkeys(MONTHS, 0),
        0,
        frozenset(MONTHS),
    )
    return run(
        opened,
        catalogue.load(None),
        (),
        embedder=UniversalSentenceEncoder(),
        prior=State(),
        today=date(2027, 2, 1),
        progress=lambda *_: None,
        epochs=epochs,
    )


def test_proven_reports_pass_the_door_by_month_and_a_spent_token_proves_no_second(reports, epoch):
    raw = analysed(reports, [epoch]).raw
    [cut] = [table for table in raw.tables if table.id == "standing_month"]
    proven = {month: cell.reports for (one, month), cell in cut.cells.items() if one == "proven"}
    assert set(proven) == {"2026-10"}
    assert WITH_TOKENS - 4 <= proven["2026-10"] <= WITH_TOKENS  # duplicates and junk are left out
    [months] = [table for table in raw.tables if table.id == "month"]
    for (month,), cell in months.cells.items():
        parts = [cut.cells[key].reports for key in cut.cells if key[1] == month]
        assert sum(parts) == cell.reports
    assert raw.manifest["tokens"] == [
        {"epoch": "trader-2026-Q4", "key": epoch.key_id.hex(), "issued": 100}
    ]
    assert (raw.standing.months, raw.standing.signals) == (MONTHS, ())  # too few for a past
    safe = Door(Rules("members", k=5), lambda *_: False, {}).pass_through(raw)
    [shown] = [table for table in safe.tables if table.id == "standing_month"]
    assert {cell.key for cell in shown.cells} >= {("proven", "2026-10"), ("unproven", "2026-10")}
    assert SafeAnalysis.from_json(json.loads(json.dumps(safe.to_json()))).standing.months == MONTHS
    stricter = Door(Rules("members", k=40), lambda *_: False, {}).pass_through(raw)
    [hidden] = [table for table in stricter.tables if table.id == "standing_month"]
    # With the one half withheld the other would give it away.
    assert not any(cell.key[1] == "2026-10" for cell in hidden.cells)
