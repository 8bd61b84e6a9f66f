"""The wheel holds what the tree holds, and runs from another folder in a fresh environment."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("observatory", "nlp", "crypto")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(folder), str(ROOT)], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


def shipped_by_the_tree():
    wanted = set()
    for package in PACKAGES:
        for folder, folders, names in os.walk(ROOT / package, followlinks=True):
            folders[:] = [name for name in folders if name not in ("__pycache__", "assets")]
            place = Path(folder).relative_to(ROOT)
            wanted |= {str(place / name) for name in names if not name.endswith(".pyc")}
    return wanted


def test_the_wheel_holds_every_file_of_the_tree(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    missing = shipped_by_the_tree() - held
    assert missing == set()
    assert {name.split("/")[0] for name in held} == set(PACKAGES)


@pytest.mark.parametrize("broken", ["missing", "changed"])
def test_no_wheel_is_built_without_its_assets(tmp_path, broken):
    tree = tmp_path / "tree"
    ignored = shutil.ignore_patterns(".git", ".venv", "node_modules", "build", "*.egg-info")
    shutil.copytree(ROOT, tree, symlinks=True, ignore=ignored)
    if broken == "missing":
        shutil.rmtree(tree / "observatory/static")
    else:
        (tree / "observatory/static/intake.css").write_text("body { display: none }")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*build, "-w", str(tmp_path), str(tree)], check=False, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "make assets" in done.stdout + done.stderr
    assert not list(tmp_path.glob("*.whl"))


def test_the_wheel_runs_from_another_folder(wheel, tmp_path):
    venv.create(tmp_path / "env", symlinks=True)
    python = tmp_path / "env/bin/python"
    with zipfile.ZipFile(wheel) as archive:
        site = next((tmp_path / "env/lib").glob("python*/site-packages"))
        archive.extractall(site)
    # Dependencies come from this environment; the project's own packages from the wheel alone.
    here = next(p for p in sys.path if p.endswith("site-packages"))
    (site / "dependencies.pth").write_text(f"{here}\n")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    found = subprocess.run(
        [python, "-c", "import observatory, nlp, crypto; print(observatory.__file__)"],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.startswith(str(site))
    done = subprocess.run(
        [python, "-m", "observatory", "init"],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "instance/policy.json").exists()


def test_no_locked_distribution_takes_a_name_of_ours():
    taken = importlib.metadata.packages_distributions()
    for name in ("nlp", "Crypto", "crypto", "observatory", "templates", "tests"):
        assert set(taken.get(name, [])) <= {"joint-integrity-observatory"}, name


def test_every_locked_distribution_has_its_hashes_and_its_licence_in_notice():
    notice = (ROOT / "NOTICE").read_text()
    lock = (ROOT / "requirements.lock").read_text()
    names = re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)
    assert len(names) > 50
    assert lock.count("--hash=sha256:") >= len(names)
    assert "://" not in lock
    for name in names:
        assert f"\n{name} " in notice, name
    assert re.search(r"^setuptools==(8\d|9\d)", lock, re.MULTILINE)
