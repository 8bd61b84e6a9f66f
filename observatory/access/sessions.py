"""Who is signed in: in the memory of the members' process only, for a short while.

A session's secret is in its cookie and is kept here by hash. Without a session there is a signed
cookie that holds nothing but the form protection's value, so that strangers fill no memory.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import CallbackDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask, Request, Response

COOKIE = "__Host-member"
"""The prefix makes browsers insist on TLS (or this very machine), this host and the whole path."""
IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 8 * 60 * 60
STRANGER_SECONDS = 2 * 60 * 60
FRESH_SECONDS = 5 * 60


@dataclass
class Held:
    """A running session.

    Attributes:
        person: pseudonym; None for the holder of a made-up instance's link.
        enrolment: digest of what the person signed in by.
        browser: hash of what the browser calls itself, under this process's key.
        asserted: when the person last proved to be there.
        began: when it began.
        seen: when it was last used.
        data: what Flask's extensions keep.
    """

    person: str | None
    enrolment: str | None
    browser: bytes
    asserted: float
    began: float
    seen: float
    data: dict[str, Any] = field(default_factory=dict)


class Session(CallbackDict[str, Any], SessionMixin):
    """What Flask's extensions read and write; with who is signed in beside it."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        def changed(_: object) -> None:
            self.modified = True

        super().__init__(data, changed)
        self.modified = False
        self.secret = ""
        self.held: Held | None = None


class Sessions(SessionInterface):
    """The sessions of one process; all end with it."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._lock = Lock()
        self._key = secrets.token_bytes(32)
        self._strangers = URLSafeTimedSerializer(secrets.token_hex(32), salt="stranger")

    def open_session(self, app: Flask, request: Request) -> Session:  # noqa: ARG002
        """Return the session of a request: a running one, or a stranger's."""
        cookie = request.cookies.get(COOKIE, "")
        held = self._find(cookie, self._browser(request))
        if held is not None:
            session = Session(held.data)
            session.secret, session.held = cookie, held
            return session
        try:
            return Session({"csrf_token": self._strangers.loads(cookie, STRANGER_SECONDS)})
        except BadSignature:
            return Session()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        """Keep what changed; set or clear the cookie."""
        if not isinstance(session, Session) or not session.modified:
            return
        if session.held is not None:
            session.held.data = dict(session)
            _set_cookie(response, session.secret)
        elif "csrf_token" in session:
            _set_cookie(response, str(self._strangers.dumps(session["csrf_token"])))
        else:
            _set_cookie(response, "")

    def begin(
        self, session: Session, request: Request, person: str | None, enrolment: str | None
    ) -> None:
        """Begin a session, under a new secret; whatever the browser came with is forgotten."""
        self.end(session)
        now = time.monotonic()
        session.secret = secrets.token_urlsafe(32)
        session.held = Held(person, enrolment, self._browser(request), now, now, now)
        with self._lock:
            self._held = {key: one for key, one in self._held.items() if _runs(one, now)}
            self._held[_name(session.secret)] = session.held
        session.modified = True

    def confirm(self, session: Session) -> None:
        """Note that the session's person proved to be there; it goes on under a new secret."""
        held = session.held
        if held is None:
            return
        secret = secrets.token_urlsafe(32)
        with self._lock:
            if self._held.pop(_name(session.secret), None) is None:
                return  # signed out in the meantime
            self._held[_name(secret)] = held
        held.asserted = time.monotonic()
        session.secret, session.modified = secret, True

    def end(self, session: Session) -> None:
        """End a session, if it runs, and forget what it held."""
        with self._lock:
            self._held.pop(_name(session.secret), None)
        session.clear()
        session.secret, session.held = "", None

    def end_all(self, person: str) -> int:
        """End every session of a person; return how many ran."""
        with self._lock:
            own = [key for key, one in self._held.items() if one.person == person]
            for key in own:
                del self._held[key]
        return len(own)

    def of(self, person: str) -> list[Held]:
        """Return a person's running sessions, the latest first."""
        now = time.monotonic()
        with self._lock:
            own = [one for one in self._held.values() if one.person == person and _runs(one, now)]
        return sorted(own, key=lambda one: one.began, reverse=True)

    def _find(self, secret: str, browser: bytes) -> Held | None:
        now = time.monotonic()
        with self._lock:
            held = self._held.get(_name(secret))
            if held is None:
                return None
            # A cookie that another browser brings was stolen: nobody goes on with it.
            if not _runs(held, now) or not hmac.compare_digest(held.browser, browser):
                del self._held[_name(secret)]
                return None
            held.seen = now
            return held

    def _browser(self, request: Request) -> bytes:
        said = request.headers.get("User-Agent", "").encode("utf-8", "surrogateescape")
        return hmac.digest(self._key, said, "sha256")


def is_fresh(held: Held) -> bool:
    """Tell whether a session's person proved to be there a short while ago."""
    return time.monotonic() - held.asserted < FRESH_SECONDS


def _runs(held: Held, now: float) -> bool:
    return now - held.seen < IDLE_SECONDS and now - held.began < LONGEST_SECONDS


def _name(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _set_cookie(response: Response, value: str) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=None if value else 0,
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
    )
