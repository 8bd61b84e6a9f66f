"""The fixtures that carry the tests: a founded observatory, its databases, and the real data."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from decided import Enrolled, enrol_chairs
from hypothesis import settings
from lowest_costs import LOWEST_COSTS

from crypto import passphrase
from crypto.sides import Side
from observatory.decisions.founding import Founded, found
from observatory.instance import Instance

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

# A run that a shell put into the background ignores Ctrl-C, and so would every command it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("observatory", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("observatory")

PASSPHRASE = "an old passphrase of nine words"
SHARED_DATA = Path(__file__).parents[1] / "../shared/data"


LONGEST = (
    "demo/test_recovery.py",
    "decisions/test_joint_run.py",
    "test_command.py",
    "attacks/test_canary.py",
    "badluck/test_stopping.py",
)
"""Files that take longest; begun last, one of them would keep all other processes waiting."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; `make test` hands files to its processes in this order."""
    here = Path(__file__).parent
    places = {here / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def _founded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrase, "KDF", LOWEST_COSTS)
        return _found_once(tmp_path_factory)


def _found_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("founded")
    thresholds = {"customs": (2, 3), "business": (2, 3)}
    found(
        place / "instance",
        place / "shares",
        thresholds,
        lambda _: PASSPHRASE,
        plain_sheets=True,  # locking is slow on purpose; who tests it locks
    )
    return place


@pytest.fixture
def founded(_founded_once: Path, tmp_path: Path) -> Founded:
    """A new observatory of one's own, with every custodian's and signer's file."""
    place = tmp_path / "founded"
    shutil.copytree(_founded_once, place)
    shares = place / "shares"
    return Founded(
        Instance.open(place / "instance"),
        shares,
        tuple(sorted(shares.glob("*-custodian-*.txt"))),
        tuple(sorted(shares.glob("*-signer-*.json"))),
        tuple(sorted(shares.glob("*-chair-link.txt"))),
    )


@pytest.fixture
def instance(founded: Founded) -> Instance:
    """The opened instance of ``founded``."""
    return founded.instance


@pytest.fixture
def chairs(founded: Founded) -> Mapping[Side, Enrolled]:
    """The chairs of both sides, enrolled by the links that founding handed out."""
    return enrol_chairs(founded)


@pytest.fixture
def quorum(founded: Founded) -> list[Path]:
    """Just enough share files: two of each side."""
    return [
        founded.shares / f"{side}-custodian-{number}.txt"
        for side in ("customs", "business")
        for number in (1, 3)
    ]


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[str]:
    """The URL of this process's own database: dropping one takes longer than most tests."""
    from sqlalchemy import create_engine, text

    server = os.environ.get("OBSERVATORY_TEST_POSTGRES")
    if server is None:
        pytest.skip("no PostgreSQL: OBSERVATORY_TEST_POSTGRES is not set (.ci/run starts one)")
    name = f"test_{os.urandom(6).hex()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield f"{server.rsplit('/', 1)[0]}/{name}"
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


def _empty(url: str) -> None:
    """Leave nothing in a database: no connection, no table, no setting."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in (
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()""",
            f'ALTER DATABASE "{engine.url.database}" RESET ALL',
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
        ):
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database: SQLite, and PostgreSQL where one was started."""
    if request.param == "sqlite":
        yield "sqlite:///observatory.db"
        return
    url = request.getfixturevalue("_postgresql")
    yield url
    _empty(url)


@pytest.fixture(scope="session")
def browsers() -> Iterator[Playwright]:
    """Starts browsers; a process can have it once only."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, which stands beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data are not here: ../shared/data is absent")
    return SHARED_DATA
