"""The register of offices: which places a report may name, and how many people work or trade there.

A place that the register does not hold is counted under ``elsewhere``; names are never taken from
reports.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from observatory import durable
from observatory.complaint.facets import OFFICE
from observatory.errors import BadInputError

FILE_NAME = "offices.csv"
ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Office:
    """One office or place.

    Attributes:
        code: stable code, capitals, digits, ``-`` and ``_``.
        name: as people call it.
        region: the next larger place, or empty.
        customs_population, business_population: people on each side; 0 where not known.
    """

    code: str
    name: str
    region: str = ""
    customs_population: int = 0
    business_population: int = 0


def read(path: Path) -> tuple[Office, ...]:
    """Read the register; a missing file is an empty register.

    Raises:
        BadInputError: it is no CSV in UTF-8, or a row is malformed; the message names the row and
            the column.
    """
    if not path.exists():
        return ()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _offices(csv.DictReader(file), path.name)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(
            f"{path} cannot be read as a table ({type(error).__name__}). Save it as CSV in UTF-8."
        ) from error


def _offices(rows: Iterable[dict[str, str]], name: str) -> tuple[Office, ...]:
    offices: dict[str, Office] = {}
    for number, row in enumerate(rows, start=2):
        office = _office(row, f"{name}, row {number}")
        if office.code in offices:
            raise BadInputError(f"{name}, row {number}: code {office.code} stands twice.")
        offices[office.code] = office
    return tuple(offices.values())


def _office(row: dict[str, str], where: str) -> Office:
    code, name = (row.get("code") or "").strip(), (row.get("name") or "").strip()
    if not OFFICE.fullmatch(code):
        raise BadInputError(
            f"{where}, column code: use 1 to 32 capitals, digits, '-' or '_', such as PORT_NORTH."
        )
    if not name or len(name) > 80:
        raise BadInputError(f"{where}, column name: give a name of 1 to 80 characters.")
    try:
        populations = [int(row.get(f"{side}_population") or 0) for side in ("customs", "business")]
    except ValueError as error:
        raise BadInputError(f"{where}: a population must be a whole number.") from error
    return Office(code, name, (row.get("region") or "").strip(), *populations)


def write(path: Path, offices: Iterable[Office]) -> None:
    """Write the register.

    Raises:
        OSError: the disk refuses; a register that was there is unchanged.
    """
    table = io.StringIO()
    writer = csv.DictWriter(table, [entry.name for entry in fields(Office)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(office) for office in offices)
    durable.write(path, table.getvalue().encode())
