"""How the faces are reached: on which address of this machine, and with TLS or without."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from observatory.errors import ResourceError, UsageError

if TYPE_CHECKING:
    from observatory.instance import Instance

LOOPBACK = ("127.0.0.1", "::1")
EVERY = {"0.0.0.0": LOOPBACK[0], "::": LOOPBACK[1]}  # noqa: S104
"""Address that means all of a machine's -> the one by which it reaches itself."""


class ServingError(ResourceError):
    """A face cannot be served; the sentence says why and what to do."""


@dataclass(frozen=True)
class Transport:
    """How the faces are reached.

    Attributes:
        address: of this machine, on which they listen.
        certificate: PEM file with the chain, or None without TLS.
        key_file: PEM file of its key.
    """

    address: str = "127.0.0.1"
    certificate: Path | None = None
    key_file: Path | None = None

    @classmethod
    def of(
        cls,
        instance: Instance,
        address: str | None = None,
        certificate: Path | None = None,
        key_file: Path | None = None,
    ) -> Transport:
        """Return how the faces are reached: as given, otherwise as ``config.toml`` says.

        Raises:
            UsageError: a certificate without its key, or the other way round.
        """
        if (certificate is None) != (key_file is None):
            raise UsageError("--certificate and --key-file go together.")
        config = instance.config
        if certificate is None and config.certificate:
            certificate = instance.folder / config.certificate
            key_file = instance.folder / config.key_file
        return cls(address or config.address, certificate, key_file)

    @property
    def scheme(self) -> str:
        """``http`` or ``https``."""
        return "https" if self.certificate else "http"

    def options(self) -> list[str]:
        """Return the options that tell a face's process the same."""
        found = ["--address", self.address]
        if self.certificate and self.key_file:
            files = (self.certificate.resolve(), self.key_file.resolve())
            found += ["--certificate", str(files[0]), "--key-file", str(files[1])]
        return found

    def check(self) -> None:
        """Return only if the certificate can be used.

        Raises:
            ServingError: it cannot, or would be needed.
        """
        if self.certificate is None or self.key_file is None:
            if self.address not in LOOPBACK:
                raise ServingError(
                    f"On {self.address} others could read and change what is sent. Give a "
                    "certificate (--certificate and --key-file), or let a proxy speak TLS and "
                    "leave the address at 127.0.0.1."
                )
            return
        try:
            # A key under a passphrase would wait for somebody to type it at every start.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.key_file, password=lambda: b"")
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "no certificate"
            raise ServingError(
                f"{self.certificate} and {self.key_file} cannot be used for TLS "
                f"({why or 'they do not fit'}). Give a PEM file with the chain, and one with its "
                "key, without a passphrase."
            ) from error

    def check_for_passkeys(self, instance: Instance) -> None:
        """Return only if browsers will let members use passkeys at their address."""
        host = instance.config.members_host.lower()
        local = host == "localhost" or host.endswith(".localhost")
        if not (local or self.certificate or instance.config.members_url):
            raise ServingError(
                f"Members' pages at {host} need TLS: no browser offers passkeys without it. Give a "
                "certificate (--certificate and --key-file); or if a proxy before this service "
                "speaks TLS, set members_url in config.toml."
            )

    def connect(self, port: int) -> socket.socket:
        """Return a connection to a process of our own, whatever its certificate names.

        Raises:
            OSError: there is none.
        """
        plain = socket.create_connection((EVERY.get(self.address, self.address), port), 2)
        if self.certificate is None:
            return plain
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            return context.wrap_socket(plain)
        except OSError:
            plain.close()
            raise
