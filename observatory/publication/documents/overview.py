"""Status, base and relations: what was read, from whom, about whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from observatory.figures.names import OTHER_CODE, period
from observatory.publication.documents.recusals import recusals
from observatory.publication.documents.source import FEWEST_KS, Entry, Source, lower, shown

BASE = {
    "received": "Received",
    "usable": "Usable, and read",
    "duplicate": "Duplicate, counted once",
    "junk": "Junk, set aside",
}
CUTS = {
    "language": ("language", "Languages"),
    "experience": ("experience", "Kind of experience"),
    "asked": ("asked", "What was asked for"),
    "outcome": ("outcome", "What happened then"),
}

FEWEST_TOGETHER = 2
ROOM = 2
"""Answers kept back are told together from this many times k reports for each of them."""


def status(source: Source) -> Entry:
    """Return the status box."""
    manifest = source.analysis.manifest
    disclosure = source.analysis.disclosure
    return {
        "mandate": source.text["mandate"],
        "standing": source.text["standing"],
        "made_up": bool(manifest.get("made_up")),
        "made_up_notice": source.text["made_up"],
        "period": _period(manifest.get("periods", {})),
        "catalogue": str(manifest.get("catalogue", source.catalogue.version)),
        "audience": disclosure["audience"],
        "k": disclosure["k"],
        "weeks": disclosure["weeks"],
        "dominance": disclosure["dominance"],
        "policy": source.policy,
        "data_hash": str(manifest.get("data_hash", "")),
        "products_sha256": source.fingerprint,
        "code_version": str(manifest.get("code_version", "")),
        "sources": list(manifest.get("sources", [])),
        "recusals": recusals(source),
    } | _audit(manifest.get("run", {}).get("audit"))


def _audit(head: Any) -> Entry:
    """Return the head of the audit log that stood at the run: whoever keeps it can tell later."""
    if not head:
        return {}
    size, signed = head["size"], head["signed"]
    by_both = "all" if signed == size else f"the first {signed}" if signed else "none"
    label = f"{size} entries, {by_both} of them signed by both sides; head {head['root']}"
    return {"audit": {"size": size, "signed": signed, "head": head["root"], "label": label}}


def _period(periods: Any) -> Entry:
    first, last = periods.get("first"), periods.get("last")
    if not first or not last:
        return {"label": "no whole month yet"}
    return {"first": first, "last": last, "label": f"{period(first)} to {period(last)}"}


def base(source: Source) -> Entry:
    """Return what was read; denominators and shocks are empty until a register holds them."""
    reports = source.analysis.reports
    usable = reports.get("usable")
    return {
        "reports": [
            {"code": code, "label": label} | source.counted(reports.get(code))
            for code, label in BASE.items()
        ],
        "uncoded": uncoded(source),
        "cuts": [
            {"id": table, "title": title, "entries": entries} | _kept_back(source, entries, usable)
            for table, (along, title) in CUTS.items()
            if (entries := source.line(table, along, usable))
        ],
        "denominators": [],
        "shocks": [],
    }


def _kept_back(source: Source, entries: list[Entry], usable: int | None) -> Entry:
    """Return what the answers not shown come to together, where a reader would subtract anyway.

    A large answer can be kept back to protect a small one; to call it "fewer than k" beside the
    total would be plainly untrue. Every report has one answer here, so the rest of the total is
    theirs. It is rounded to tens, since each shown count is slightly disturbed.
    """
    few = [entry for entry in entries if "reports" not in entry]
    if usable is None or len(few) < FEWEST_TOGETHER:
        return {}
    rest = round(usable - sum(entry["reports"] for entry in shown(entries)), -1)
    if rest < source.analysis.k * ROOM * len(few):
        return {}
    return {
        "kept_back": {
            "labels": [entry["label"] for entry in few],
            "about": rest,
            "share": round(rest / usable, 2),
        }
    }


def uncoded(source: Source) -> Entry:
    """Return the reports that carry no known modus operandi, with their share of the usable."""
    reports = source.analysis.code_count(OTHER_CODE)
    usable = source.analysis.reports.get("usable")
    entry = source.entry("mo", OTHER_CODE, reports)
    if reports is not None and usable:
        entry["share"] = round(reports / usable, 2)
    return entry


def relations(source: Source) -> Entry:
    """Return who reports what about whom."""
    return {
        "sides": _sides(source),
        "asymmetries": _asymmetries(source),
        "practices": _by_side(source),
    }


def _sides(source: Source) -> list[Entry]:
    """Return one entry a reporter's side, with what it reports about."""
    table = source.table("sides")
    if table is None:
        return []
    rows = []
    for side in table.levels["reporter_side"]:
        about = source.line("sides", "subject_side", None, reporter_side=side)
        total = _total(about)
        for entry in shown(about):
            if total:
                entry["share"] = round(entry["reports"] / total, 2)
        row: Entry = {"code": side, "label": source.names.label("reporter_side", side)}
        rows.append(row | {"about": about} | ({"reports": total} if total else {}))
    return rows


def _total(entries: list[Entry]) -> int | None:
    """Return the sum of a line in which each report stands once, if all of it is shown."""
    if all("reports" in entry for entry in entries):
        return sum(int(entry["reports"]) for entry in entries)
    return None


def _asymmetries(source: Source) -> list[str]:
    """Return what the sides table shows, in sentences."""
    said = []
    for row in _sides(source):
        own = next((e for e in row["about"] if e["code"] == row["code"]), None)
        others = [e for e in shown(row["about"]) if e["code"] not in (row["code"], "not_said")]
        if row["code"] == "not_said" or own is None:
            continue
        said += [
            f"Of the reports by {_side(row)}, {other['share']:.0%} concern {_side(other)} "
            f"and {own['share']:.0%} concern {_side(row)} itself."
            for other in others
            if "share" in other and "share" in own
        ]
    for direction in source.text["directions"]:
        said += _spread(source, direction)
    return said


def _spread(source: Source, direction: str) -> Iterator[str]:
    """Yield, for a direction, the practices of which officials send the least and the most."""
    sent: list[tuple[float, str]] = []
    for code in source.largest(direction):
        total = source.analysis.code_count(code)
        if total is None or total < FEWEST_KS * source.analysis.k:
            continue
        sent += [
            (entry["share"], code)
            for entry in source.line("mo_reporter_side", "reporter_side", total, mo=code)
            if entry["code"] == "customs" and "share" in entry
        ]
    if len(sent) > 1:
        (low, least_code), (high, most_code) = min(sent), max(sent)
        least_name, most_name = (lower(source.names.practice(c)) for c in (least_code, most_code))
        yield (
            f"Of {direction} practices, Customs sends from {low:.0%} ({least_name}) to "
            f"{high:.0%} ({most_name}) of the reports."
        )


def _side(entry: Entry) -> str:
    return "Customs" if entry["code"] == "customs" else str(entry["label"]).lower()


def _by_side(source: Source) -> list[Entry]:
    """Return, for each direction, its practices with shares by reporter and by subject."""
    groups = []
    for direction, words in source.text["directions"].items():
        rows = []
        for code in source.largest(direction):
            total = source.analysis.code_count(code)
            rows.append(
                source.practice(code)
                | {
                    "by": source.line("mo_reporter_side", "reporter_side", total, mo=code),
                    "about": source.line("mo_subject_side", "subject_side", total, mo=code),
                }
            )
        groups.append({"direction": direction, "title": words["title"], "rows": rows})
    return groups
