"""Who can open: two of each side, and nobody else."""

import pytest

from observatory.decisions.quorum import open_key
from observatory.errors import BadInputError, NotAllowedError


def sheet(founded, side, number):
    return founded.shares / f"{side}-custodian-{number}.txt"


def test_two_of_each_side_and_more_than_enough_open(founded, quorum):
    assert open_key(founded.instance, quorum).public == founded.instance.public_key
    everyone = open_key(founded.instance, founded.custodians)
    assert everyone.public == founded.instance.public_key


@pytest.mark.parametrize(
    "brought",
    [
        [("customs", 1), ("customs", 2), ("customs", 3)],
        [("business", 1), ("business", 2), ("business", 3)],
        [("customs", 1), ("customs", 2), ("business", 1)],
        [("customs", 1), ("business", 2), ("business", 1)],
        [("customs", 1), ("customs", 1), ("business", 1), ("business", 2)],
        [],
    ],
)
def test_one_side_or_too_few_or_doubled_do_not(founded, brought):
    with pytest.raises(NotAllowedError):
        open_key(founded.instance, [sheet(founded, *one) for one in brought])


def test_a_mistyped_sheet_is_named(founded, quorum):
    text = quorum[0].read_text()
    lines = text.split("Words:\n   1 ", 1)
    first = lines[1].split()[0]
    quorum[0].write_text(lines[0] + "Words:\n   1 " + lines[1].replace(first, "zebra", 1))
    with pytest.raises(BadInputError, match="customs-custodian-1") as error:
        open_key(founded.instance, quorum)
    assert "zebra" in str(error.value)


def test_sheets_of_another_observatory_are_named(founded, quorum, tmp_path):
    from observatory.decisions.founding import found

    other = found(
        tmp_path / "o",
        tmp_path / "s",
        {"customs": (2, 3), "business": (2, 3)},
        lambda _: "an old passphrase",
    )
    with pytest.raises(BadInputError, match="another key"):
        open_key(founded.instance, [other.custodians[0], *quorum])


def test_missing_and_foreign_files(founded, quorum, tmp_path):
    with pytest.raises(BadInputError, match="none"):
        open_key(founded.instance, [tmp_path / "none.txt", *quorum])
    (tmp_path / "letter.txt").write_text("Dear colleague")
    with pytest.raises(BadInputError, match="letter"):
        open_key(founded.instance, [tmp_path / "letter.txt", *quorum])
