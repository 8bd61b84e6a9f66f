"""The command as scripts see it: exit codes, sentences, and not a word of a report."""

import json
import os
import subprocess
import sys

import pytest

CANARY = "zanzibarquokka"
REGISTER = f"narrative,reported_on\nthey asked for {CANARY},2025-03-03\n"


@pytest.fixture
def command(founded, tmp_path):
    def run(*arguments, instance=founded.instance.folder):
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "observatory",
                "--instance",
                str(instance),
                *map(str, arguments),
            ],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    return run


def ends(done, code, *said):
    assert done.returncode == code, done.stderr
    for words in said:
        assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stdout + done.stderr


def test_init_makes_an_observatory_once(command, tmp_path):
    new = tmp_path / "new"
    ends(command("init", instance=new), 0, "customs-custodian-1.txt", "business-signer-2.json")
    assert (tmp_path / "new-shares" / "customs-custodian-3.txt").exists()
    ends(command("init", instance=new), 2, "not empty")


@pytest.mark.parametrize(
    ("option", "code"), [("1/3", 3), ("3/2", 3), ("two", 2), ("2/3/4", 2), ("2/99", 3)]
)
def test_init_with_thresholds_that_cannot_be(command, tmp_path, option, code):
    ends(command("init", "--customs", option, instance=tmp_path / "new"), code)
    assert not (tmp_path / "new").exists()


def test_import_and_its_exit_codes(command, tmp_path):
    register = tmp_path / "register.csv"
    register.write_text(REGISTER)
    ends(command("import", register), 0, "Sealed 1 reports")
    register.write_text(REGISTER + f"{CANARY},1066-10-14\n")
    done = command("import", register, "--json")
    ends(done, 3)
    answer = json.loads(done.stdout)
    assert answer["sealed"] == 1
    assert answer["refused"] == [
        {"row": 3, "column": "reported_on", "reason": "lies outside 1990-01-01 to today"}
    ]
    ends(command("import", tmp_path / "none.csv"), 3, "cannot be opened")
    ends(command("import"), 2)
    ends(command("import", register, instance=tmp_path / "nowhere"), 3, "is not an observatory")


def test_analyse_refuses_one_side_a_mistyped_share_and_an_edited_policy(command, founded, quorum):
    ends(command("analyse"), 2)
    customs = [path for path in founded.custodians if path.name.startswith("customs")]
    ends(command("analyse", "--shares", *customs), 4, "business")
    quorum[0].write_text(quorum[0].read_text().replace("Words:\n   1 ", "Words:\n   1 zz"))
    ends(command("analyse", "--shares", *quorum), 3, "customs-custodian-1")
    path = founded.instance.folder / "policy.json"
    path.write_text(path.read_text().replace('"members": 5', '"members": 3'))
    ends(command("analyse", "--shares", *founded.custodians), 5, "policy")


def test_analyse_of_a_corrupt_vault_changes_nothing(command, founded, quorum, tmp_path):
    import sqlite3

    register = tmp_path / "register.csv"
    register.write_text(REGISTER)
    ends(command("import", register), 0)
    database = founded.instance.folder / "observatory.db"
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE envelope SET body = zeroblob(length(body))")
    ends(command("analyse", "--shares", *quorum), 5, "altered")
    assert not (founded.instance.folder / "products").exists()


def test_analyse_of_an_empty_and_of_a_tiny_observatory_shows_no_figures(command, quorum, tmp_path):
    done = command("analyse", "--shares", *quorum, "--json", "-")
    ends(done, 0)
    answer = json.loads(done.stdout)
    assert answer["reports"] == {}
    assert answer["topics"] == []
    register = tmp_path / "register.csv"
    register.write_text(REGISTER)
    ends(command("import", register), 0)
    done = command("analyse", "--shares", *quorum, "--json", tmp_path / "out.json")
    ends(done, 0, "fewer than 5")
    assert CANARY not in (tmp_path / "out.json").read_text()


def test_report_before_a_run_says_what_to_do(command, tmp_path):
    ends(command("report", "systemic", tmp_path / "r.pdf"), 3, "analyse")
    assert not (tmp_path / "r.pdf").exists()


def test_a_folder_that_cannot_be_written(command, tmp_path):
    if os.geteuid() == 0:
        blocked = tmp_path / "file"
        blocked.write_text("not a folder")
        ends(command("init", instance=blocked / "inside"), 1, "Nothing was created")
    else:
        tmp_path.chmod(0o500)
        ends(command("init", instance=tmp_path / "inside"), 1, "Nothing was created")


def test_a_database_that_is_gone(command, founded, tmp_path):
    (founded.instance.folder / "observatory.db").unlink()
    register = tmp_path / "register.csv"
    register.write_text(REGISTER)
    ends(command("import", register), 3, "holds no observatory")


def test_the_instance_can_come_from_the_environment(founded, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "observatory", "report", "systemic", "r.pdf"],
        cwd=tmp_path,
        env={**os.environ, "OBSERVATORY_INSTANCE": str(founded.instance.folder)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3
    assert "analyse" in done.stderr
