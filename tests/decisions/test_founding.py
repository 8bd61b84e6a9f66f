import json
import os
import stat

import pytest

from crypto.signing import SigningKey
from observatory.decisions.founding import found
from observatory.errors import BadInputError, ResourceError, UsageError
from observatory.instance import Instance

PASSPHRASE = "an old passphrase of nine words"
THRESHOLDS = {"customs": (2, 3), "business": (2, 3)}


def test_a_new_observatory_has_what_it_needs_and_no_private_key(founded):
    folder = founded.instance.folder
    assert sorted(p.name for p in folder.iterdir()) == [
        "config.toml",
        "observatory.db",
        "offices.csv",
        "policy.json",
        "roll.json",
    ]
    assert len(founded.custodians) == 6
    assert len(founded.signers) == 4
    words = {
        word
        for path in founded.custodians
        for word in path.read_text().split("Words:")[1].split("End of words")[0].split()
        if word.isalpha()
    }
    for path in folder.iterdir():
        content = path.read_bytes().decode("utf-8", "replace")
        assert not any(f" {word} {word2} " in content for word in words for word2 in words)


def test_files_are_for_their_owner_only(tmp_path):
    os.umask(0o022)
    made = found(tmp_path / "o", tmp_path / "s", THRESHOLDS, lambda _: PASSPHRASE)
    for path in (*made.custodians, *made.signers, *made.instance.folder.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "o").stat().st_mode) == 0o700


def test_other_thresholds(tmp_path):
    made = found(
        tmp_path / "o",
        tmp_path / "s",
        {"customs": (2, 2), "business": (3, 5)},
        lambda _: PASSPHRASE,
    )
    assert len(made.custodians) == 7
    assert made.instance.policy.rules["custody"]["business"]["needed"] == 3


def test_folders_in_use_are_left_alone(tmp_path):
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "letter").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        found(tmp_path / "o", tmp_path / "s", THRESHOLDS, lambda _: PASSPHRASE)
    assert [p.name for p in (tmp_path / "o").iterdir()] == ["letter"]
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("thresholds", "passphrase"),
    [({"customs": (1, 3), "business": (2, 3)}, PASSPHRASE), (THRESHOLDS, "short")],
)
def test_a_failed_founding_leaves_nothing(tmp_path, thresholds, passphrase):
    with pytest.raises(BadInputError):
        found(tmp_path / "o", tmp_path / "s", thresholds, lambda _: passphrase)
    assert list(tmp_path.iterdir()) == []


def test_the_policy_is_signed_by_both_sides(founded):
    policy = founded.instance.policy
    policy.verify()
    assert {s["side"] for s in policy.signatures} == {"customs", "business"}
    loaded = SigningKey.load(founded.signers[0], PASSPHRASE)
    assert loaded.signer.public_key in policy.signers["business"]
    assert json.loads((founded.instance.folder / "policy.json").read_text())["chain"]
    assert Instance.open(founded.instance.folder).public_key == founded.instance.public_key


def test_a_report_survives_from_founding_to_opening_on_either_database(tmp_path, database_url):
    import secrets
    from datetime import timedelta

    from vault_contents import sealed_sets

    from observatory.analysis.opening import open_reports
    from observatory.complaint.plaintext import Complaint
    from observatory.decisions.quorum import open_key
    from observatory.instance import today

    made = found(
        tmp_path / "o",
        tmp_path / "s",
        THRESHOLDS,
        lambda _: PASSPHRASE,
        database_url=database_url,
        plain_sheets=True,
    )
    made.instance.seal_report(Complaint("they asked for money"), once=secrets.token_bytes(32))
    again = Instance.open(made.instance.folder)
    private = open_key(again, made.custodians)
    assert open_reports(sealed_sets(again.vault, today()), private, today()).reports == ()
    later = today() + timedelta(days=7)
    opened = open_reports(sealed_sets(again.vault, later), private, later)
    assert [report.narrative for report in opened.reports] == ["they asked for money"]
    assert again.config.database_url == database_url


def test_a_database_that_is_away_leaves_nothing(tmp_path):
    with pytest.raises(ResourceError, match="database"):
        found(
            tmp_path / "o",
            tmp_path / "s",
            THRESHOLDS,
            lambda _: PASSPHRASE,
            database_url="postgresql+psycopg://nobody@127.0.0.1:1/none",
        )
    assert list(tmp_path.iterdir()) == []
