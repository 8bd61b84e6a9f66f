"""Bring every catalogue up to what the pages say now: ``python -m observatory.languages [TAG]``.

What is new is added without a translation, what is not said any more goes. With a tag, a folder for
that language is made. A test holds every catalogue to being whole.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from observatory.complaint.facets import FACETS
from observatory.languages import CATALOGUE, FOLDER

TEMPLATES = FOLDER.parent / "templates/intake"
PLACES = FOLDER.parent / "intake"
_METHODS = [("**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {"**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
# What is needed to read the file, and no times or addresses.
_HEADER = """\
# The reporters' pages in {}.
msgid ""
msgstr ""
"Language: {}\\n"
"Plural-Forms: {}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def source() -> Catalog:
    """Return every text that a reporter's page can show, with the places where it stands."""
    catalog = Catalog()
    for folder in (TEMPLATES, PLACES):
        # Followed by hand: one of the folders is reached through a link.
        for name, _, text, comments, _ in extract_from_dir(
            folder.resolve(), _METHODS, _OPTIONS, _KEYWORDS, comment_tags=["NOTE:"],
            strip_comment_tags=True,
        ):  # fmt: skip
            notes = [" ".join(comments)] if comments else []
            catalog.add(text, locations=[(f"{folder.name}/{name}", 0)], auto_comments=notes)
    for label in _labels():
        catalog.add(label, locations=[("complaint/facets.py", 0)])
    return catalog


def _labels() -> Iterator[str]:
    for facet in FACETS:
        yield facet.label
        yield from (value.label for value in facet.values)


def update(path: Path, locale: Locale) -> None:
    """Write a catalogue anew: in the order of the source, and nothing in it that changes by day."""
    catalog = Catalog(locale=locale, fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=locale)
    catalog.update(source(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(_HEADER.format(locale.english_name, locale, catalog.plural_forms).encode())
        write_po(file, catalog, width=96, omit_header=True, include_lineno=False)


def main(tags: list[str]) -> None:
    """Write the catalogues of every language there is, and of the tags."""
    known = {path.parts[-3] for path in FOLDER.glob(f"*/{CATALOGUE}")}
    for tag in sorted({*known, *tags}):
        update(FOLDER / tag / CATALOGUE, Locale.parse(tag, sep="-"))


if __name__ == "__main__":
    main(sys.argv[1:])
