"""The page of documents: whoever may read the products takes them along, with their manifest."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, render_template

from observatory.decisions.signed_file import SignedFile
from observatory.publication.forms import FORMS
from observatory.publication.making import draw_up
from observatory.publication.writing import MANIFEST

if TYPE_CHECKING:
    from observatory.instance import Instance

MEANINGS: Mapping[str, str] = {
    "pdf": "to read, to print, and to be read aloud (PDF/UA-1, PDF/A)",
    "xlsx": "a workbook, with a sheet a table",
    "csv": "plain tables, with a dictionary of their columns",
    "json": "for programs, by the schema in docs/schemas",
}
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The day in every entry of an archive: the same document gives the same bytes."""


def init_app(app: Flask, instance: Instance) -> None:
    """Give the application the page of documents."""
    one_at_a_time = Lock()

    @app.get("/documents")
    def documents() -> str:
        return render_template("review/documents.html", forms=MEANINGS, made=instance.latest())

    @app.post("/documents/<form>")
    def take(form: str) -> Response:
        if form not in FORMS:
            abort(404)
        with one_at_a_time:  # typesetting takes memory
            made, signed = draw_up(instance, "systemic", "members", form)
        name = f"systemic-report.{form}"
        contents = {**made, MANIFEST: SignedFile(signed).to_bytes()}
        answer = Response(archive(name, contents), content_type="application/zip")
        answer.headers["Content-Disposition"] = f'attachment; filename="systemic-report-{form}.zip"'
        return answer


def archive(name: str, contents: Mapping[str, bytes]) -> bytes:
    """Return a document, its companions and its manifest as one ZIP file, made in memory.

    Args:
        name: of the document.
        contents: by suffix of the name.
    """
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for suffix, content in sorted(contents.items()):
            file.writestr(zipfile.ZipInfo(name + suffix, EARLIEST), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()
