"""What is the same for everybody goes compressed over a bad line; what echoes words never does.

A compressed length tells something of what was compressed. So only answers to GET are: the empty
form and the files under ``/assets/``. Neither holds anything that a visitor gave.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import request

if TYPE_CHECKING:
    from flask import Flask, Response

FORM = "write"
ASSET = "asset"
_TYPES = frozenset(
    {"text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"}
)


def init_app(app: Flask) -> None:
    """Compress what may be, for browsers that ask for it."""

    @app.after_request
    def compress(response: Response) -> Response:
        if (
            request.method != "POST"
            and request.endpoint in {FORM, ASSET}
            and response.status_code == 200
            and response.mimetype in _TYPES
            and request.accept_encodings["gzip"] > 0
        ):
            data = response.get_data()
            # Files stay the same until the next start; the form has its random value.
            response.set_data(_file(data) if request.endpoint == ASSET else _packed(data, 6))
            response.headers["Content-Encoding"] = "gzip"
        return response


@lru_cache(maxsize=32)
def _file(data: bytes) -> bytes:
    return _packed(data, 9)


def _packed(data: bytes, level: int) -> bytes:
    return gzip.compress(data, level, mtime=0)
