"""A member's browser as far as HTTP goes: forms with what their pages carry, software passkeys."""

from __future__ import annotations

import json
import re
from html import unescape

from decided import enrolled_by
from passkeys import Passkey, b64url

HOST = {"Host": "members.localhost:8081"}
COOKIE = "__Host-member"


def nonce_in(html):
    """Return the bytes of the number that a page carries."""
    import base64

    return base64.urlsafe_b64decode(re.search(r'name="nonce" value="([^"]+)"', html)[1])


def token_in(html):
    """Return the value of a page's form protection."""
    return unescape(re.search(r'name="csrf_token" value="([^"]+)"', html)[1])


def challenge_of(nonce):
    """Return what a passkey signs to sign in."""
    from observatory.acts.assertion import sign_in_challenge

    return sign_in_challenge(nonce)


class Member:
    """Visits the members' pages."""

    def __init__(self, app, agent="Browser/1"):
        self.client = app.test_client()
        self.headers = {**HOST, "User-Agent": agent}

    def get(self, path, **more):
        return self.client.get(path, headers={**self.headers, **more})

    def post(self, path, data=None, token=None, **more):
        """Post a form, with the protection's value of the page that it stands on."""
        given = {"csrf_token": token or self.token(), **(data or {})}
        return self.client.post(path, data=given, headers={**self.headers, **more})

    def token(self):
        for path in ("/account", "/", "/sign-in"):
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
            if found:
                return unescape(found[1])
        raise AssertionError

    @property
    def cookie(self):
        found = self.client.get_cookie(COOKIE, domain="members.localhost")
        return found.value if found else None

    @cookie.setter
    def cookie(self, value):
        self.client.set_cookie(COOKIE, value, domain="members.localhost")

    def enrol(self, observatory, person, secret, passkey=None, **changes):
        """Enrol a passkey by a link; return the answer and the passkey."""
        made = passkey or Passkey()
        page = self.get("/enrol").text
        nonce = changes.pop("nonce", None) or re.search(r'name="nonce" value="([^"]+)"', page)[1]
        evidence = changes.pop("evidence", None) or enrolled_by(secret, observatory, person, made)
        import base64

        response = made.made(base64.urlsafe_b64decode(nonce))["response"]
        attestation = {"id": b64url(made.id), **response}
        fields = {
            "nonce": nonce,
            "attestation": json.dumps(attestation),
            "evidence": json.dumps(evidence),
            **changes,
        }
        return self.post("/enrol/passkey", fields, token_in(page)), made

    def sign_in(self, passkey, **changes):
        """Sign in by a passkey."""
        page = self.get("/sign-in").text
        assertion = passkey.assertion(challenge_of(nonce_in(page)))
        fields = {
            "nonce": re.search(r'name="nonce" value="([^"]+)"', page)[1],
            "assertion": json.dumps(assertion),
            **changes,
        }
        return self.post("/sign-in/passkey", fields, token_in(page))
