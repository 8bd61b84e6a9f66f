"""Ctrl-C, SIGTERM and kill -9 at random moments: before or after, never in between.

Moments are drawn from a seed over the time that the command takes undisturbed, more of them with
``OBSERVATORY_STOPS``.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from functools import partial

import pytest
from prepared import end

from observatory.instance import Instance

STOPS = int(os.environ.get("OBSERVATORY_STOPS", "10"))
STOPPED = "observatory: Stopped. Nothing was left half done.\n"
GENTLE = (signal.SIGINT, signal.SIGTERM)


def moments(prepared, arguments, seed, count=STOPS):
    """Yield delays in seconds within the time that the command takes; it is run once for that."""
    begun = time.monotonic()
    assert prepared.run(*arguments).code == 0
    took = time.monotonic() - begun
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.uniform(0.01, took)


def disturbed(prepared, arguments, wait, how):
    """Run a command, send it a signal after a while, and return how it ended."""
    number = prepared.start(*arguments)
    wait()
    end(number, how)
    done = prepared.wait(number)
    if done.code == 1:
        assert done.errors.lstrip("\n") == STOPPED  # after the ^C of a terminal, a new line
    else:
        assert done.code in (0, -how)  # it was over, or had not begun; kill -9 asks nobody
    assert "Traceback" not in done.errors
    return done


@pytest.mark.parametrize("loaded", ["click", "sqlalchemy.util", "observatory.instance"])
def test_a_command_that_is_stopped_while_it_loads_says_so(loaded, tmp_path):
    command = [sys.executable, "-X", "importtime", "-m", "observatory", "--instance", "i", "audit"]
    started = subprocess.Popen(
        [*command, "log"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    next(line for line in started.stderr if line.rstrip().endswith(f" {loaded}"))
    started.send_signal(signal.SIGINT)
    _, rest = started.communicate(timeout=60)
    words = [line for line in rest.splitlines() if line and not line.startswith("import time:")]
    assert started.returncode == 1
    assert words == [STOPPED.strip()]


def files(folder):
    """The files of an observatory, by name; SQLite's own beside the database left out."""
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {name for name in names if not name.endswith(("-wal", "-shm"))}


def products(folder):
    """What each run made, the date left out."""
    made = []
    for path in sorted(folder.glob("products/*/members.json")):
        body = json.loads(path.read_text("utf-8"))
        del body["manifest"]["run"]
        made.append(body)
    return made


def first(path):
    """Return a wait until a file is there."""

    def wait():
        deadline = time.monotonic() + 60
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.001)

    return wait


def test_init_leaves_an_observatory_or_nothing(prepared, tmp_path):
    def arguments(name):
        return ("--instance", tmp_path / name, "init", "--customs", "2/2", "--business", "2/2")

    # Most of its time goes into passphrases, so moments are drawn and moments of writing chosen.
    waits = [partial(time.sleep, one) for one in moments(prepared, arguments("o"), 1, STOPS // 3)]
    waits += [
        first(tmp_path / f"o{turn}{name}")
        for turn, name in enumerate(
            ("-shares/.unfinished", "-shares/business-signer-2.json", "/roll.json",
             "-shares/customs-chair-link.txt", "/observatory.db", "/config.toml"), start=len(waits),
        )
    ]  # fmt: skip
    for turn, wait in enumerate(waits):
        folder, shares = tmp_path / f"o{turn}", tmp_path / f"o{turn}-shares"
        done = disturbed(prepared, arguments(folder.name), wait, GENTLE[turn % 2])
        if done.code == 0:
            instance = Instance.open(folder)
            assert len(instance.audit.entries()) == 2
            assert instance.roll.version == 1
            assert len(list(shares.glob("*-chair-link.txt"))) == 2
            assert len(list(shares.glob("*-custodian-?.txt"))) == 4
        assert folder.exists() == shares.exists() == (done.code == 0)
    assert not list(tmp_path.glob(".*"))
    assert not list(tmp_path.rglob(".unfinished"))


def test_import_seals_all_or_nothing_and_can_be_repeated(prepared, empty):
    arguments = ("--instance", empty.folder, "import", empty.register)
    instance = Instance.open(empty.folder)
    for turn, delay in enumerate(moments(prepared, arguments, 2)):
        before = instance.vault.sets()
        done = disturbed(prepared, arguments, partial(time.sleep, delay), GENTLE[turn % 2])
        new = len(instance.vault.sets()) - len(before)
        assert new == 1 if done.code == 0 else new in (0, 1)
        for one in instance.vault.sets():
            list(instance.vault.envelopes_of(one))  # whole, by its root
    assert prepared.run(*arguments).code == 0
    assert files(empty.folder) == {
        "config.toml", "offices.csv", "policy.json", "roll.json", "observatory.db",
        *(f"catalogue/{name}.yaml" for name in ("modus_operandi", "measures", "examples")),
    }  # fmt: skip


@pytest.mark.parametrize("gentle", [True, False], ids=["stop", "kill"])
def test_an_analysis_is_done_or_not_and_the_next_equals_an_undisturbed_one(
    prepared, sealed, analysed, gentle
):
    (expected,) = products(analysed.folder)
    codes = []
    warm = ("--instance", analysed.folder, "analyse", "--shares", *analysed.shares)
    arguments = ("--instance", sealed.folder, "analyse", "--shares", *sealed.shares)
    for turn, delay in enumerate(moments(prepared, warm, 3)):
        done = disturbed(
            prepared,
            arguments,
            partial(time.sleep, delay),
            GENTLE[turn % 2] if gentle else signal.SIGKILL,
        )
        codes.append(done.code)
        if done.code == 0:  # it was too late
            assert products(sealed.folder)[-1] == expected
        if gentle:
            assert not list(sealed.folder.rglob("*.part"))
    assert codes.count(1 if gentle else -signal.SIGKILL) > STOPS // 2
    done = prepared.run(*arguments)
    assert done.code == 0, done.errors
    assert all(made == expected for made in products(sealed.folder))
    assert not list(sealed.folder.rglob("*.part"))


def test_a_crash_between_state_and_products_loses_neither(prepared, analysed):
    # What a power cut leaves that comes after the state is stored and before products have a name.
    (expected,) = products(analysed.folder)
    shutil.move(analysed.folder / "products/000001", analysed.folder / "products/.000001.part")
    done = prepared.run("--instance", analysed.folder, "analyse", "--shares", *analysed.shares)
    assert done.code == 0, done.errors
    assert products(analysed.folder) == [expected]
    assert not list(analysed.folder.rglob("*.part"))


@pytest.mark.parametrize(("form", "gentle"), [("pdf", True), ("json", True), ("json", False)])
def test_a_report_is_the_old_one_or_the_new_one(prepared, analysed, tmp_path, gentle, form):
    folder = tmp_path / "out"
    folder.mkdir()
    out = folder / f"r.{form}"

    def arguments(audience):
        report = ("report", "systemic", out, "--audience", audience)
        return ("--instance", analysed.folder, *report)

    def pair():
        return out.read_bytes(), out.with_name(f"{out.name}.manifest.json").read_bytes()

    delays = list(moments(prepared, arguments("members"), 4))
    new = pair()
    assert prepared.run(*arguments("public")).code == 0
    old = pair()
    assert old != new
    for turn, delay in enumerate(delays):
        how = GENTLE[turn % 2] if gentle else signal.SIGKILL
        done = disturbed(prepared, arguments("members"), partial(time.sleep, delay), how)
        if done.code == 0:
            assert pair() == new
            assert prepared.run(*arguments("public")).code == 0
        elif gentle:
            assert pair() in (old, new)
            assert not list(folder.glob(".*"))
        else:  # the manifest may be ahead of the document, and then does not match it
            assert out.read_bytes() in (old[0], new[0])
    assert prepared.run(*arguments("members")).code == 0
    assert pair() == new
    assert sorted(folder.iterdir()) == [out, out.with_name(f"{out.name}.manifest.json")]
