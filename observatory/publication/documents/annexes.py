"""Method, what was withheld, glossary and sources."""

from __future__ import annotations

from math import prod

from observatory.figures.topics import changes, plain
from observatory.publication.documents.source import Entry, Source


def annexes(source: Source) -> Entry:
    """Return the annexes; the Safe tables themselves stand under ``analysis``."""
    return {
        "method": source.text["method"],
        "topic_changes": [
            change.to_json() | {"sentence": plain(sentence)}
            for change, sentence in changes(source.analysis, source.names)
        ],
        "suppression": suppression(source),
        "glossary": [{"term": t, "meaning": m} for t, m in source.text["glossary"].items()],
        "sources": sources(source),
    }


def suppression(source: Source) -> Entry:
    """Return how many cells each cut shows, and how many stand as "fewer than k".

    The second number takes empty and withheld cells together: they are one state.
    """
    return {
        "withheld": source.analysis.disclosure["suppressed"],
        "tables": [
            {
                "id": table.id,
                "dimensions": list(table.dimensions),
                "shown": len(table.cells),
                "fewer_than_k": prod(len(table.levels[d]) for d in table.dimensions)
                - len(table.cells),
            }
            for table in source.analysis.tables
        ],
    }


def sources(source: Source) -> list[Entry]:
    """Return the catalogue's sources, with how far each was read."""
    return [
        {
            "key": key,
            "title": str(found.get("title", "")),
            "url": str(found.get("url", "")),
            "read": str(found.get("read", "not stated")),
        }
        for key, found in sorted(source.catalogue.sources.items())
    ]
