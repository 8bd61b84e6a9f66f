"""Observatories that bad luck befalls: small, quick to analyse, each test's own."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from lowest_costs import LOWEST_COSTS
from prepared import Prepared

from crypto import passphrase
from observatory.complaint import periods
from observatory.decisions.founding import found
from observatory.demo.corpus import make_corpus

REPORTS = 24
CODES = ("MO01", "MO02", "MO03")


@dataclass(frozen=True)
class Place:
    """An observatory, its share files and a register to import."""

    folder: Path
    shares: tuple[Path, ...]
    register: Path


def small_catalogue(folder: Path) -> None:
    """Write a catalogue of three practices, which is learnt in a moment."""
    shipped = files("observatory.catalogue")
    practice, response, told = (
        yaml.safe_load((shipped / name).read_text("utf-8"))
        for name in ("modus_operandi.yaml", "measures.yaml", "examples.yaml")
    )
    practice["modus_operandi"] = [e for e in practice["modus_operandi"] if e["code"] in CODES]
    used = {c.get("measure") for e in practice["modus_operandi"] for c in e["counter_measures"]}
    response["measures"] = [e for e in response["measures"] if e["id"] in used]
    told = {
        "examples": {code: {"en": told["examples"][code]["en"][:4]} for code in CODES},
        **{name: {"en": told[name]["en"][:4]} for name in ("other", "fine")},
    }
    folder.mkdir()
    for name, body in (
        ("modus_operandi.yaml", practice), ("measures.yaml", response), ("examples.yaml", told),
    ):  # fmt: skip
        (folder / name).write_text(yaml.safe_dump(body), "utf-8")


@pytest.fixture(scope="session")
def register(tmp_path_factory) -> Path:
    """A register of made-up reports as a CSV file."""
    path = tmp_path_factory.mktemp("register") / "register.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["narrative", "reported_on"])
        for report in make_corpus(size=200, months=14).reports[:REPORTS]:
            table.writerow([report.narrative, periods.thursday(report.week)])
    return path


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Iterator[Prepared]:
    """Starts commands without loading everything each time."""
    with Prepared(tmp_path_factory.mktemp("prepared")) as started:
        yield started


@pytest.fixture(scope="session")
def _empty(tmp_path_factory, register) -> Path:
    place = tmp_path_factory.mktemp("empty")
    thresholds = {"customs": (2, 2), "business": (2, 2)}
    with pytest.MonkeyPatch.context() as patch:  # stretching is slow on purpose
        patch.setattr(passphrase, "KDF", LOWEST_COSTS)
        made = found(
            place / "instance",
            place / "shares",
            thresholds,
            lambda n: f"made up, {n}",
            made_up=True,
        )
    made.instance.vault.engine.dispose()
    small_catalogue(place / "instance" / "catalogue")
    shutil.copy(register, place)
    return place


@pytest.fixture(scope="session")
def _sealed(tmp_path_factory, _empty, prepared) -> Path:
    place = tmp_path_factory.mktemp("sealed") / "place"
    shutil.copytree(_empty, place)
    done = prepared.run("--instance", place / "instance", "import", place / "register.csv")
    assert done.code == 0, done.errors
    return place


@pytest.fixture(scope="session")
def _analysed(tmp_path_factory, _sealed, prepared) -> Path:
    place = tmp_path_factory.mktemp("analysed") / "place"
    shutil.copytree(_sealed, place)
    shares = sorted((place / "shares").glob("*-custodian-*.txt"))
    done = prepared.run("--instance", place / "instance", "analyse", "--shares", *shares)
    assert done.code == 0, done.errors
    return place


def _copy(source: Path, target: Path) -> Place:
    shutil.copytree(source, target)
    shares = sorted((target / "shares").glob("*-custodian-*.txt"))
    return Place(target / "instance", tuple(shares), target / "register.csv")


@pytest.fixture
def empty(_empty, tmp_path) -> Place:
    """An observatory without reports."""
    return _copy(_empty, tmp_path / "empty")


@pytest.fixture
def sealed(_sealed, tmp_path) -> Place:
    """An observatory with sealed reports and no run."""
    return _copy(_sealed, tmp_path / "sealed")


@pytest.fixture
def analysed(_analysed, tmp_path) -> Place:
    """An observatory after its first run."""
    return _copy(_analysed, tmp_path / "analysed")


def mounted(*arguments: object) -> bool:
    """Mount something, if this user may."""
    command = ["mount", *map(str, arguments)]
    return os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0


@pytest.fixture
def small_disk():
    """Return a function that puts a folder's contents on a real disk of so many KiB to spare."""
    disks = []

    def move(folder: Path, spare: int) -> None:
        moved = folder.with_name(f"{folder.name}-moved")
        folder.rename(moved)
        folder.mkdir()
        used = sum(-(-path.stat().st_size // 4096) * 4 + 4 for path in moved.rglob("*"))
        if not mounted("-t", "tmpfs", "-o", f"size={used + spare + 8}k", "tmpfs", folder):
            moved_back(folder, moved)
            pytest.skip("a small disk is a tmpfs mount, which this user may not make")
        disks.append(folder)
        shutil.copytree(moved, folder, dirs_exist_ok=True)

    yield move
    for folder in disks:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def moved_back(folder: Path, moved: Path) -> None:
    folder.rmdir()
    moved.rename(folder)


@pytest.fixture
def read_only():
    """Return a function that makes a folder read-only, for root by a mount."""
    undo = []

    def lock(folder: Path) -> None:
        if os.geteuid() != 0:
            folder.chmod(0o500)
            undo.append(lambda: folder.chmod(0o700))
            return
        if not mounted("--bind", folder, folder):
            pytest.skip("root can write everywhere, and may not mount a folder read-only here")
        undo.append(lambda: subprocess.run(["umount", "-l", str(folder)], check=True))
        assert mounted("-o", "remount,bind,ro", folder)

    yield lock
    for step in undo:
        step()
