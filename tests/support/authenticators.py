"""Chromium's virtual authenticators: devices that make passkeys, without anybody's finger."""

from __future__ import annotations


class Authenticator:
    """One device, plugged into one page, maybe beside another."""

    def __init__(self, page, transport="internal", beside=None):
        self._session = beside._session if beside else page.context.new_cdp_session(page)
        if not beside:
            self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": transport,
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = made["authenticatorId"]

    def recognises(self, whether):
        """Let the device recognise its person, or not."""
        wanted = {"authenticatorId": self._id, "isUserVerified": whether}
        self._session.send("WebAuthn.setUserVerified", wanted)

    def touched(self, whether):
        """Let somebody touch the device whenever it asks, or nobody."""
        wanted = {"authenticatorId": self._id, "enabled": whether}
        self._session.send("WebAuthn.setAutomaticPresenceSimulation", wanted)

    def add(self, credential):
        """Give the device a passkey of another, as a vault of passkeys does."""
        wanted = {"authenticatorId": self._id, "credential": credential}
        self._session.send("WebAuthn.addCredential", wanted)

    @property
    def credentials(self):
        found = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return found["credentials"]

    def remove(self):
        self._session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self._id})
