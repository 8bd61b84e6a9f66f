"""Which characters the bundled fonts can draw.

An archive's PDF may hold no character without a glyph (ISO 19005-2, 6.2.11.8), and typesetting
stops at one. An office may be called anything, so what cannot be drawn is put as U+FFFD, the
replacement character.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

PUT = "\N{REPLACEMENT CHARACTER}"
_SEGMENTS, _GROUPS = 4, 12


def drawable(text: str, covered: frozenset[int]) -> str:
    """Return text with ``PUT`` for each character outside ``covered``; lone marks are left out."""
    return "".join(_drawn(character, covered) for character in text)


def _drawn(character: str, covered: frozenset[int]) -> str:
    kind = unicodedata.category(character)
    if ord(character) in covered or character.isspace() or kind == "Cf":
        return character
    return "" if kind.startswith(("M", "C")) else PUT


def coverage(fonts: Iterable[Path]) -> frozenset[int]:
    """Return the code points that at least one TrueType font has a glyph for.

    Raises:
        OSError: a font cannot be read.
        ValueError: a font has no table of Unicode characters in a format of this reader.
    """
    return frozenset(code for font in fonts for code in _codes(font.read_bytes(), font.name))


def _codes(font: bytes, name: str) -> Iterator[int]:
    """Yield the code points of a font's ``cmap`` table (OpenType 1.9, formats 4 and 12)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    entries = struct.iter_unpack(">4sIII", font[12 : 12 + 16 * tables])
    table = next((start for tag, _, start, _ in entries if tag == b"cmap"), None)
    if table is None:
        raise ValueError(f"{name} has no character table")
    (number,) = struct.unpack_from(">H", font, table + 2)
    starts = [
        table + struct.unpack_from(">HHI", font, table + 4 + 8 * place)[2]
        for place in range(number)
    ]
    formats = {struct.unpack_from(">H", font, start)[0]: start for start in starts}
    if _GROUPS in formats:
        yield from _groups(font, formats[_GROUPS])
    elif _SEGMENTS in formats:
        yield from _segments(font, formats[_SEGMENTS])
    else:
        raise ValueError(f"{name} has no character table of format 4 or 12")


def _groups(font: bytes, start: int) -> Iterator[int]:
    (number,) = struct.unpack_from(">I", font, start + 12)
    for first, last, _glyph in struct.iter_unpack(
        ">III", font[start + 16 : start + 16 + 12 * number]
    ):
        yield from range(first, last + 1)


def _segments(font: bytes, start: int) -> Iterator[int]:
    size = struct.unpack_from(">H", font, start + 6)[0] // 2
    lasts = struct.unpack_from(f">{size}H", font, start + 14)
    firsts = struct.unpack_from(f">{size}H", font, start + 16 + 2 * size)
    for first, last in zip(firsts, lasts, strict=True):
        if first != 0xFFFF:
            yield from range(first, last + 1)
