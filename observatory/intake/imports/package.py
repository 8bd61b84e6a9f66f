"""The container of a workbook (Open Packaging Conventions, ISO/IEC 29500-2), read with distrust.

A register comes from anybody's mailbox. Sizes are judged from the container's directory before
anything is unpacked, and again while it is; parts are unpacked in pieces, in memory only; XML with
a document type, where entity bombs live, is refused.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BufferedReader
from typing import Protocol

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from observatory.errors import BadInputError

MOST_PARTS = 10_000
MOST_BYTES = 2**30
"""Unpacked size of all parts together."""

MOST_SMALL = 32 * 2**20
"""Unpacked size of a part that is no sheet: list of sheets, styles."""

DENSEST, DENSE_FROM = 200, 2**20
"""Unpacked to packed size, from an unpacked size on; sheets of text reach 5 to 40."""

LONGEST_STEP = 8 * 2**20
"""Bytes of XML between two finished rows (or texts); what a machine holds at once."""

PIECE = 2**16
TAIL = 22 + 2**16
ENCRYPTED = 1


class Target(Protocol):
    """What hears a part's XML; ``steps`` counts what it has finished."""

    steps: int

    def start(self, tag: str, attrs: dict[str, str], /) -> object:
        """Hear an element begin."""

    def end(self, tag: str, /) -> object:
        """Hear it end."""

    def data(self, data: str, /) -> object:
        """Hear text."""

    def close(self) -> object:
        """Hear the end of the part."""


class Package:
    """An opened container.

    Args:
        file: opened for bytes; it is read from where it lies.
        name: of the file, for messages.

    Raises:
        BadInputError: it is damaged, under a password, or larger than any register.
    """

    def __init__(self, file: BufferedReader, name: str) -> None:
        self.name = name
        self._check_end(file)
        try:
            self._zip = zipfile.ZipFile(file)
            parts = self._zip.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError):
            parts = None
        if parts is None:
            raise self.fault("is damaged or not complete: fetch or save it again")
        self._parts = {part.filename.lower(): part for part in parts}
        if len(self._parts) != len(parts):
            raise self.fault("holds two parts of one name: save it again")
        self._check_sizes(parts)

    def fault(self, what: str) -> BadInputError:
        """Return the error that ends an import; ``what`` never repeats what the file says."""
        return BadInputError(f"{self.name} {what}. Nothing was sealed.")

    def has(self, part: str) -> bool:
        """Whether the container has a part; names know no capitals."""
        return part.lower() in self._parts

    def size(self, part: str) -> int:
        """Return the unpacked size of a part, in bytes."""
        return self._parts[part.lower()].file_size

    def pieces(self, part: str) -> Iterator[bytes]:
        """Yield a part, unpacked, in pieces of at most 64 KiB.

        Raises:
            BadInputError: it is not there, is damaged, or holds more than its directory says.
        """
        if not self.has(part):
            raise self.fault("lacks a part that it refers to: save it again")
        left = self.size(part)
        whole = False
        try:
            with self._zip.open(self._parts[part.lower()]) as stream:
                while left >= 0 and (piece := stream.read(PIECE)):
                    left -= len(piece)
                    yield piece
                whole = left == 0
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
            whole = False
        if not whole:
            raise self.fault("is damaged or not complete: fetch or save it again")

    def hear(self, part: str, target: Target) -> Iterator[None]:
        """Parse a part, telling ``target``; yields after each piece, so that memory stays small.

        Raises:
            BadInputError: it is not well-formed, has a document type, or a step is too long.
        """
        parser = DefusedXMLParser(target=target, forbid_dtd=True)
        since, steps = 0, target.steps
        for piece in self.pieces(part):
            if not _fed(parser, piece):
                raise self.fault("holds XML that is broken or forbidden: save it again")
            since = since + len(piece) if target.steps == steps else len(piece)
            steps = target.steps
            if since > LONGEST_STEP:
                raise self.fault(f"has a row of over {LONGEST_STEP} bytes: save it as CSV")
            yield
        if not _fed(parser, None):
            raise self.fault("holds XML that is broken or forbidden: save it again")

    def elements(self, part: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        """Yield (name of the parent, name, attributes) of a small part's elements, without text.

        Raises:
            BadInputError: as ``hear``, and where the part is not small.
        """
        if self.has(part) and self.size(part) > MOST_SMALL:
            raise self.fault("has an oversized list of styles or sheets: save it as CSV")
        heard = _Elements()
        for _ in self.hear(part, heard):
            yield from heard.taken()
        yield from heard.taken()

    def relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Yield (id, type, part) of what a part refers to inside the container.

        Links to other files and to the network are left out: they are never followed.
        """
        folder, leaf = posixpath.split(part)
        for _, tag, attrs in self.elements(posixpath.join(folder, "_rels", f"{leaf}.rels")):
            if tag == "Relationship" and attrs.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attrs.get("Target", "")))
                yield attrs.get("Id", ""), attrs.get("Type", ""), target.lstrip("/")

    def _check_end(self, file: BufferedReader) -> None:
        """Judge the directory by the record at the end, before it is read into memory."""
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL))
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) < at + 22:
            raise self.fault("is damaged or not complete: fetch or save it again")
        entries, length = struct.unpack_from("<HI", tail, at + 10)
        large = tail[max(0, at - 20) : at].startswith(b"PK\x06\x07")  # counts of 64 bits
        if large or entries > MOST_PARTS or length > MOST_PARTS * 256:
            raise self.fault("holds more parts than a register has: save it as CSV")

    def _check_sizes(self, parts: list[zipfile.ZipInfo]) -> None:
        if any(part.flag_bits & ENCRYPTED for part in parts):
            raise self.fault("is under a password: take it off and save again")
        if sum(part.file_size for part in parts) > MOST_BYTES:
            raise self.fault(f"unpacks to over {MOST_BYTES >> 20} MiB: divide it or save it as CSV")
        for part in parts:
            if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise self.fault("is packed in a way that no spreadsheet is: save it again")
            dense = part.file_size > DENSEST * max(part.compress_size, 1)
            if dense and part.file_size > DENSE_FROM:
                raise self.fault(f"unpacks to over {DENSEST} times its size: save it as CSV")


class _Elements:
    """Hears elements and forgets text."""

    def __init__(self) -> None:
        self.steps = 0
        self._path = [""]
        self._found: list[tuple[str, str, Mapping[str, str]]] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = local(tag)
        self._found.append((self._path[-1], name, {local(key): v for key, v in attrs.items()}))
        self._path.append(name)
        self.steps += 1

    def end(self, _: str) -> None:
        self._path.pop()

    def data(self, _: str) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        """Yield what was heard since the last call."""
        found, self._found = self._found, []
        yield from found


def local(tag: str) -> str:
    """Return a name without its namespace: transitional and strict workbooks differ in it."""
    return tag.rpartition("}")[2]


def _fed(parser: DefusedXMLParser, piece: bytes | None) -> bool:
    """Feed a piece, or the end; no error of the parser leaves here, for it may repeat the text."""
    try:
        if piece is None:
            parser.close()
        else:
            parser.feed(piece)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return False
    return True
