"""XLSX: the figures of a document as sheets, with what they mean beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from observatory.figures.names import fewer, least
from observatory.publication.book import Book, Few, Link
from observatory.publication.documents.source import Entry, Source
from observatory.publication.tidy import by, dictionary

if TYPE_CHECKING:
    from observatory.disclosure import SafeTable

FIXED = {
    "about": "What this workbook is, for what period, and how it must be read",
    "base": "How many reports were read",
    "findings": "At most five findings, each with its confidence",
    "proposals": "Measures that the catalogue proposes, with owner and date to fill in",
    "modus operandi": "Reports of each modus operandi, in all",
    "topics": "Groups of reports that say similar things",
    "topic changes": "What became of topics in this run",
    "signals": "Counts outside what their past explains",
    "data dictionary": "Every column and code, explained",
}
OVERLAP = "A report may carry up to three codes: never add these figures up."


def xlsx(document: Entry, source: Source) -> bytes:
    """Return a document's figures as a workbook."""
    book = Book(document)
    _contents(book, source)
    _about(book, document)
    _base(book, document)
    _findings(book, document)
    _proposals(book, document)
    _practices(book, source)
    _topics(book, document)
    _changes(book, document)
    _signals(book, document)
    for table in source.analysis.tables:
        _table(book, source, table)
    book.sheet(
        "data dictionary",
        "Data dictionary",
        ("Column", "Code", "Label", "Meaning"),
        dictionary(source),
        held=2,
    )
    return book.close()


def _contents(book: Book, source: Source) -> None:
    cuts = {
        table.id: f"Usable reports by {by(table.dimensions)}" for table in source.analysis.tables
    }
    *before, dictionary_row = FIXED.items()
    rows = [(Link(name), shows) for name, shows in (*before, *cuts.items(), dictionary_row)]
    book.sheet("contents", "Contents", ("Sheet", "What it shows"), rows)


def _base(book: Book, document: Entry) -> None:
    rows = [(e["label"], said(e)) for e in document["base"]["reports"]]
    uncoded = document["base"]["uncoded"]
    book.sheet(
        "base",
        "What was read",
        ("Reports", "Number"),
        [*rows, (f"{uncoded['label']} (of the usable)", said(uncoded))],
        note="Received is the sum of usable, duplicate and junk.",
    )


def _findings(book: Book, document: Entry) -> None:
    rows = [
        (f["id"], f["title"], f["text"], f["rival"], f["confidence"], ", ".join(f["proposals"]))
        for f in document["findings"]
    ]
    head = ("No.", "Finding", "What was seen", "What else it may be", "Confidence", "Proposals")
    book.sheet("findings", "Findings", head, rows, note=document["confidence"]["why"])


def _proposals(book: Book, document: Entry) -> None:
    rows = [
        (
            p["id"],
            f"{p['measure']} {p['name']}",
            "; ".join(a["code"] for a in p["answers"]),
            "; ".join(p["arusha_factors"]),
            p["evidence"]["strength"],
            p["lead_time_months"]["from"],
            p["lead_time_months"]["to"],
            "; ".join(p["indicators"]),
            p["owner"],
            p["date"],
            p["standing"],
        )
        for p in document["recommendations"]["proposals"]
    ]
    head = (
        "No.", "Measure", "Answers", "Arusha factors", "Evidence", "First effect from, months",
        "First effect to, months", "Indicators", "Owner", "Date", "Standing",
    )  # fmt: skip
    book.sheet(
        "proposals", "Proposals", head, rows, note="Proposals of the catalogue; none is adopted."
    )


def said(entry: Entry) -> int | Few:
    """Return a count, or "fewer than k"."""
    return entry["reports"] if "reports" in entry else Few(fewer(entry["fewer_than"]))


def _about(book: Book, document: Entry) -> None:
    status = document["status"]
    rows = [
        ("Observatory", document["observatory"]),
        *([("Made up", status["made_up_notice"])] if status["made_up"] else []),
        ("Mandate", status["mandate"]),
        ("Standing", status["standing"]),
        ("Period", status["period"]["label"]),
        ("Audience", status["audience"]),
        ("Catalogue", status["catalogue"]),
        ("Shown from", f"{status['k']} reports, {status['weeks']} weeks"),
        ("Data hash", status["data_hash"]),
        ("Policy", status["policy"]),
        ("Products", status["products_sha256"]),
        *([("Audit log", status["audit"]["label"])] if "audit" in status else []),
        ("Recusals", status["recusals"]["text"]),
        *((item["title"], item["text"]) for item in document["reading"]),
    ]
    book.sheet("about", document["title"], ("What", "How it stands"), rows)


def _practices(book: Book, source: Source) -> None:
    rows = [
        (code, known.name, known.direction, said(source.practice(code)), known.definition)
        for code, known in source.catalogue.modus_operandi.items()
    ]
    book.sheet(
        "modus operandi",
        "Modus operandi",
        ("Code", "Name", "Direction", "Reports", "Definition"),
        rows,
        note=OVERLAP,
        held=2,
    )


def _topics(book: Book, document: Entry) -> None:
    rows = [
        (
            topic["id"],
            topic["label"],
            topic["reports"],
            "candidate" if topic["candidate"] else "",
            "poor" if topic["poor"] else "",
            topic["found_again"],
            "; ".join(topic["phrases"]),
            "; ".join(f"{c['code']} {c['share']:.0%}" for c in topic["codes"]),
        )
        for topic in document["topics"]
    ]
    head = (
        "Topic", "Label", "Reports", "Candidate", "Poor", "Found again", "Phrases shared",
        "Modus operandi, share",
    )  # fmt: skip
    note = (
        "Found without the catalogue. A candidate is a topic that no modus operandi explains. "
        "Found again: of the reports in it, or in the topic most like it when a fifth of the "
        "reports is left out, how many are in both. Do not build on a poor topic."
    )
    book.sheet("topics", "Topics", head, rows, note=note)


def _changes(book: Book, document: Entry) -> None:
    rows = [
        (
            change["kind"],
            ", ".join(change["before"]),
            ", ".join(change["after"]),
            change["sentence"],
        )
        for change in document["annexes"]["topic_changes"]
    ]
    head = ("Change", "Topics before", "Topics now", "In words")
    note = "Only changes that concern enough reports, between topics that may be shown."
    book.sheet("topic changes", "What became of topics in this run", head, rows, note=note)


def _signals(book: Book, document: Entry) -> None:
    rows = [
        (
            s["name"],
            s["series"],
            s["period"],
            s["kind"],
            s["direction"],
            s["observed"] if "observed" in s else Few(fewer(s["fewer_than"])),
            s["expected"],
            s["upper"],
            float(s["q"]),
        )
        for s in document["signals"]
    ]
    head = (
        "Watched", "Series", "Period", "Kind", "Direction", "Observed", "Expected", "Upper limit",
        "q",
    )  # fmt: skip
    note = (
        "Expected and upper limit are estimates, rounded outward; q is the share of false alarms "
        "to expect among signals at least as clear."
    )
    book.sheet("signals", "Counts outside what their past explains", head, rows, note=note)


def _table(book: Book, source: Source, table: SafeTable) -> None:
    """Add one cut: two dimensions as a grid, any other number as rows of shown cells."""
    label = source.names.label
    few = fewer(source.analysis.k)
    note = (
        f"“{few}” stands for every count up to {source.analysis.k - 1}, and for a larger one that "
        "came from too few weeks or would give such a count away."
    )
    if len(table.dimensions) == 2:
        down, across = table.dimensions
        columns = table.levels[across]
        rows = [
            [row, label(down, row), *(_cell(source, table, row, column) for column in columns)]
            for row in table.levels[down]
        ]
        head = [down, "name", *(label(across, column) for column in columns)]
    elif len(table.dimensions) == 1:
        (down,) = table.dimensions
        rows = [[row, label(down, row), _cell(source, table, row)] for row in table.levels[down]]
        head = [down, "name", "Reports"]
    else:
        rows = [[*cell.key, cell.reports] for cell in table.cells]
        head = [*table.dimensions, "Reports"]
        note = f"Only shown cells have a row. Every other combination is “{few}”. {note}"
    if "mo" in table.dimensions:
        note = f"{OVERLAP} {note}"
    title = f"Usable reports by {by(table.dimensions)}"
    book.sheet(table.id, title, head, rows, note=note, held=2)


def _cell(source: Source, table: SafeTable, *key: str) -> int | Few:
    reports = table.count(*key)
    return Few(fewer(least(source.analysis, *key))) if reports is None else reports
