"""The systemic report as data: schema, the one state of what is absent, careful wording."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO

import pytest
from document_schemas import validator
from made_up_products import made_up
from pypdf import PdfReader
from with_tokens import with_tokens

from observatory.disclosure import SafeQuality
from observatory.disclosure.storage import canonical
from observatory.publication.documents.source import Source
from observatory.publication.documents.systemic import systemic
from observatory.publication.forms import FORMS


def values(data):
    """Yield every value inside plain data, with its key."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key, value
            yield from values(value)
    elif isinstance(data, list):
        for value in data:
            yield from values(value)


@pytest.mark.parametrize("audience", ["members", "public"])
def test_products_are_valid_against_their_schema(audience):
    validator("analysis").validate(json.loads(canonical(made_up(audience))))


@pytest.mark.parametrize("audience", ["source", "public_source"])
def test_report_is_valid_against_its_schema(audience, request):
    source = request.getfixturevalue(audience)
    made = FORMS["json"](systemic(source), source)[""]
    validator("systemic").validate(json.loads(made))


@pytest.mark.parametrize("months", [12, 6])
def test_with_and_without_unproven_reports_stands_where_tokens_count(source, document, months):
    counting = replace(source, analysis=with_tokens(source.analysis, months))
    made = json.loads(FORMS["json"](systemic(counting), counting)[""])
    validator("systemic").validate(made)
    validator("analysis").validate(json.loads(canonical(counting.analysis)))
    assert "no mark against it" in made["unproven"]["meaning"]
    assert len(made["unproven"]["verdicts"]) == (3 if months == 12 else 0)
    assert "unproven" not in document


def test_its_pdf_tells_of_unproven_reports(source):
    counting = replace(source, analysis=with_tokens(source.analysis))
    pages = PdfReader(BytesIO(FORMS["pdf"](systemic(counting), counting)[""])).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "With and without unproven reports" in text
    assert "Seen only with unproven reports" in text


@pytest.mark.parametrize(("field", "value"), [("reports", 0), ("reports", None)])
def test_schema_refuses_an_absent_count_shown_as_a_number_or_null(field, value):
    products = json.loads(canonical(made_up()))
    products["tables"][0]["cells"][0][field] = value
    assert not validator("analysis").is_valid(products)


def test_no_count_is_null_or_under_the_threshold(document):
    counted = [value for key, value in values(document) if key == "reports"]
    numbers = [value for value in counted if not isinstance(value, (dict, list))]
    assert len(numbers) > 1000
    assert all(isinstance(value, int) and value >= 5 for value in numbers)


def test_sexual_extortion_has_its_own_threshold_and_no_figure_under_it(source):
    assert source.practice("MO08") == {
        "code": "MO08",
        "label": source.names.practice("MO08"),
        "fewer_than": 10,
    }


def test_at_most_five_findings_each_of_low_confidence_and_never_cases(document):
    findings = document["findings"]
    assert 1 <= len(findings) <= 5
    for finding in findings:
        assert finding["confidence"] == "low"
        assert "cases" not in f"{finding['title']} {finding['text']}".lower()
        assert finding["rival"]


def test_findings_tell_displacement_the_unexplained_and_a_rise_in_all_reporting(document):
    told = " ".join(finding["title"] for finding in document["findings"])
    assert "fell at North seaport and rose at South container port" in told
    assert "the catalogue does not know" in told
    assert "Reporting as a whole rose" in told


def test_directions_never_share_a_list(document, source):
    for group in document["trends"]["groups"]:
        assert {source.direction(e["code"]) for e in group["totals"]} == {group["direction"]}
    for factor in document["causes"]["factors"]:
        for part in factor["practices"]:
            assert {source.direction(e["code"]) for e in part["entries"]} == {part["direction"]}


def test_offices_stand_in_the_order_of_the_register_whatever_their_counts(document, source):
    register = [office.code for office in source.offices]
    for sheet in document["practices"]:
        assert [e["code"] for e in sheet["offices"]][: len(register)] == register


def test_base_adds_up(document):
    base = {entry["code"]: entry["reports"] for entry in document["base"]["reports"]}
    assert base["received"] == base["usable"] + base["duplicate"] + base["junk"]


def test_base_total_under_the_threshold_is_absent(source):
    analysis = replace(source.analysis, reports={"received": 40, "usable": 38})
    base = systemic(replace(source, analysis=analysis))["base"]["reports"]
    assert base[3] == {"code": "junk", "label": "Junk, set aside", "fewer_than": 5}


def test_nothing_of_the_run_enters_the_document_but_the_head_of_the_log(source, document):
    head = source.analysis.manifest["run"]["audit"]
    later = rerun(source, {"at": "2031-01-01T00:00:00Z", "audit": head})
    assert systemic(later) == document
    further = systemic(rerun(source, {"audit": {**head, "size": 500, "signed": 500}}))
    assert further["status"].pop("audit")["label"].startswith("500 entries, all of them signed")
    before_logs = systemic(rerun(source, {"at": "2026-01-05T09:00:00Z"}))
    assert further == before_logs
    assert "run" not in document["analysis"]["manifest"]


def rerun(source, run):
    manifest = {**source.analysis.manifest, "run": run}
    return replace(source, analysis=replace(source.analysis, manifest=manifest))


def test_every_proposal_is_marked_and_leaves_owner_and_date_open(document):
    proposals = document["recommendations"]["proposals"]
    assert proposals
    for proposal in proposals:
        assert proposal["standing"] == "proposed by the catalogue; not adopted"
        assert proposal["date"] == "open"
        assert proposal["indicators"]
        assert proposal["arusha_factors"]


def test_an_almost_empty_run_still_makes_a_report(source):
    analysis = replace(
        source.analysis,
        reports={},
        topics=(),
        modus_operandi=(),
        signals=(),
        tables=tuple(replace(table, cells=()) for table in source.analysis.tables),
    )
    empty = Source(
        analysis, source.catalogue, source.offices, source.policy, source.observatory, {}
    )
    document = systemic(empty)
    validator("systemic").validate(json.loads(json.dumps(document)))
    assert document["findings"] == []
    assert FORMS["pdf"](document, empty)[""].startswith(b"%PDF")


def test_a_run_with_no_tables_still_makes_a_report(source):
    analysis = replace(
        source.analysis,
        tables=(),
        manifest={k: v for k, v in source.analysis.manifest.items() if k != "periods"},
    )
    bare = replace(source, analysis=analysis)
    assert FORMS["pdf"](systemic(bare), bare)[""].startswith(b"%PDF")
    assert FORMS["xlsx"](systemic(bare), bare)[""]


def test_a_report_that_the_machine_hardly_reads_says_so_first(source):
    counts = (*source.analysis.modus_operandi, ("other", 4000))
    unread = replace(source, analysis=replace(source.analysis, modus_operandi=counts))
    document = systemic(unread)
    assert document["findings"][0]["title"].startswith("70% of usable reports carry no known")
    assert document["base"]["uncoded"]["reports"] == 4000


def test_a_candidate_without_phrases_and_signal_is_no_finding(source):
    topics = tuple(replace(t, phrases=(), candidate=True) for t in source.analysis.topics)
    analysis = replace(source.analysis, topics=topics, signals=())
    document = systemic(replace(source, analysis=analysis))
    assert not any("does not know" in finding["title"] for finding in document["findings"])


def test_a_poor_topic_makes_no_finding(source):
    def unknown(topics):
        made = systemic(replace(source, analysis=replace(source.analysis, topics=topics)))
        return [f for f in made["findings"] if f["series"] == ["topic:T0019"]]

    topics = source.analysis.topics
    bad = SafeQuality(0.1, 0.5, 0.3, poor=True)
    assert len(unknown(topics)) == 1
    assert unknown(tuple(replace(t, quality=bad) if t.candidate else t for t in topics)) == []
