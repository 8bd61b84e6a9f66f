"""The doctor finds what would undo a promise, and says what to do about it."""

import shutil

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from observatory.audit import Kind
from observatory.cli import observatory
from observatory.doctor import database, exposure, machine, promises
from observatory.doctor.findings import Level
from observatory.instance import Instance


def by_about(findings):
    return {finding.about: finding for finding in findings}


def run(founded, *args):
    return CliRunner().invoke(observatory, ["--instance", str(founded.instance.folder), *args])


@pytest.fixture
def handed_out(founded):
    """Every file was handed to its person; only the instance is left on the machine."""
    shutil.rmtree(founded.shares)
    return founded


def test_a_machine_from_which_every_share_was_taken_keeps_its_promises(handed_out):
    done = run(handed_out, "doctor")
    assert done.exit_code == 0, done.output
    assert "FAIL" not in done.output


def test_shares_left_on_the_machine_that_open_the_key_are_a_failure(founded):
    done = run(founded, "doctor", "--look-in", str(founded.shares))
    assert done.exit_code == 5
    assert "open the key" in done.output
    assert "reshare" in done.output


def test_shares_of_one_side_are_a_warning(founded):
    for path in founded.shares.glob("business-custodian-*"):
        path.unlink()
    found = by_about(promises.examine(founded.instance, (founded.shares,)))["shares"]
    assert found.level is Level.WARNING


def test_locked_shares_are_an_exposure_only_with_their_passphrases(founded, tmp_path):
    from observatory.custody.share_files import read_share_file, write_share_files

    sheet = read_share_file(founded.custodians[0])
    write_share_files(tmp_path / "locked", [sheet], lambda _: "an old passphrase")
    assert exposure.readable_shares([tmp_path / "locked"]) == []
    assert exposure.usable_signers([founded.shares]) == set()
    (tmp_path / "locked/passphrases").mkdir()
    (tmp_path / f"locked/passphrases/{sheet.heading.name}.txt").write_text("an old passphrase\n")
    assert len(exposure.readable_shares([tmp_path / "locked"])) == 1


def test_files_that_others_may_read_are_named(handed_out):
    path = handed_out.instance.folder / "policy.json"
    path.chmod(0o644)
    found = by_about(machine.examine(handed_out.instance.folder))["files"]
    assert found.level is Level.FAILURE
    assert "policy.json" in found.says
    assert found.do.startswith("chmod")


def test_an_older_policy_or_an_altered_log_is_a_failure(handed_out):
    with handed_out.instance.vault.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry"))
    instance = Instance.open(handed_out.instance.folder)
    instance.audit.record(Kind.POLICY_INSTALLED, {"policy": "0" * 64, "version": 2})
    assert by_about(promises.examine(instance, ()))["log"].level is Level.FAILURE


def test_settings_of_the_database_are_looked_at(database_url, tmp_path):
    from observatory.database.engine import migrate, open_engine

    engine = open_engine(database_url, tmp_path)
    migrate(engine)
    levels = {finding.level for finding in database.examine(engine)}
    assert levels == {Level.FINE}
    engine.dispose()


def test_a_database_that_keeps_times_is_a_failure(database_url, tmp_path):
    from observatory.database.engine import migrate, open_engine

    engine = open_engine(database_url, tmp_path)
    migrate(engine)
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite keeps no such times")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = connection.execute(text("SELECT current_database()")).scalar()
        connection.execute(text(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'"))
    engine.dispose()
    [found] = database.examine(open_engine(database_url, tmp_path))
    assert found.level is Level.FAILURE
    assert "log_statement" in found.do


@pytest.mark.parametrize(
    ("table", "level"),
    [
        ("Filename Type\n", Level.FINE),
        ("Filename Type\n/dev/dm-1 partition\n", Level.FINE),
        ("Filename Type\n/swapfile file\n", Level.WARNING),
    ],
)
def test_swap_in_the_clear_is_a_warning(tmp_path, table, level):
    path = tmp_path / "swaps"
    path.write_text(table)
    assert machine._swap(path).level is level


def test_a_disk_below_the_reserve_is_a_failure_and_says_that_nothing_is_taken(handed_out):
    settings = handed_out.instance.folder / "config.toml"
    settings.write_text(settings.read_text().replace("= 1024", f"= {1 << 40}"))
    done = run(handed_out, "doctor")
    assert done.exit_code == 5
    assert "FAIL  room:" in done.output
    assert "No report is taken in" in done.output
