"""Asking a server as a reporter's browser would: in memory, size-capped, no redirect followed."""

from __future__ import annotations

import contextlib
import http.client
import ssl
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from observatory.errors import BadInputError, ResourceError

MAX_BYTES = 4 * 1024 * 1024
SECONDS = 60  # an onion service may be slow
LOCAL = "localhost"

# What Tor Browser sends, the same for everybody who uses it, by kind of file and in its order: a
# server that lies to checkers only should not know one by what it asks.
_BROWSER = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "*/*",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Connection": "keep-alive",
}
_PAGE = {
    **_BROWSER,
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
}
# What it sends where another language is chosen on the page, as a form of the page itself.
_FORM = {
    **_PAGE,
    "Content-Type": "application/x-www-form-urlencoded",
    "Origin": "null",
    "Sec-Fetch-Site": "same-origin",
}
_PART = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "same-origin"}
_PARTS = {
    ".js": {**_BROWSER, "Sec-Fetch-Dest": "script", **_PART},
    ".css": {
        **_BROWSER,
        "Accept": "text/css,*/*;q=0.1",
        "Sec-Fetch-Dest": "style",
        **_PART,
    },
    ".svg": {
        **_BROWSER,
        "Accept": "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
        "Sec-Fetch-Dest": "image",
        **_PART,
    },
    ".woff2": {
        **_BROWSER,
        "Accept": "application/font-woff2;q=1.0,application/font-woff;q=0.9,*/*;q=0.8",
        "Accept-Encoding": "identity",
        "Sec-Fetch-Dest": "font",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "same-origin",
    },
}


@dataclass(frozen=True)
class Answer:
    """What a server answered.

    Attributes:
        status: the HTTP status; a redirect is an answer like any other.
        headers: every header, repeated ones too.
        body: whole, unpacked if it came as gzip; never more than ``MAX_BYTES``.
    """

    status: int
    headers: Message
    body: bytes


class Line:
    """A server that can be asked for pages; each request is a connection of its own.

    Raises:
        BadInputError: the address is not that of a site.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            self._host, self._port, self._secure = parts.hostname, parts.port, parts.scheme
        except ValueError:
            self._host, self._secure = None, ""
        if (
            not self._host
            or self._secure not in {"http", "https"}
            or (parts.path, parts.query, parts.fragment) not in {("", "", ""), ("/", "", "")}
            or "@" in parts.netloc
        ):
            raise BadInputError(
                "Give the address of the form alone, such as https://report.example/."
            )
        self._authority = parts.netloc

    def get(self, path: str, language: str = "en") -> Answer:
        """Ask for a path; an answer compressed other than by gzip is asked for once more as it is.

        Args:
            path: from the site's root.
            language: tag of the one that the browser is set to.

        Raises:
            ResourceError: nothing answers, or it is no HTTP, or the answer does not end.
        """
        asked = _PARTS.get(PurePosixPath(path).suffix, _PAGE)
        if language != "en":
            wished = f"{language},en-US;q=0.7,en;q=0.3"
            asked = {**asked, "Accept-Language": wished}
        return self._whole(path, asked)

    def switch(self, language: str) -> Answer:
        """Ask for the form as a reporter does who chooses another language on it.

        Raises:
            ResourceError: as for ``get``.
        """
        return self._whole("/", _FORM, f"switch={language}".encode())

    def _whole(self, path: str, asked: Mapping[str, str], posted: bytes | None = None) -> Answer:
        answer = self._ask(path, asked, posted)
        encoding = answer.headers.get("Content-Encoding")
        if encoding == "gzip":  # what a browser is given is what counts
            return Answer(answer.status, answer.headers, _unpacked(answer.body))
        if encoding is not None:
            plain = self._ask(path, {**asked, "Accept-Encoding": "identity"}, posted)
            return Answer(answer.status, answer.headers, plain.body)
        return answer

    def _ask(self, path: str, headers: Mapping[str, str], posted: bytes | None) -> Answer:
        try:
            with self._open() as connection:
                method = "GET" if posted is None else "POST"
                everything = {"Host": self._authority, **headers}
                connection.request(method, path, posted, headers=everything)
                found = connection.getresponse()
                body = found.read(MAX_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            said = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise ResourceError(
                f"{self._authority}{path} cannot be asked: {said}. Is the address right? For an "
                "onion service run this through torsocks."
            ) from error
        if len(body) > MAX_BYTES:
            raise ResourceError(f"{self._authority}{path} answers with too much.")
        return Answer(found.status, found.headers, body)

    @contextlib.contextmanager
    def _open(self) -> Iterator[http.client.HTTPConnection]:
        host = self._host or ""
        # Such names are this machine's, but few resolvers of programs know it (RFC 6761).
        if host == LOCAL or host.endswith(f".{LOCAL}"):
            host = "127.0.0.1"
        connection: http.client.HTTPConnection
        if self._secure == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                host, self._port, timeout=SECONDS, context=context
            )
        else:
            connection = http.client.HTTPConnection(host, self._port, timeout=SECONDS)
        with contextlib.closing(connection):
            yield connection


def _unpacked(body: bytes) -> bytes:
    """Return what was compressed, or the bytes as they are if that is no whole gzip stream."""
    stream = zlib.decompressobj(wbits=31)
    try:
        found = stream.decompress(body, MAX_BYTES)
    except zlib.error:
        return body
    return found if stream.eof and not stream.unused_data else body
