"""The poster: one page for a wall of an office or an association, with the form's address."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from observatory.errors import BadInputError
from observatory.publication.glyphs import coverage, drawable
from observatory.publication.typesetting import FONTS, STANDARDS

DATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The same on every poster, so that both sides can make it and compare the bytes."""

RIGHT_TO_LEFT = frozenset({"ar"})

_NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_ONION = re.compile(r"[a-z2-7]{56}\.onion")


def languages() -> tuple[str, ...]:
    """Return the tags of the languages that there is a poster in."""
    return tuple(_words())


def pdf(address: str, *, language: str = "en", onion: str | None = None, name: str = "") -> bytes:
    """Return the poster as PDF (A-2a, UA-1), one A4 page.

    Args:
        address: of the form, ``https``, or ``http`` for an onion service; nothing after the name.
        language: one of :func:`languages`.
        onion: the form's address as an onion service, beside the other.
        name: the observatory's; by default what it is called in this language.

    Raises:
        BadInputError: an address is none, or no poster is in this language.
    """
    import fontpkg
    import typst

    if language not in languages():
        raise BadInputError(f"No poster is in '{language}', only in {', '.join(languages())}.")
    shown = shown_address(address)
    fonts = [Path(str(fontpkg.path(font))) for font in FONTS]
    words = _words()[language]
    data = {
        "address": shown,
        "onion": onion and _onion(onion),
        "code": _code(f"{_scheme(shown)}://{shown}/"),
        "language": language,
        "right_to_left": language in RIGHT_TO_LEFT,
        "name": drawable(name or words["name"], coverage(fonts)),
        "words": words
        | {"form": words["form"] + (" (Tor Browser)" if _ONION.fullmatch(shown) else "")}
        | {"code": words["code"].format(address=shown)},
    }
    with as_file(files("observatory") / "templates" / "documents") as folder:
        made: bytes = typst.compile(
            folder / "poster.typ",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=STANDARDS,
            timestamp=DATED,
            font_paths=[font.parent for font in fonts],
            ignore_system_fonts=True,
        )
    return made


def shown_address(address: str) -> str:
    """Return the name and port of a form's address, as people read and type it.

    Raises:
        BadInputError: it is no address of a form: not encrypted, or with more than a name.
    """
    try:
        parts = urlsplit(address)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_address(address) from None
    rest = (parts.path.rstrip("/"), parts.query, parts.fragment, parts.username, parts.password)
    right = _NAME.fullmatch(name) and parts.scheme == _scheme(name) and not any(rest)
    if not right or (name.endswith(".onion") and not _ONION.fullmatch(name)):
        raise _no_address(address)
    return f"{name}:{port}" if port else name


def _no_address(address: str) -> BadInputError:
    return BadInputError(
        f"{address}: give the address of the form alone, such as https://report.example/ or "
        "http://NAME.onion/. People type it from a wall, so it holds nothing but a name."
    )


def _onion(address: str) -> str:
    shown = shown_address(address if "//" in address else f"http://{address}")
    if not _ONION.fullmatch(shown):
        raise BadInputError(f"{address} is no address of an onion service (56 letters, .onion).")
    return shown


def _scheme(name: str) -> str:
    """Return what is in front of an address: an onion service is encrypted without https."""
    return "http" if name.partition(":")[0].endswith(".onion") else "https"


def _code(text: str) -> str:
    """Return a QR code (ISO/IEC 18004, a quarter of it may be lost) as SVG with a quiet zone."""
    import segno

    drawn = io.BytesIO()
    segno.make_qr(text, error="q", boost_error=False).save(drawn, kind="svg", border=4, dark="#000")
    return drawn.getvalue().decode("ascii")


@cache
def _words() -> dict[str, Any]:
    import yaml

    path = files("observatory") / "templates" / "documents" / "poster.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found
