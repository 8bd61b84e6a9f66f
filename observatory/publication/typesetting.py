"""A document's plain data as PDF: PDF/A-2a and PDF/UA-1, fonts embedded, same bytes each time.

Words and figures go in as JSON and are set as they are; nothing is ever read as markup.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from observatory.figures.matrix import matrix
from observatory.figures.multiples import multiple
from observatory.figures.names import period
from observatory.figures.sentences import KINDS
from observatory.publication.documents.episodes import probability
from observatory.publication.documents.practices import FEWEST_SHOWN
from observatory.publication.documents.source import Entry, Source
from observatory.publication.glyphs import PUT, coverage, drawable
from observatory.publication.tables import printed_tables
from observatory.publication.tidy import by

STANDARDS: Any = ["a-2a", "ua-1"]
FONTS = ("Noto Sans", "Noto Sans Arabic")
NO_PERIOD = datetime(2000, 1, 1, tzinfo=UTC)

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")

ALL_SIZE = (470, 130)
PANEL_SIZE = (150, 66)
SHEET_SIZE = (224, 76)


def pdf(document: Entry, source: Source) -> bytes:
    """Return a document as PDF.

    Args:
        document: a document's plain data, such as that of ``systemic``.
        source: what it was drawn from; names its offices and topics.
    """
    import typst

    shown = _apply(_put, view(document) | {"matrix": by_stage(source)})
    shown["undrawn"] = PUT in json.dumps(shown, ensure_ascii=False)
    shown = _apply(isolated([_put(name) for name in _given(source)]), shown)
    with as_file(files("observatory") / "templates" / "documents") as folder:
        made: bytes = typst.compile(
            folder / f"{document['kind']}.typ",
            sys_inputs={"data": json.dumps(shown, ensure_ascii=False)},
            pdf_standards=STANDARDS,
            timestamp=dated(document),
            font_paths=_font_folders(),
            ignore_system_fonts=True,
        )
    return made


def dated(document: Entry) -> datetime:
    """Return the end of the period: the date of the document, whenever it is made."""
    last = document["status"]["period"].get("last")
    if not last:
        return NO_PERIOD
    year, month = map(int, last.split("-"))
    return datetime(year, month, calendar.monthrange(year, month)[1], tzinfo=UTC)


def isolated(names: list[str]) -> Callable[[str], str]:
    """Return what sets names of right-to-left script apart from the words around them.

    Without the isolates (Unicode Bidirectional Algorithm, rule X5c) a number or a bracket at the
    end of such a name is drawn on its wrong side.
    """
    foreign = sorted({n for n in names if RIGHT_TO_LEFT.search(n)}, key=lambda n: (-len(n), n))
    if not foreign:
        return str
    found = re.compile("|".join(map(re.escape, foreign)))
    return lambda text: found.sub(lambda match: f"\u2068{match[0]}\u2069", text)


def _put(text: str) -> str:
    return text if text.isascii() else drawable(text, _covered())


@cache
def _covered() -> frozenset[int]:
    import fontpkg

    return coverage(Path(str(fontpkg.path(name))) for name in FONTS)


def _given(source: Source) -> list[str]:
    """Return the names that come from people, not from this program."""
    topics = source.analysis.topics
    return [
        *(office.name for office in source.offices),
        *(phrase for topic in topics for phrase in (topic.label, *topic.phrases)),
    ]


def _apply(change: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _apply(change, inner) for key, inner in value.items()}
    return [_apply(change, inner) for inner in value] if isinstance(value, list) else value


def view(document: Entry) -> Entry:
    """Return what the template needs: the document with charts, tables and words for codes."""
    shown = {name: value for name, value in document.items() if name != "analysis"}
    shown["charts"] = _charts(document)
    shown["tables"] = printed_tables(document)
    shown["annexes"] = document["annexes"] | {
        "withheld": [
            cut | {"by": by(cut["dimensions"])}
            for cut in document["annexes"]["suppression"]["tables"]
        ]
    }
    shown["signals"] = [
        signal
        | {
            "when": period(signal["period"]),
            "kind_label": KINDS.get(signal["kind"], signal["kind"]),
            "q_text": probability(signal["q"]).removeprefix("q "),
        }
        for signal in document["signals"]
    ]
    return shown


def by_stage(source: Source) -> Entry | None:
    """Return practices by step of the process, or None where nothing of it may be shown."""
    found = matrix(
        source.analysis,
        source.names,
        "mo_stage",
        title="Which practices are reported at which step?",
        groups=[
            (words["title"], frozenset(source.largest(direction)))
            for direction, words in source.text["directions"].items()
        ],
    )
    if found is None:
        return None
    return {
        "title": found.title,
        "corner": "Modus operandi",
        "columns": list(found.columns),
        "groups": [
            {
                "title": heading,
                "rows": [
                    {"label": label, "fields": [vars(field) for field in fields]}
                    for _, label, fields in rows
                ],
            }
            for heading, rows in found.groups
        ],
    }


def _charts(document: Entry) -> dict[str, str]:
    # Labels are measured in the font they are set in: the renderer must know it before the first.
    _font_folders()
    drawn = {}
    wanted = [("all", document["trends"]["all"], ALL_SIZE)]
    for group in document["trends"]["groups"]:
        wanted += [(f"panel {p['series']}", p, PANEL_SIZE) for p in group["panels"]]
    for sheet in document["practices"]:
        if sheet["trend"]:
            wanted.append((f"sheet {sheet['trend']['series']}", sheet["trend"], SHEET_SIZE))
    for name, found, size in wanted:
        if found and sum("reports" in point for point in found["points"]) >= FEWEST_SHOWN:
            drawn[name] = multiple(found["points"], found["marks"], size=size)
    return drawn


@cache
def _font_folders() -> list[Path]:
    """Return the folders of the bundled fonts, known to the chart renderer too."""
    import fontpkg
    import vl_convert

    folders = [Path(str(fontpkg.path(name))).parent for name in FONTS]
    for folder in folders:
        vl_convert.register_font_directory(str(folder))
    return folders
