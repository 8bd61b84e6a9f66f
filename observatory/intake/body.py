"""Reading what a browser posts: in memory only, never more than the cap, never a file.

Flask's own form parser is not used: it would write a large multipart part to the disk.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from werkzeug.exceptions import (
    BadRequest,
    RequestEntityTooLarge,
    RequestTimeout,
    UnsupportedMediaType,
)

if TYPE_CHECKING:
    from flask import Request

MAX_REQUEST_BYTES = 256 * 1024
MAX_FIELDS = 100
BODY_SECONDS = 300
"""The longest report by a line of 2 kilobytes a second, three times over."""
READ_BYTES = 512
"""Little, since a read returns when it has so much: between two reads the clock is looked at."""
FORM_TYPE = "application/x-www-form-urlencoded"


def read_fields(request: Request) -> tuple[dict[str, str], bool]:
    """Return the posted fields, the first of each name, and whether all of it was UTF-8.

    Bytes that are not UTF-8 become U+FFFD, so that the words can be given back for correction.

    Raises:
        UnsupportedMediaType: the body is of another type than a plain form's.
        RequestEntityTooLarge: more than ``MAX_REQUEST_BYTES``; refused while it arrives.
        RequestTimeout: it took longer than ``BODY_SECONDS``.
        BadRequest: more than ``MAX_FIELDS`` fields, or the line broke half way.
    """
    if request.mimetype != FORM_TYPE:
        raise UnsupportedMediaType
    body = read_body(request)
    try:
        return _first_of_each(body, "strict"), True
    except UnicodeDecodeError:
        return _first_of_each(body, "replace"), False


def read_body(request: Request) -> bytes:
    """Return the body; refuse it at the first byte past the cap, declared or not.

    Raises:
        RequestEntityTooLarge: more than ``MAX_REQUEST_BYTES``.
        RequestTimeout: it took longer than ``BODY_SECONDS``: a body that trickles in holds one of
            few threads. (A line that falls silent holds it until it is closed, which is why a
            proxy that waits for whole bodies belongs in front.)
        BadRequest: the line broke half way.
    """
    if (request.content_length or 0) > MAX_REQUEST_BYTES:
        raise RequestEntityTooLarge
    body, deadline = bytearray(), time.monotonic() + BODY_SECONDS
    # One read of everything would end at the cap in silence, and words would be cut.
    while part := request.stream.read(READ_BYTES):
        body += part
        if len(body) > MAX_REQUEST_BYTES:
            raise RequestEntityTooLarge
        if time.monotonic() > deadline:
            raise RequestTimeout
    # A line that broke half way leaves half a report, which nobody meant to send.
    if request.content_length not in (None, len(body)):
        raise BadRequest
    return bytes(body)


def _first_of_each(body: bytes, errors: str) -> dict[str, str]:
    try:
        # Percent signs are decoded byte by byte, so Latin-1 carries the raw bytes unharmed.
        pairs = parse_qsl(
            body.decode("latin-1"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise BadRequest from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(
            name.encode("latin-1").decode("utf-8", errors),
            value.encode("latin-1").decode("utf-8", errors),
        )
    return fields
