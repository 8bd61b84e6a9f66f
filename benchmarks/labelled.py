"""The labelled sets of topics.py: texts from ../shared/data and their true classes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from nlp.identifiers import scrub

DATA = Path(__file__).parents[1] / "../shared/data"
DEPARTMENTS = Path(__file__).with_name("departments.yaml")
LANGUAGES = {"en": "eng_Latn", "fr": "fra_Latn", "es": "spa_Latn", "pt": "por_Latn"}


@dataclass(frozen=True)
class LabelledSet:
    """Texts and their true classes."""

    name: str
    texts: list[str]
    truth: list[str]


def bribe_titles() -> LabelledSet:
    """Read titles whose department names a subject, by coarse groups of departments."""
    groups: dict[str, list[str]] = yaml.safe_load(DEPARTMENTS.read_text(encoding="utf-8"))
    rows = _rows("bribe_titles/reports.csv")
    known = [(scrub(row["title"]).text, coarse(row["department"], groups)) for row in rows]
    told = [(text, group) for text, group in known if group]
    name = f"bribe titles, by group of departments ({len(rows) - len(told):,} of no group left out)"
    return LabelledSet(name, [text for text, _ in told], [group for _, group in told])


def coarse(department: str, groups: dict[str, list[str]]) -> str:
    """Return the first group one of whose words begins in a department's name; "" for none."""
    for group, words in groups.items():
        if any(re.search(rf"\b{re.escape(word)}", department.lower()) for word in words):
            return group
    return ""


def stackoverflow() -> LabelledSet:
    """Read the StackOverflow titles and their tags."""
    titles = DATA / "stackoverflow_titles"
    texts = (titles / "title_StackOverflow.txt").read_text(encoding="utf-8").splitlines()
    truth = (titles / "label_StackOverflow.txt").read_text().split()
    return LabelledSet("StackOverflow titles", texts, truth)


def consumer_complaints() -> LabelledSet:
    """Read the narratives of consumers and the issues that they chose."""
    rows = _rows("consumer_complaints/narratives.csv")
    texts = [scrub(row["narrative"]).text for row in rows]
    return LabelledSet("consumer complaints, by issue", texts, [row["issue"] for row in rows])


def same_sentences() -> LabelledSet:
    """Read sib200: the same sentences in each language, in the same order, language by language."""
    texts, truth = [], []
    for language in LANGUAGES.values():
        rows = []
        for part in ("train", "dev", "test"):
            path = DATA / "sib200" / language / f"{part}.tsv"
            with path.open(encoding="utf-8", newline="") as source:
                rows += list(csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE))
        rows.sort(key=lambda row: int(row["index_id"]))
        texts += [row["text"] for row in rows]
        truth += [row["category"] for row in rows]
    return LabelledSet("sib200, four languages", texts, truth)


def in_one_language() -> Iterator[LabelledSet]:
    """Read the sets of short and long texts in one language."""
    yield bribe_titles()
    yield consumer_complaints()
    yield stackoverflow()


def _rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
