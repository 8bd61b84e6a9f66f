"""Two at once on one observatory: both right, or the second one told to wait."""

import json
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest
from prepared import end
from reporter import Reporter
from served import free_port

from observatory.app import create_intake
from observatory.audit import Kind
from observatory.complaint import offices
from observatory.decisions.founding import found
from observatory.decisions.turn import turn
from observatory.instance import Instance
from observatory.locks import BusyError

BUSY = "Another analysis of this observatory is under way. Wait until it is done"


def both(prepared, *calls):
    """Start commands together; return how each ended."""
    return [prepared.wait(number) for number in [prepared.start(*call) for call in calls]]


def test_a_second_analysis_is_told_to_wait_and_the_first_is_right(prepared, sealed):
    call = ("--instance", sealed.folder, "analyse", "--shares", *sealed.shares)
    with turn(Instance.open(sealed.folder)):
        done = prepared.run(*call)
    assert done.code == 1
    assert BUSY in done.errors
    assert not (sealed.folder / "products").exists()
    ends = both(prepared, call, call)
    assert sorted(done.code for done in ends) in ([0, 0], [0, 1])  # one after the other, perhaps
    assert all(BUSY in done.errors for done in ends if done.code)
    made = sorted(path.name for path in (sealed.folder / "products").iterdir())
    assert made == ["000001", "000002"][: [done.code for done in ends].count(0)]


def test_the_turn_of_a_killed_analysis_is_free(prepared, sealed):
    call = ("--instance", sealed.folder, "analyse", "--shares", *sealed.shares)
    first = prepared.start(*call)
    instance = Instance.open(sealed.folder)
    deadline = time.monotonic() + 60
    while instance.audit.entries()[-1].kind is not Kind.RUN_OPENED and time.monotonic() < deadline:
        time.sleep(0.001)
    with pytest.raises(BusyError), turn(instance):
        pass
    end(first, signal.SIGKILL)
    assert prepared.wait(first).code == -signal.SIGKILL
    with turn(instance):
        pass
    instance.vault.engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_machines_that_share_a_postgresql_take_turns(tmp_path, database_url):
    thresholds = {"customs": (2, 2), "business": (2, 2)}
    made = found(
        tmp_path / "o", tmp_path / "s", thresholds, lambda n: f"made up, {n}",
        database_url=database_url, made_up=True,
    )  # fmt: skip
    shutil.copytree(tmp_path / "o", tmp_path / "other-machine")
    other = Instance.open(tmp_path / "other-machine")
    with turn(made.instance), pytest.raises(BusyError, match="under way"), turn(other):
        pass
    with turn(other):
        pass
    for instance in (made.instance, other):
        instance.vault.engine.dispose()


def test_a_report_during_an_analysis_is_of_the_run_before(prepared, analysed, tmp_path):
    ends = both(
        prepared,
        ("--instance", analysed.folder, "analyse", "--shares", *analysed.shares),
        ("--instance", analysed.folder, "report", "systemic", tmp_path / "r.json"),
    )
    assert [done.code for done in ends] == [0, 0], ends
    body = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert body["kind"] == "systemic"


def test_two_reports_to_one_file_do_not_mix(prepared, analysed, tmp_path):
    from hashlib import sha256

    out = tmp_path / "r.json"
    report = ("--instance", analysed.folder, "report", "systemic", out, "--audience")
    ends = both(prepared, *((*report, audience) for audience in ("members", "public") * 2))
    assert [done.code for done in ends] == [0] * 4, ends
    manifest = json.loads((tmp_path / "r.json.manifest.json").read_text("utf-8"))
    assert manifest["signed"]["document"]["sha256"] == sha256(out.read_bytes()).hexdigest()
    assert len(list(tmp_path.glob("*r.json*"))) == 2


def test_two_imports_keep_both_sets_and_both_registers_of_offices(prepared, empty, tmp_path):
    calls = []
    for name in ("NORTH", "SOUTH", "EAST"):
        mapping = tmp_path / f"{name}.yaml"
        mapping.write_text(
            f"source: register-{name.lower()}\nnarrative: [narrative]\n"
            "reported_on: {column: reported_on}\n"
            f"offices:\n  - {{code: {name}, name: The {name} gate}}\n"
        )
        calls.append(("--instance", empty.folder, "import", empty.register, "--map", mapping))
    ends = both(prepared, *calls)
    assert [done.code for done in ends] == [0] * 3, ends
    instance = Instance.open(empty.folder)
    assert len(instance.vault.sets()) == 3
    assert {o.code for o in offices.read(empty.folder / "offices.csv")} == {
        "NORTH",
        "SOUTH",
        "EAST",
    }
    instance.vault.engine.dispose()


def test_imports_and_reporters_do_not_hinder_each_other(prepared, empty):
    instance = Instance.open(empty.folder)
    app = create_intake(instance)
    answers = []

    def send(number):
        intake = Reporter(app.test_client())
        sent = (intake.post(f"report {number}-{place}", step="send") for place in range(8))
        answers.extend(answer.status_code for answer in sent)

    senders = [threading.Thread(target=send, args=(number,)) for number in range(3)]
    for sender in senders:
        sender.start()
    ends = both(prepared, *[("--instance", empty.folder, "import", empty.register)] * 2)
    for sender in senders:
        sender.join()
    assert [done.code for done in ends] == [0, 0], ends
    assert answers == [200] * 24
    assert len(instance.vault.sets()) == 2
    closed = sum(len(list(instance.vault.envelopes_of(one))) for one in instance.vault.sets())
    assert len(instance.vault) - closed == 24
    instance.vault.engine.dispose()


def test_sets_are_read_right_while_imports_close_some(prepared, empty):
    call = ("--instance", empty.folder, "import", empty.register)
    instance = Instance.open(empty.folder)
    running = [prepared.start(*call) for _ in range(3)]
    seen = set()
    deadline = time.monotonic() + 60
    while max(seen, default=0) < 3 and time.monotonic() < deadline:
        seen.add(len(instance.vault.sets()))  # raises where log and sets seem to differ
    assert [prepared.wait(number).code for number in running] == [0] * 3
    instance.vault.engine.dispose()


def test_of_two_founders_of_one_folder_one_is_refused(prepared, tmp_path):
    call = ("--instance", tmp_path / "o", "init", "--customs", "2/2", "--business", "2/2")
    ends = both(prepared, call, call)
    assert sorted(done.code for done in ends) in ([0, 1], [0, 2]), ends
    (refused,) = (done for done in ends if done.code)
    assert "Another init is at work" in refused.errors or "is not empty" in refused.errors
    instance = Instance.open(tmp_path / "o")
    assert [entry.kind for entry in instance.audit.entries()] == [Kind.FOUNDED, Kind.ROLL_INSTALLED]
    assert len(list((tmp_path / "o-shares").glob("*-chair-link.txt"))) == 2
    assert len(list((tmp_path / "o-shares").glob("*-custodian-*.txt"))) == 4


def test_of_two_services_that_start_on_one_port_one_is_refused(empty):
    command = [sys.executable, "-m", "observatory", "--instance", str(empty.folder), "serve"]
    command += ["--role", "intake", "--port", str(free_port())]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    services = [subprocess.Popen(command, **pipes) for _ in range(2)]
    deadline = time.monotonic() + 60
    while all(one.poll() is None for one in services) and time.monotonic() < deadline:
        time.sleep(0.02)
    first, second = sorted(services, key=lambda one: one.poll() is None)
    if first.poll() is None:
        first.kill()
        second.kill()
    assert first.wait() == 1
    assert "cannot be used (Address already in use)" in first.stderr.read()
    assert "http://intake.localhost" in second.stdout.readline()
    second.terminate()
    out, errors = second.communicate(timeout=30)
    assert (second.returncode, errors) == (0, "")
    assert "Traceback" not in out


def test_a_demo_that_was_stopped_is_not_served_as_a_whole_one(prepared, sealed, tmp_path):
    where = tmp_path / "demo"
    shutil.copytree(sealed.folder, where / "instance")
    done = prepared.run("demo", "--no-serve", where)
    assert done.code == 3
    assert "was stopped before it was done" in done.errors
