"""An observatory that both sides made decisions in, to be edited by whoever holds the machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from decided import Enrolled, decide, enrol_chairs, invite, signer
from made_up_analysis import OFFICES, analysis
from shorter_retention import keep_only
from sqlalchemy import Connection, Engine, MetaData, text

from crypto.envelope import seal_blob
from crypto.sides import SIDES, Side
from observatory.acts.act import Act, What
from observatory.acts.people import Interests, Role
from observatory.audit import AuditLog
from observatory.audit.signed_heads import SignedHead
from observatory.decisions import heads, memory, signed_file
from observatory.decisions.founding import Founded, found
from observatory.decisions.quorum import open_key
from observatory.disclosure.storage import digest_of
from observatory.instance import Instance
from observatory.publication.making import make

LEFT_BY_USE = (".db", ".db-wal", ".db-shm")


@dataclass(frozen=True)
class Prepared:
    """An observatory with two policies, two rolls, products and a signed head.

    Attributes:
        founded: with signers' and custodians' files.
        chairs: enrolled.
        opens: an act that opens a run, approved by both chairs.
        document: for the public, its manifest signed by both sides.
        earlier: ``policy.json`` and ``roll.json`` as they were before the second of each.
    """

    founded: Founded
    chairs: Mapping[Side, Enrolled]
    opens: Act
    document: Path
    earlier: Mapping[str, bytes]

    @property
    def folder(self) -> Path:
        """The observatory's folder."""
        return self.founded.instance.folder

    @property
    def manifest(self) -> Path:
        """The document's manifest."""
        return self.document.with_name(f"{self.document.name}.manifest.json")

    @property
    def instance(self) -> Instance:
        """It, opened anew."""
        return Instance.open(self.folder)


def prepare(place: Path, database_url: str) -> Prepared:
    """Found an observatory in ``place`` and let both sides decide something of each kind."""
    founded = found(
        place / "instance",
        place / "shares",
        {"customs": (2, 2), "business": (2, 2)},
        lambda _: "an old passphrase of nine words",
        register=OFFICES,
        database_url=database_url,
        plain_sheets=True,
    )
    folder = founded.instance.folder
    earlier = {name: (folder / name).read_bytes() for name in ("policy.json", "roll.json")}
    instance = keep_only(founded.instance, founded.shares, 30)
    chairs = enrol_chairs(founded)
    both = list(chairs.values())
    interests = Interests(frozenset({"LAND_KM7"}))
    invite(instance, both, "customs", Role.MEMBER, interests=interests, name="Member A")
    _close_run(instance, founded.custodians)
    out = place / "report.json"
    make(instance, "systemic", out, audience="public")
    path = out.with_name(f"{out.name}.manifest.json")
    for side in SIDES:
        signed_file.read(path).with_signature(signer(founded, side)).write(path)
    opens = decide(instance, What.OPEN_RUN, {}, both)
    head = instance.audit.head()
    signatures = [signer(founded, side).sign(head.to_json()) for side in SIDES]
    instance.audit.install(SignedHead(head, signatures), heads.signers_of(instance))
    return Prepared(founded, chairs, opens, out, earlier)


def _close_run(instance: Instance, custodians: Sequence[Path]) -> None:
    """Leave products and state as a run does, but the products of reports that never were."""
    products = {"members": analysis(instance.catalogue), "public": _public(instance)}
    instance.products.store(products)
    private = open_key(instance, custodians)
    made = {audience: digest_of(safe) for audience, safe in products.items()}
    part = memory.made(instance, private, {}, made)
    sealed = {memory.PART: seal_blob(instance.public_key, memory.PART, part)}
    instance.vault.replace_state(sealed, {"key": instance.public_key.id.hex(), **made})


def _public(instance: Instance) -> Any:
    members = analysis(instance.catalogue, seed=1)
    return replace(members, disclosure={**members.disclosure, "audience": "public", "k": 10})


@contextmanager
def undone(prepared: Prepared) -> Iterator[None]:
    """Put files and tables back afterwards, as they were."""
    engine = prepared.instance.vault.engine
    place = prepared.folder.parent
    kept = place.with_name(f"{place.name}-kept")
    rows = contents(engine)
    shutil.copytree(place, kept, ignore=shutil.ignore_patterns("*.db*"))
    try:
        yield
    finally:
        for path in (prepared.folder / name for name in ("products", "published")):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(kept, place, dirs_exist_ok=True)
        shutil.rmtree(kept)
        _put_back(engine, rows)


def contents(engine: Engine) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return every row of every table."""
    tables = _tables(engine)
    with engine.connect() as connection:
        return {
            name: [
                dict(row)
                for row in connection.execute(
                    table.select().order_by(*table.primary_key)
                ).mappings()
            ]
            for name, table in sorted(tables.tables.items())
        }


def _put_back(engine: Engine, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    tables = _tables(engine)
    with engine.begin() as connection:
        for table in reversed(tables.sorted_tables):
            connection.execute(table.delete())
        for table in tables.sorted_tables:
            if rows[table.name]:
                connection.execute(table.insert(), list(rows[table.name]))


def _tables(engine: Engine) -> MetaData:
    found = MetaData()
    found.reflect(engine)
    return found


def files_of(folder: Path) -> Mapping[Path, bytes]:
    """Return every file but the database's own."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in found if path.suffix not in LEFT_BY_USE}


def rewrite_log(connection: Connection, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Write another log, with roots that fit: what somebody does who knows how it is made."""
    rows = connection.execute(text("SELECT entry FROM audit_entry ORDER BY number"))
    entries = change([bytes(row.entry) for row in rows])
    connection.execute(text("DELETE FROM audit_entry"))
    AuditLog(connection.engine).replay(connection, entries)
