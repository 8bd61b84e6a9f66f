"""A full disk, a real one: nothing half done, the reason said, and the same when there is room.

The disk is a small tmpfs, which only root may mount; elsewhere these tests are skipped.
"""

import json
import subprocess

import pytest
from reporter import Reporter, words_in

from observatory.app import create_intake
from observatory.instance import Instance

NO_ROOM = ("disk is full", "No space left on device", "disk failed or is full")


def refused(done):
    """Tell that a command ended as for a full disk, with nothing unexpected."""
    assert done.code == 1, done
    assert any(words in done.errors for words in NO_ROOM), done.errors
    assert "Unexpected" not in done.errors
    assert done.out == ""


def enlarge(folder):
    subprocess.run(["mount", "-o", "remount,size=200m", "tmpfs", str(folder)], check=True)


def fill(folder):
    """Leave not a byte on a disk."""
    with (folder / "filler").open("wb", buffering=0) as filler:
        for size in (65536, 4096, 1):
            try:
                while filler.write(b"x" * size):
                    pass
            except OSError:
                continue


@pytest.mark.parametrize("spare", [4, 24, 90], ids="{} KiB".format)
def test_init_makes_nothing(prepared, small_disk, tmp_path, spare):
    disk = tmp_path / "disk"
    disk.mkdir()
    small_disk(disk, spare)
    command = ("--instance", disk / "o", "init", "--customs", "2/2", "--business", "2/2")
    refused(prepared.run(*command))
    assert list(disk.iterdir()) == []


@pytest.mark.parametrize("spare", [0, 40, 800], ids="{} KiB".format)
def test_import_seals_nothing_and_then_everything(prepared, empty, small_disk, spare):
    small_disk(empty.folder, spare)
    command = ("--instance", empty.folder, "import", empty.register)
    refused(prepared.run(*command))
    enlarge(empty.folder)
    instance = Instance.open(empty.folder)
    assert instance.vault.sets() == []
    assert len(instance.vault) == 0
    assert prepared.run(*command).code == 0
    assert len(instance.vault.sets()) == 1
    instance.vault.engine.dispose()


@pytest.mark.parametrize("spare", [0, 24, 64], ids="{} KiB".format)
def test_analyse_changes_no_product_and_then_makes_the_same(
    prepared, sealed, analysed, small_disk, spare
):
    small_disk(sealed.folder, spare)
    command = ("--instance", sealed.folder, "analyse", "--shares", *sealed.shares)
    refused(prepared.run(*command))
    assert Instance.open(sealed.folder).latest() is None
    assert not list(sealed.folder.rglob("*.part"))
    enlarge(sealed.folder)
    done = prepared.run(*command)
    assert done.code == 0, done.errors
    made, expected = (
        json.loads(next(place.folder.glob("products/*/public.json")).read_text("utf-8"))
        for place in (sealed, analysed)
    )
    assert made["tables"] == expected["tables"]
    assert made["topics"] == expected["topics"]


def test_products_for_a_script_are_kept_where_the_script_has_no_room(
    prepared, analysed, small_disk, tmp_path
):
    disk = tmp_path / "disk"
    disk.mkdir()
    small_disk(disk, 8)
    fill(disk)
    command = ("--instance", analysed.folder, "analyse", "--shares", *analysed.shares)
    done = prepared.run(*command, "--json", disk / "out.json")
    refused(done)
    assert "The run itself is done" in done.errors
    assert list(disk.iterdir()) == [disk / "filler"]
    assert (analysed.folder / "products/000002/members.json").exists()


@pytest.mark.parametrize("form", ["pdf", "json", "csv"])
def test_a_report_leaves_the_old_document(prepared, analysed, small_disk, tmp_path, form):
    disk = tmp_path / "disk"
    disk.mkdir()
    small_disk(disk, 900)
    report = ("--instance", analysed.folder, "report", "systemic", disk / f"r.{form}")
    assert prepared.run(*report).code == 0
    fill(disk)
    before = {path.name: path.read_bytes() for path in disk.iterdir()}
    refused(prepared.run(*report, "--audience", "public"))
    assert {path.name: path.read_bytes() for path in disk.iterdir()} == before


def test_a_report_that_cannot_be_kept_is_not_acknowledged_and_its_words_come_back(
    empty, small_disk, monkeypatch
):
    """As where the database lies on another disk than the one whose free space is looked at."""
    monkeypatch.setattr("observatory.vault.room.free", lambda _: 1 << 40)
    small_disk(empty.folder, 600)
    instance = Instance.open(empty.folder)
    intake = Reporter(create_intake(instance).test_client())
    assert intake.post("the first words", step="send").status_code == 200
    once = intake.once()
    fill(empty.folder)
    for _ in range(3):
        answer = intake.post("words <that> must come back", once=once, step="send")
        assert answer.status_code == 503
        assert "was not received" in answer.text
        assert "Received and sealed" not in answer.text
        assert "words &lt;that&gt; must come back" in answer.text
    edited = intake.post("words <that> must come back", once=once, step="edit")
    assert words_in(edited) == "words <that> must come back"
    (empty.folder / "filler").unlink()
    assert intake.post("words <that> must come back", once=once, step="send").status_code == 200
    assert len(instance.vault) == 2
    instance.vault.engine.dispose()
