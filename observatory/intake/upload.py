"""Reports that were sealed on another device: a file, or its text pasted in.

A posted file is read in memory as it comes and its name is dropped; Flask's own parser of such
posts would write a large one to the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from crypto.envelope import MAGIC, Envelope, EnvelopeError
from observatory.intake import sealed
from observatory.intake.body import MAX_REQUEST_BYTES, read_body
from observatory.intake.language import FIELD

if TYPE_CHECKING:
    from flask import Request

TYPE = "multipart/form-data"
FILE = "file"
TEXT = "text"
STEP = "step"
UNSAVED = "unsaved"
_NAMES = frozenset({FILE, TEXT, STEP, FIELD, UNSAVED})
_SPACES = str.maketrans("", "", " \t\r\n")


@dataclass(frozen=True)
class Parts:
    """What was posted.

    Attributes:
        file, text: of the sealed report, one of which is empty.
        language: tag of the language of the page.
    """

    file: bytes
    text: bytes
    language: str


def read(request: Request) -> Parts:
    """Return the parts of a post.

    Raises:
        UnsupportedMediaType: it holds parts that the form for sealed reports has not.
        RequestEntityTooLarge: more than a request may have.
        BadRequest: the line broke half way, or it is no such post.
    """
    found = _parts(read_body(request), request.mimetype_params.get("boundary", ""))
    language = found.get(FIELD, b"").decode("ascii", "replace")
    return Parts(found.get(FILE, b""), found.get(TEXT, b""), language)


def sealed_in(parts: Parts) -> Envelope:
    """Return the one sealed report that a posted file or text holds.

    Raises:
        EnvelopeError: neither or both were given, or what was given is no whole envelope.
    """
    given = [part for part in (parts.file, parts.text) if part.strip()]
    if len(given) != 1:
        raise EnvelopeError("One sealed report is needed.")
    return envelope(given[0])


def envelope(data: bytes) -> Envelope:
    """Return the envelope in a file's bytes, or in the bytes of its text, lines broken or not.

    Raises:
        EnvelopeError: it is neither.
    """
    if data.startswith(MAGIC):
        return Envelope.from_bytes(data)
    # Errors give their place only; what stands there could be words.
    text = data.decode("ascii", "replace").translate(_SPACES)
    return sealed.read(text)


def _parts(body: bytes, boundary: str) -> dict[str, bytes]:
    """Return the parts of a post by name."""
    try:
        decoder = MultipartDecoder(
            boundary.encode("latin-1"), MAX_REQUEST_BYTES, max_parts=len(_NAMES)
        )
        decoder.receive_data(body)
        decoder.receive_data(None)
        return _collect(decoder)
    except RequestEntityTooLarge:
        raise UnsupportedMediaType from None
    except ValueError:  # its message could hold the parts' words
        raise BadRequest from None


def _collect(decoder: MultipartDecoder) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    name = ""
    while not isinstance(event := decoder.next_event(), Epilogue):
        if isinstance(event, NeedData):  # it ended before its last boundary: half a file
            raise BadRequest
        if isinstance(event, Field | File):
            name = event.name or ""
            if name not in _NAMES or name in parts:
                raise UnsupportedMediaType
            parts[name] = b""
        elif isinstance(event, Data):
            parts[name] += event.data
    return parts
