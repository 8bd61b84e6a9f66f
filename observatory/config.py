"""Settings of this machine: ``config.toml``, typed, every key explained.

Rules that protect people (thresholds, keys, signers, retention) are not settings: they live in
``policy.json``, signed by both sides.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from observatory.errors import BadInputError, ResourceError

FILE_NAME = "config.toml"

TEMPLATE = """\
# Settings of this machine. Change them freely and start the service again.
# Rules that protect people (thresholds, keys, signers, retention) are not here:
# they are in policy.json and hold only with the signatures of both sides.

# The name that pages and documents show.
observatory_name = "Joint Integrity Observatory"

# Where sealed reports are kept. SQLite beside this file by default; for PostgreSQL:
# "postgresql+psycopg://USER@HOST/DATABASE" (install the extra "postgres").
database_url = "sqlite:///observatory.db"

# What this machine does: "all", or "intake" on an intake host, which takes reports in and holds
# none that it could open (see docs/operations.md).
role = "all"

# Host name and port of the reporters' form. A request for any other host is refused.
intake_host = "intake.localhost"
intake_port = 8080

# Host name and port of the members' pages. Passkeys need a name, so not an IP address.
members_host = "members.localhost"
members_port = 8081

# Anywhere but on this very machine the members' pages need TLS. Either this service speaks it, with
# a certificate and its key (PEM files, relative to this folder), on this address:
address = "127.0.0.1"
certificate = ""
key_file = ""
# or a proxy before it does; then the address that members type, such as "https://HOST":
members_url = ""

# Shown to reporters on the last page: where to turn with a case of one's own, since the
# observatory handles none, and where findings are published. Plain text; may stay empty.
case_contact = ""
findings_address = ""

# Where the link "Leave this page now" leads, on every page of the form: an address that looks
# harmless on any screen. Nothing is asked of it before a reporter leaves.
exit_address = "https://www.wikipedia.org/"

# How much this machine takes in, from everybody together; never how much one sender may, since
# senders are not told apart. Five minutes' worth may come at one moment. Above that, reporters see
# that the form is busy, keep their words and send again. Ten reports a second are six million a
# week, a hundred times what a large country might bring; a report takes 5 to 66 kilobytes.
reports_a_second = 10
kilobytes_a_second = 128

# So many megabytes stay free on the disk of this folder, and as many more as closing the open week
# takes; below that nothing is taken in, and `observatory doctor` says so. (If the database is on
# another machine, watch the disk there as well.)
reserve_megabytes = 1024

# Work that a browser does before it sends, against floods: about 2 to the power of this many hashes
# a report. 0 asks for none; 18 is a second or two on an old telephone; 24 is the most. Reports that
# bring no work (those without script, and those sealed offline) then have a quarter of the
# capacity. See docs/deploy.md: for the onion service, Tor's own proof of work is the better one.
work_bits = 0
"""


DATABASE_URL = "sqlite:///observatory.db"
ROLES = ("all", "intake")
MOST_WORK = 24


def template(database_url: str = DATABASE_URL) -> str:
    """Return the text of a new ``config.toml``, every key explained."""
    return TEMPLATE.replace(f'"{DATABASE_URL}"', json.dumps(database_url))


def with_database(text: bytes, database_url: str) -> bytes:
    """Return the text of a ``config.toml`` that names another database."""
    return _with(text, "database_url", database_url)


def of_an_intake_host(text: bytes) -> bytes:
    """Return the text of a ``config.toml`` for an intake host, with a database of its own."""
    return _with(with_database(text, DATABASE_URL), "role", "intake")


def _with(text: bytes, key: str, value: str) -> bytes:
    line = f"{key} = {json.dumps(value)}".encode()
    changed, found = re.subn(rf"(?m)^{key}\s*=.*$".encode(), lambda _: line, text)
    return changed if found else text.rstrip(b"\n") + b"\n" + line + b"\n"


@dataclass(frozen=True)
class Config:
    """What ``config.toml`` says; the template explains each key."""

    observatory_name: str = "Joint Integrity Observatory"
    database_url: str = DATABASE_URL
    role: str = "all"
    intake_host: str = "intake.localhost"
    intake_port: int = 8080
    members_host: str = "members.localhost"
    members_port: int = 8081
    address: str = "127.0.0.1"
    certificate: str = ""
    key_file: str = ""
    members_url: str = ""
    case_contact: str = ""
    findings_address: str = ""
    exit_address: str = "https://www.wikipedia.org/"
    reports_a_second: int = 10
    kilobytes_a_second: int = 128
    reserve_megabytes: int = 1024
    work_bits: int = 0


def read(path: Path) -> Config:
    """Read ``config.toml``.

    Raises:
        BadInputError: the file is missing, is not TOML, holds an unknown key or a wrong type.
        ResourceError: this user may not read it.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadInputError(
            f"{path.parent} is not an observatory: it has no {FILE_NAME}. "
            "Create one with: observatory --instance DIR init"
        ) from error
    except OSError as error:
        raise ResourceError(
            f"{path} cannot be read: {error.strerror}. Run this as the user who owns the folder."
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInputError(f"{path} is not valid TOML: {error}. Correct it.") from error
    types = {entry.name: type(entry.default) for entry in fields(Config)}
    for key, value in found.items():
        if key not in types:
            raise BadInputError(
                f"{path} has an unknown key '{key}'. Known keys: {', '.join(sorted(types))}."
            )
        if type(value) is not types[key]:
            raise BadInputError(
                f"{path}: '{key}' must be {'a number' if types[key] is int else 'text in quotes'}."
            )
    settings = Config(**found)
    _check(settings, path)
    return settings


def _check(settings: Config, path: Path) -> None:
    for key in ("intake_port", "members_port"):
        if not 1 <= getattr(settings, key) <= 65535:
            raise BadInputError(f"{path}: '{key}' must lie between 1 and 65535.")
    if settings.role not in ROLES:
        raise BadInputError(f"{path}: 'role' must be one of {', '.join(ROLES)}.")
    if settings.intake_port == settings.members_port:
        raise BadInputError(f"{path}: 'intake_port' and 'members_port' must differ.")
    if re.fullmatch(r"https?://[^\s/?#\\]+(?:[/?#]\S*)?", settings.exit_address) is None:
        raise BadInputError(f"{path}: 'exit_address' must begin with https:// and name a site.")
    if bool(settings.certificate) != bool(settings.key_file):
        raise BadInputError(f"{path}: 'certificate' and 'key_file' go together.")
    _check_members_url(settings, path)
    _check_capacity(settings, path)


def _check_members_url(settings: Config, path: Path) -> None:
    """Return only if the address of the members' pages is one that passkeys work at."""
    host = re.escape(settings.members_host.lower())
    if settings.members_url and not re.fullmatch(
        rf"https://{host}(:\d{{1,5}})?", settings.members_url
    ):
        raise BadInputError(
            f"{path}: 'members_url' must be https:// and the name of 'members_host', such as "
            f"https://{settings.members_host}, with a port if there is one, and nothing behind it."
        )


def _check_capacity(settings: Config, path: Path) -> None:
    for key in ("reports_a_second", "kilobytes_a_second"):
        if getattr(settings, key) < 1:
            raise BadInputError(f"{path}: '{key}' must be at least 1.")
    if settings.reserve_megabytes < 0:
        raise BadInputError(f"{path}: 'reserve_megabytes' must be 0 or more.")
    if not 0 <= settings.work_bits <= MOST_WORK:
        raise BadInputError(f"{path}: 'work_bits' must lie between 0 and {MOST_WORK}.")
