"""What the check page marks in a reporter's words: python benchmarks/marks.py.

The made-up corpus has an answer key: every identifier that was planted, word for word. One counts
as found if a mark covers most of it. A mark that touches no planted identifier is beside the key;
most of these are right all the same (places, own jobs, days), so they are counted by kind.
"""

from __future__ import annotations

import csv
import json
import re
import time
from collections import Counter
from pathlib import Path

from observatory.demo.corpus import MadeUpReport, make_corpus
from observatory.intake.marks import KINDS, Mark, marks

SHARED = Path(__file__).parents[2] / "shared/data"
FEWEST = 30  # labels of a kind, to be worth a line
MOST = 0.5  # of an identifier's letters and digits
SHAPES = {
    "e-mail": r".*@.*",
    "telephone": r"[+0].*|900-555-.*",
    "container": r"[A-Z]{3}U ?\d{6}[ -]?\d",
    "account": r"(?:GB|FR|ES)\d\d ?[\dZ]{4}.*",
    "declaration": r"[A-Z] ?\d{5}|\d\dMX.*|IM4 .*|\d{5}IC.*|DUA .*",
    "plate": r"[A-Z]{2}\d\d [A-Z]{3}|[A-Z]{3} \d{3}[A-Z]|[A-Z]{2}-\d{3}-[A-Z]{2}"
    r"|\d{4} [A-Z]{2} 01|\d{4} [A-Z]{3}|[A-Z]{3}-\d{3}",
}


def kind_of(identifier: str) -> str:
    """Return the kind of a planted identifier, told from its shape."""
    for kind, shape in SHAPES.items():
        if re.fullmatch(shape, identifier):
            return kind
    return "name of a person or firm"


def covered(start: int, end: int, text: str, found: tuple[Mark, ...]) -> bool:
    """Return whether marks cover most letters and digits between two places."""
    inside = [at for at in range(start, end) if text[at].isalnum()]
    hit = sum(any(mark.start <= at < mark.end for mark in found) for at in inside)
    return hit >= MOST * len(inside)


def measure(reports: list[MadeUpReport]) -> None:
    """Print two tables: what was found of each kind, and the marks beside the key."""
    planted: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    total: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    clean = 0
    for report in reports:
        text = report.narrative
        found = marks(text)
        spans = [
            (match.start(), match.end(), identifier)
            for identifier in set(report.identifiers)
            for match in re.finditer(re.escape(identifier), text)
        ]
        for start, end, identifier in spans:
            planted[kind_of(identifier)] += 1
            hits[kind_of(identifier)] += covered(start, end, text, found)
        for mark in found:
            total[mark.kind] += 1
            beside[mark.kind] += not any(mark.start < e and s < mark.end for s, e, _ in spans)
        clean += not spans and not found
    print("| planted | number | found |\n|---|---|---|")
    for kind in [*SHAPES, "name of a person or firm"]:
        print(f"| {kind} | {planted[kind]} | {hits[kind] / planted[kind]:.3f} |")
    print("\n| marks | number | beside the key | a report |\n|---|---|---|---|")
    for kind in KINDS:
        print(f"| {kind} | {total[kind]} | {beside[kind]} | {beside[kind] / len(reports):.3f} |")
    every, extra = sum(total.values()), sum(beside.values())
    print(f"| all | {every} | {extra} | {extra / len(reports):.3f} |")
    bare = sum(not report.identifiers for report in reports)
    print(f"\nNothing is marked in {clean} of {bare} reports that hold nothing planted.")


def measure_labelled(folder: Path) -> None:
    """Print what is found of the labelled identifiers of a synthetic set that others made."""
    labelled: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for case in json.loads((folder / "redaction/synth_dataset_v2.json").read_text("utf-8")):
        found = marks(case["full_text"])
        for span in case["spans"]:
            start, end = span["start_position"], span["end_position"]
            labelled[span["entity_type"]] += 1
            hits[span["entity_type"]] += covered(start, end, case["full_text"], found)
    print("\n| labelled by others | number | found |\n|---|---|---|")
    for kind, number in labelled.most_common():
        if number >= FEWEST:
            print(f"| {kind.lower().replace('_', ' ')} | {number} | {hits[kind] / number:.3f} |")


def measure_real(folder: Path) -> None:
    """Print how many marks real texts get: short reports of bribes and long complaints."""
    print("\n| real texts | number | words each | marks each | without a mark |")
    print("|---|---|---|---|---|")
    for name, column in (
        ("bribe_titles/reports", "title"),
        ("consumer_complaints/narratives", "narrative"),
    ):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            texts = [row[column] for row in csv.DictReader(file)]
        counts = [len(marks(text)) for text in texts]
        words = sum(len(text.split()) for text in texts) / len(texts)
        share = counts.count(0) / len(counts)
        each = sum(counts) / len(counts)
        print(f"| {name.split('/')[0]} | {len(texts)} | {words:.0f} | {each:.2f} | {share:.0%} |")


def main() -> None:
    """Measure on the made-up corpus and on others' data, and say how long the longest takes."""
    reports = [report for report in make_corpus(seed=11).reports if not report.junk]
    print(f"{len(reports)} made-up reports in English, French and Spanish.\n")
    measure(reports)
    if SHARED.is_dir():
        measure_labelled(SHARED)
        measure_real(SHARED)
    longest = "The officer asked me for 12,347 dollars on 3 May at the gate and I paid. " * 800
    began = time.perf_counter()
    marks(longest)
    print(f"\nA report of {len(longest)} letters takes {time.perf_counter() - began:.2f} s.")


if __name__ == "__main__":
    main()
