"""Tables that a backup carries whole: the docket, enrolments and passwords.

They are small, and none of them is believed: proofs are verified by whoever acts on them. A record
holds a whole table, so that a backup without its keys does not show how many people there are.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select

from observatory.access.enrolled import Enrolled
from observatory.access.password import Password
from observatory.backup.container import BackupError, Record
from observatory.database.base import Base
from observatory.docket.approved import Approved
from observatory.docket.proposed import Proposed

KIND = "table"
CARRIED = (Proposed, Approved, Enrolled, Password)


def carried(engine: Engine) -> tuple[Record, ...]:
    """Return a record for each table."""
    found = []
    with engine.connect() as connection:
        for model in CARRIED:
            table = _table(model)
            rows = connection.execute(select(table).order_by(*table.primary_key)).mappings()
            body = [{name: _kept(value) for name, value in row.items()} for row in rows]
            text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
            found.append(Record(KIND, model.__tablename__, body=text.encode()))
    return tuple(found)


def put(connection: Connection, name: str, body: bytes) -> None:
    """Fill an empty table.

    Raises:
        BackupError: there is no such table, or these are no rows of it.
    """
    table = next((_table(one) for one in CARRIED if one.__tablename__ == name), None)
    if table is None:
        raise BackupError("holds a table that this version does not know")
    try:
        rows = [_row(table, row) for row in json.loads(body)]
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise BackupError("holds something that is no row of its table") from error
    if rows:
        connection.execute(insert(table), rows)


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]


def _kept(value: Any) -> Any:
    return {"base64": b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value


def _row(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    if row.keys() != set(table.columns.keys()):
        raise ValueError("other columns")
    return {
        name: b64decode(value["base64"]) if isinstance(value, dict) else value
        for name, value in row.items()
    }
