"""What is damaged, foreign or impossible: the exit code, a sentence that helps, nothing changed."""

import json
import re
import sqlite3
from itertools import pairwise

import pytest

from observatory.instance import Instance

UNEXPECTED, USAGE, BAD_INPUT, NOT_ALLOWED, INTEGRITY = 1, 2, 3, 4, 5


def ends(done, code, *said):
    """Tell that a command ended with a code, and that its sentence says these things."""
    assert done.code == code, done
    for words in said:
        assert words in done.errors, done.errors
    assert "Unexpected" not in done.errors
    assert "Traceback" not in done.errors


def analyse(prepared, place, *more, shares=None):
    given = place.shares if shares is None else shares
    return prepared.run("--instance", place.folder, "analyse", "--shares", *given, *more)


def seal(prepared, place):
    return prepared.run("--instance", place.folder, "import", place.register)


def report(prepared, place, out, *more):
    return prepared.run("--instance", place.folder, "report", "systemic", out, *more)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (b"intake_port = [", "not valid TOML"),
        (b"\xff\xfei", "not valid TOML"),
        (b'colour = "red"', "unknown key 'colour'"),
        (b'intake_port = "8080"', "must be a number"),
        (b"intake_port = true", "must be a number"),
        (b"observatory_name = 5", "must be text in quotes"),
        (b"intake_port = 70000", "between 1 and 65535"),
        (b"members_port = 8080", "must differ"),
        (b'role = "analysis"', "must be one of all, intake"),
    ],
)
def test_damaged_settings(prepared, empty, settings, said):
    (empty.folder / "config.toml").write_bytes(settings)
    for done in (seal(prepared, empty), report(prepared, empty, empty.register.parent / "r.pdf")):
        ends(done, BAD_INPUT, "config.toml", said)


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("nonsense", BAD_INPUT, "cannot be used"),
        ("mysql://localhost/x", BAD_INPUT, "cannot be used"),
        ("sqlite:///elsewhere.db", BAD_INPUT, "elsewhere.db is not there"),
        ("sqlite:///catalogue", UNEXPECTED, "cannot be opened"),
        ("postgresql+psycopg://nobody@127.0.0.1:1/none", UNEXPECTED, "does not answer"),
    ],
)
def test_a_database_that_cannot_be_used(prepared, empty, url, code, said):
    (empty.folder / "config.toml").write_text(f'database_url = "{url}"\n')
    before = sorted(empty.folder.iterdir())
    ends(seal(prepared, empty), code, said)
    assert sorted(empty.folder.iterdir()) == before


def changed(place, statement):
    with sqlite3.connect(place.folder / "observatory.db") as connection:
        connection.execute(statement)
    connection.close()


def test_a_database_of_a_newer_version(prepared, sealed):
    changed(sealed, "UPDATE alembic_version SET version_num = '9999'")
    for done in (seal(prepared, sealed), analyse(prepared, sealed)):
        ends(done, BAD_INPUT, "schema 9999", "Install the version that made it")


def test_a_database_of_something_else(prepared, empty):
    (empty.folder / "observatory.db").unlink()
    changed(empty, "CREATE TABLE recipes (name TEXT)")
    ends(seal(prepared, empty), BAD_INPUT, "holds no observatory")
    (empty.folder / "observatory.db").write_bytes(b"")
    ends(seal(prepared, empty), BAD_INPUT, "holds no observatory")


@pytest.mark.parametrize("part", ["head", "middle", "end"])
def test_a_damaged_database(prepared, sealed, part):
    path = sealed.folder / "observatory.db"
    data = bytearray(path.read_bytes())
    if part == "head":
        data[:100] = b"x" * 100
    elif part == "middle":
        data[4096:-4096] = bytes(len(data) - 8192)
    else:
        del data[len(data) // 2 :]
    path.write_bytes(data)
    ends(analyse(prepared, sealed), INTEGRITY, "Put back the last good backup")
    assert not (sealed.folder / "products").exists()
    if part == "head":
        ends(seal(prepared, sealed), INTEGRITY, "is damaged")


def test_an_edited_or_missing_policy(prepared, analysed):
    path = analysed.folder / "policy.json"
    whole = path.read_text("utf-8")
    for text in (whole.replace('"members": 5', '"members": 3'), whole[:-40], ""):
        path.write_text(text, "utf-8")
        out = analysed.register.with_name("r.pdf")
        for done in (
            seal(prepared, analysed),
            analyse(prepared, analysed),
            report(prepared, analysed, out),
        ):
            ends(done, INTEGRITY, "policy")
        assert not out.exists()
    path.unlink()
    ends(seal(prepared, analysed), INTEGRITY, "policy.json")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"code,name\nlower,Name\n", "row 2, column code"),
        (b"code,name\nA,One\nA,Two\n", "stands twice"),
        (b"code,name,customs_population\nA,One,many\n", "whole number"),
    ],
)
def test_a_damaged_register_of_offices(prepared, analysed, tmp_path, table, said):
    (analysed.folder / "offices.csv").write_bytes(table)
    entries = len(Instance.open(analysed.folder).audit.entries())
    ends(analyse(prepared, analysed), BAD_INPUT, "offices.csv", said)
    ends(report(prepared, analysed, tmp_path / "r.json"), BAD_INPUT, "offices.csv", said)
    assert len(Instance.open(analysed.folder).audit.entries()) == entries  # nothing was opened
    offices = tmp_path / "given.csv"
    offices.write_bytes(table)
    new = tmp_path / "new"
    ends(prepared.run("--instance", new, "init", "--offices", offices), BAD_INPUT, said)
    assert not new.exists()


def test_a_damaged_catalogue(prepared, analysed, tmp_path):
    (analysed.folder / "catalogue/measures.yaml").write_text("measures: [", "utf-8")
    ends(analyse(prepared, analysed), BAD_INPUT, "catalogue", "Correct")
    ends(report(prepared, analysed, tmp_path / "r.json"), BAD_INPUT, "catalogue")


def test_a_folder_that_is_no_observatory(prepared, empty, tmp_path):
    for folder in (tmp_path / "nowhere", tmp_path, empty.register / "beneath-a-file"):
        done = prepared.run("--instance", folder, "import", empty.register)
        ends(done, BAD_INPUT, "is not an observatory", "init")
    ends(prepared.run("--instance", empty.register, "import", empty.register), USAGE, "is a file")


def shares_of(kind, place, tmp_path):
    """Return share files that will not do."""
    business, customs = place.shares[:2], place.shares[2:]
    bad = tmp_path / "customs-custodian-1.txt"
    text = customs[0].read_text("utf-8")
    contents = {
        "truncated": text[: text.index("End of words") - 30].encode(),
        "in another encoding": text.encode("utf-16"),
        "empty": b"",
        "a line of a million letters": b"x" * 1_000_000 + b"\n" + text.encode(),
        "words of a million letters": text.replace("   1 ", "   1 " + "x" * 1_000_000).encode(),
        "a signer's file": (customs[0].parent / "customs-signer-1.json").read_bytes(),
    }
    if kind in contents:
        bad.write_bytes(contents[kind])
        return bad, customs[1], *business
    return {
        "missing": (tmp_path / "none.txt", customs[1], *business),
        "a folder": (tmp_path, customs[1], *business),
        "too few": (customs[0], *business),
        "of one side": customs,
        "one twice": (customs[0], customs[0], *business),
    }[kind]


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        ("truncated", BAD_INPUT, "customs-custodian-1.txt"),
        ("in another encoding", BAD_INPUT, "customs-custodian-1.txt"),
        ("empty", BAD_INPUT, "customs-custodian-1.txt"),
        ("a line of a million letters", BAD_INPUT, "customs-custodian-1.txt"),
        ("words of a million letters", BAD_INPUT, "customs-custodian-1.txt"),
        ("a signer's file", BAD_INPUT, "customs-custodian-1.txt"),
        ("missing", BAD_INPUT, "no such file"),
        ("a folder", BAD_INPUT, "cannot be read"),
        ("too few", NOT_ALLOWED, "customs"),
        ("of one side", NOT_ALLOWED, "business"),
        ("one twice", NOT_ALLOWED, "customs"),
    ],
)
def test_share_files_that_will_not_do(prepared, sealed, tmp_path, kind, code, said):
    done = analyse(prepared, sealed, shares=shares_of(kind, sealed, tmp_path))
    ends(done, code, said)
    assert len(done.errors) < 1000
    secret = re.findall(r"\d+ ([a-z]+)", sealed.shares[2].read_text("utf-8"))
    assert not [pair for pair in pairwise(secret) if " ".join(pair) in done.errors]
    assert not (sealed.folder / "products").exists()


def test_share_files_of_another_observatory(prepared, sealed, tmp_path):
    other = tmp_path / "other"
    command = ("--instance", other, "init", "--customs", "2/2", "--business", "2/2")
    assert prepared.run(*command).code == 0
    foreign = sorted((tmp_path / "other-shares").glob("*-custodian-*.txt"))
    ends(analyse(prepared, sealed, shares=foreign), BAD_INPUT, "another key")


def test_where_products_may_not_go_is_said_before_the_run(prepared, sealed, tmp_path):
    entries = len(Instance.open(sealed.folder).audit.entries())
    for out, code, said in (
        (tmp_path, USAGE, "is a directory"),
        (tmp_path / "none/out.json", USAGE, "is no folder"),
        (sealed.folder / "policy.json", USAGE, "lies inside"),
        (sealed.shares[0], USAGE, "is a share file"),
    ):
        ends(analyse(prepared, sealed, "--json", out), code, said)
    assert len(Instance.open(sealed.folder).audit.entries()) == entries
    out = tmp_path / "out.json"
    out.write_text("an old one")
    ends(analyse(prepared, sealed, "--json", out), 0)
    assert json.loads(out.read_text("utf-8"))["manifest"]["made_up"] is True


def test_where_a_report_may_not_go(prepared, analysed, tmp_path):
    for out, code, said in (
        (tmp_path, USAGE, "is a directory"),
        (tmp_path / "none/r.pdf", UNEXPECTED, "folder exists"),
        (analysed.folder / "config.toml", USAGE, "lies inside"),
        (analysed.folder / "products/r.pdf", USAGE, "lies inside"),
    ):
        ends(report(prepared, analysed, out), code, said)
    ends(report(prepared, analysed, tmp_path / "r.doc", "--format", "doc"), USAGE, "doc")
    ends(prepared.run("--instance", analysed.folder, "report", "gossip", "x"), USAGE, "gossip")
    assert not list(tmp_path.glob("r.*"))


def test_a_report_replaces_an_older_one_but_never_a_signed_one(prepared, analysed, tmp_path):
    out, manifest = tmp_path / "r.json", tmp_path / "r.json.manifest.json"
    out.write_text("an old one")
    ends(report(prepared, analysed, out), 0)
    assert json.loads(out.read_text("utf-8"))["kind"] == "systemic"
    body = json.loads(manifest.read_text("utf-8"))
    body["signatures"] = [{"side": "customs"}]
    manifest.write_text(json.dumps(body), "utf-8")
    before = out.read_bytes()
    ends(report(prepared, analysed, out, "--audience", "public"), BAD_INPUT, "signatures")
    assert out.read_bytes() == before


@pytest.mark.parametrize("shares", ["o", "o/shares", "."])
def test_shares_never_lie_with_the_observatory(prepared, tmp_path, shares):
    done = prepared.run("--instance", tmp_path / "o", "init", "--shares-to", tmp_path / shares)
    ends(done, USAGE, "--shares-to")
    assert list(tmp_path.iterdir()) == []


def test_init_leaves_the_database_of_another_observatory_alone(prepared, empty, tmp_path):
    path = empty.folder / "observatory.db"
    before = path.read_bytes()
    done = prepared.run(
        "--instance", tmp_path / "new", "init", "--database", f"sqlite:///{path}"
    )  # fmt: skip
    ends(done, USAGE, "database is not empty")
    assert path.read_bytes() == before
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "new-shares").exists()


def test_what_a_cut_off_init_left_is_told_from_anything_else(prepared, tmp_path):
    folder = tmp_path / "o"
    folder.mkdir()
    (folder / ".unfinished").touch()
    done = prepared.run("--instance", folder, "init")
    ends(done, USAGE, "is not empty", "cut off")
    assert not (tmp_path / "o-shares").exists()
