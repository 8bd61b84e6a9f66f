"""One embedder and the real data for all tests of the room."""

import csv
from pathlib import Path

import pytest

from nlp.embedding import UniversalSentenceEncoder

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"


@pytest.fixture(scope="session")
def data_folder():
    if not SHARED.is_dir():
        pytest.skip("the shared data are not here")
    return SHARED


@pytest.fixture(scope="session")
def table(data_folder):
    """A function that reads a table of the shared data."""

    def read(name, **options):
        with (data_folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, **options))

    return read


@pytest.fixture(scope="session")
def embedder():
    return UniversalSentenceEncoder()


@pytest.fixture(scope="session")
def titles(table):
    return [row["title"] for row in table("bribe_titles/reports.csv")]


@pytest.fixture(scope="session")
def title_labels():
    """What each title is by hand, in the order of the rows: junk, complaint or unclear."""
    path = Path(__file__).parent / "labels" / "bribe_titles_junk.txt"
    pairs = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
    assert [int(row) for row, _ in pairs] == list(range(len(pairs)))
    return [label for _, label in pairs]


@pytest.fixture(scope="session")
def title_vectors(titles, embedder):
    return embedder.embed(titles)
