"""The page of the audit log: what was done, and how much of it both sides signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, Response, render_template

from observatory.decisions import heads
from observatory.decisions.upkeep import check_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from observatory.instance import Instance

SHOWN = 200
"""Entries on the page; the copy holds all."""


@dataclass(frozen=True)
class Row:
    """One entry, as the page shows it."""

    number: int
    day: str
    kind: str
    facts: Sequence[tuple[str, str]]


def init_app(app: Flask, instance: Instance) -> None:
    """Give the application the page of the log, and a copy of it to keep."""

    @app.get("/log")
    def log() -> str:
        check_log(instance)
        rows = newest(instance)
        said = heads.in_words(instance)
        return render_template("review/log.html", rows=rows, said=said, shown=SHOWN)

    @app.get("/log/copy")
    def log_copy() -> Response:
        check_log(instance)
        data = b"".join(entry + b"\n" for entry in instance.audit.encoded())
        answer = Response(data, content_type="application/octet-stream")
        answer.headers["Content-Disposition"] = 'attachment; filename="audit-log.jsonl"'
        return answer


def newest(instance: Instance) -> list[Row]:
    """Return the last entries of the log, the newest first.

    Raises:
        IntegrityError: an entry was altered.
    """
    entries = instance.audit.entries()
    return [
        Row(
            number,
            entry.day,
            str(entry.kind).replace("-", " "),
            [
                (name.replace("_", " "), str(v) if isinstance(v, str | int) else ", ".join(v))
                for name, v in sorted(entry.facts.items())
            ],
        )
        for number, entry in reversed(list(enumerate(entries, start=1))[-SHOWN:])
    ]
