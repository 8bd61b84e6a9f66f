"""The systemic report: what all the reports together say about the system, and what they cannot."""

from __future__ import annotations

from observatory.publication.documents.annexes import annexes
from observatory.publication.documents.causes import causes
from observatory.publication.documents.findings import findings
from observatory.publication.documents.overview import base, relations, status
from observatory.publication.documents.practices import sheets, signals, topics, trends, unproven
from observatory.publication.documents.recommendations import recommendations
from observatory.publication.documents.source import Entry, Source

SCHEMA = "joint-integrity-observatory/systemic/1"
TITLE = "Systemic report"


def systemic(source: Source) -> Entry:
    """Return the whole report as JSON would hold it (schema in ``docs/schemas``).

    Args:
        source: Safe products of one run, with what names and explains them.
    """
    found = findings(source)
    proposals = recommendations(source, found)
    return {
        "schema": SCHEMA,
        "kind": "systemic",
        "title": TITLE,
        "observatory": source.observatory,
        "status": status(source),
        "reading": source.text["reading"],
        "findings": [finding | _answered(finding, proposals) for finding in found],
        "confidence": source.text["confidence"],
        "base": base(source),
        "trends": trends(source),
        "practices": sheets(source),
        "topics": topics(source),
        "signals": signals(source),
        **({"unproven": compared} if (compared := unproven(source)) else {}),
        "causes": {"text": source.text["causes_intro"], "factors": causes(source)},
        "relations": relations(source),
        "decisions": source.text["decisions"],
        "impact": {"text": source.text["impact"], "measures": []},
        "recommendations": {
            "text": source.text["recommendations"],
            "proposals": proposals,
        },
        "workshops": {"text": source.text["workshops"], "held": []},
        "limits": source.text["limits"],
        "dissent": {"text": source.text["dissent"], "recorded": []},
        "annexes": annexes(source),
        "analysis": source.safe_json,
    }


def _answered(finding: Entry, proposals: list[Entry]) -> Entry:
    """Return which proposals answer a practice that a finding names."""
    codes = set(finding["codes"])
    return {
        "proposals": [
            proposal["id"]
            for proposal in proposals
            if codes & {answer["code"] for answer in proposal["answers"]}
        ]
    }
