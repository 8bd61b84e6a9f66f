"""A marked word, and the search for it in every guise that bytes on a disk can take."""

import base64
import io
import zipfile
import zlib

WORD = "zanzibarquokkaqat"
"""On no allow-list of any language, so that nothing that passes the door may hold it."""


def guises(word=WORD):
    """Return the bytes that would betray the word: encodings, hex, base64 at each alignment."""
    found = {
        word.encode(),
        word.upper().encode(),
        word.encode("utf-16-le"),
        word.encode().hex().encode(),
    }
    for lead in range(3):
        coded = base64.b64encode(b"x" * lead + word.encode())
        found.add(coded[4 if lead else 0 : len(coded) - 4])
    return found


def betrayed(data, depth=2):
    """Tell whether bytes hold the word, also within what is packed in them."""
    if any(guise in data for guise in guises()):
        return True
    return depth > 0 and any(betrayed(part, depth - 1) for part in _unpacked(data))


def _unpacked(data):
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if data[:4] == b"%PDF":
        for piece in data.split(b"stream")[1:]:
            try:
                yield zlib.decompressobj().decompress(piece.lstrip(b"\r\n"))
            except zlib.error:
                continue


def hiding_places(*folders):
    """Return every file under the folders that holds the word."""
    return [
        str(path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and betrayed(path.read_bytes())
    ]
