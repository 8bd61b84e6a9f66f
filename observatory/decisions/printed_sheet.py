"""A custodian's share on paper: one A4 page with the words, and what to do with it.

The PDF is made in memory and holds the words; it is never written into an instance.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from observatory.custody.sheets import ShareSheet

STANDARDS: Any = ["a-2a", "ua-1"]
FONT = "Noto Sans"
DATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The same on every sheet: when it was printed is nobody's business."""

GROUP = 8


def pdf(sheet: ShareSheet) -> bytes:
    """Return a sheet as PDF (A-2a, UA-1)."""
    import fontpkg
    import typst

    with as_file(files("observatory") / "templates" / "documents") as folder:
        made: bytes = typst.compile(
            folder / "share-sheet.typ",
            sys_inputs={"data": json.dumps(_view(sheet))},
            pdf_standards=STANDARDS,
            timestamp=DATED,
            font_paths=[Path(str(fontpkg.path(FONT))).parent],
            ignore_system_fonts=True,
        )
    return made


def _view(sheet: ShareSheet) -> dict[str, Any]:
    heading = sheet.heading
    return {
        "words": sheet.share.mnemonic.split(),
        "side": heading.side,
        "custodian": f"{heading.number} of {heading.count}",
        "customs": heading.thresholds["customs"],
        "business": heading.thresholds["business"],
        "key": heading.key_id,
        "root": heading.root,
        "root_groups": [
            heading.root[start : start + GROUP] for start in range(0, len(heading.root), GROUP)
        ],
    }
