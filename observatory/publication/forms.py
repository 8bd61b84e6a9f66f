"""The forms that a document can take; each takes plain data and returns files by suffix."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from observatory.publication.documents.source import Entry, Source

Form = Callable[[Entry, Source], dict[str, bytes]]


def _pdf(document: Entry, source: Source) -> dict[str, bytes]:
    from observatory.publication.typesetting import pdf

    return {"": pdf(document, source)}


def _json(document: Entry, _source: Source) -> dict[str, bytes]:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
    return {"": text.encode()}


def _xlsx(document: Entry, source: Source) -> dict[str, bytes]:
    from observatory.publication.spreadsheet import xlsx

    return {"": xlsx(document, source)}


def _csv(document: Entry, source: Source) -> dict[str, bytes]:
    from observatory.publication.tidy import csv_files

    return csv_files(document, source)


FORMS: Mapping[str, Form] = {"pdf": _pdf, "xlsx": _xlsx, "csv": _csv, "json": _json}
