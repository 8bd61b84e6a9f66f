"""Asking a server as a reporter's browser would: in memory, size-capped, no redirect followed."""

from __future__ import annotations

import contextlib
import http.client
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

from observatory.errors import BadInputError, ResourceError

MAX_BYTES = 4 * 1024 * 1024
SECONDS = 60  # an onion service may be slow
LOCAL = "localhost"

# Tor Browser's, which are the same for everybody who uses it.
_AS_A_BROWSER = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
}


@dataclass(frozen=True)
class Answer:
    """What a server answered.

    Attributes:
        status: the HTTP status; a redirect is an answer like any other.
        headers: every header, repeated ones too.
        body: whole; never more than ``MAX_BYTES``.
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

    def get(self, path: str) -> Answer:
        """Ask for a path.

        Raises:
            ResourceError: nothing answers, or it is no HTTP, or the answer does not end.
        """
        try:
            with self._open() as connection:
                connection.request("GET", path, headers={"Host": self._authority, **_AS_A_BROWSER})
                found = connection.getresponse()
                body = found.read(MAX_BYTES + 1)
                if len(body) > MAX_BYTES:
                    raise ResourceError(f"{self._authority}{path} answers with too much.")
                return Answer(found.status, found.headers, body)
        except (OSError, http.client.HTTPException) as error:
            said = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise ResourceError(
                f"{self._authority}{path} cannot be asked: {said}. Is the address right? For an "
                "onion service run this through torsocks."
            ) from error

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
