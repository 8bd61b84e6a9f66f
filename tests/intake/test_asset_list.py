"""The list of hashes: what varies in the reporters' page and what may not, signed by both sides."""

import json
import re
from datetime import date

import pytest
from click.testing import CliRunner
from reporter import HOST

from crypto.signing import SigningKey
from observatory import instance as instances
from observatory import languages
from observatory.app import create_intake
from observatory.assets.page import take_apart
from observatory.cli import observatory
from observatory.decisions import signed_file
from observatory.instance import Instance

PASSPHRASE = "an old passphrase of nine words"


def page_of(instance, tag="en"):
    asked = {**HOST, "Accept-Language": tag}
    return create_intake(instance).test_client().get("/", headers=asked).data


def run(instance, *args):
    return CliRunner().invoke(observatory, ["--instance", str(instance.folder), *map(str, args)])


def sign(path, founded, *names):
    for name in names:
        key = SigningKey.load(founded.shares / f"{name}.json", PASSPHRASE)
        signed_file.read(path).with_signature(key).write(path)


BOTH = ("customs-signer-1", "business-signer-2")


def test_what_varies_is_read_and_the_rest_is_the_same_for_everybody(founded, monkeypatch):
    from observatory.complaint.offices import Office

    bare = take_apart(page_of(founded.instance))
    founded.instance.add_offices([Office("KM7", "A & \"B\" 'C'"), Office("N", "North", "Coast")])
    monkeypatch.setattr(instances, "today", lambda: date(2029, 1, 1))
    later = take_apart(page_of(founded.instance))
    assert later.fixed == bare.fixed
    assert later.once != bare.once
    assert (later.week, later.quarter) == ("2029-W01", 2029 * 4)
    assert (len(later.months), later.months[0], later.months[-1]) == (
        36, ("2029-01", "January 2029"), ("2026-02", "February 2026"),
    )  # fmt: skip
    assert bare.offices == ()
    assert later.offices[:2] == (("KM7", "A & \"B\" 'C'"), ("N", "North"))


@pytest.mark.parametrize("tag", [language.tag for language in languages.offered()])
def test_work_that_is_asked_for_and_a_full_disk_change_nothing_that_is_fixed(place, tag):
    path = place.folder / "config.toml"
    plain = take_apart(page_of(place, tag), tag)
    text = path.read_text("utf-8").replace("work_bits = 0", "work_bits = 9")
    path.write_text(text.replace("= 1024", f"= {1 << 40}"), "utf-8")
    page = page_of(Instance.open(place.folder), tag)
    other = take_apart(page, tag)
    assert other.fixed == plain.fixed
    assert (plain.work, plain.no_room) == ("", False)
    assert re.fullmatch("9[.][0-9a-f]{32}", other.work)
    assert other.no_room
    for old, new in ((' data-work="9.', ' onclick="x" data-work="9.'), ("</h2>\n<p>", "<p>")):
        changed = page.replace(old.encode(), new.encode(), 1)
        assert changed != page
        assert take_apart(changed, tag).sha256 != other.sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</body>", "<script>x</script></body>"),
        ("intake.js", "intake.js?v=2"),
        (' data-key="', ' data-key="A'),
        ('name="once" value="', 'name="once" value="x"><script>'),
        ('<optgroup label="Coast">', '<optgroup label="Coast"><img src=x>'),
        ('<optgroup label="Coast">', '<optgroup label="Coast" onfocus="x">'),
        ("Kilometre 7<", "Kilometre 7<b>!</b><"),
        (">November 20", ">November <i>20"),
        ('data-week="', 'data-week="x" data-week="'),
        ("No answer</option>", "No answer</option><option>"),
        (
            "<form method",
            '<input type="hidden" name="once" value="' + "A" * 43 + '">\n<form method',
        ),
        ("Leave out names", "Give names"),
    ],
)
def test_anything_else_is_a_difference(place, monkeypatch, old, new):
    monkeypatch.setattr(instances, "today", lambda: date(2026, 11, 24))
    page = page_of(place)
    changed = page.replace(old.encode(), new.encode(), 1)
    assert changed != page
    assert take_apart(changed).sha256 != take_apart(page).sha256


def test_bytes_that_are_no_text_cannot_pass_for_others(place):
    page = page_of(place)
    assert take_apart(page + b"\xff").sha256 != take_apart(page + b"\xfe").sha256


def test_a_list_is_made_signed_kept_and_served(founded, tmp_path):
    out = tmp_path / "hashes.json"
    made = run(founded.instance, "assets", "list", out)
    assert made.exit_code == 0, made.output
    signed = json.loads(out.read_text())["signed"]
    assert signed["key"] == founded.instance.public_key.id.hex()
    assert {"intake.js", "intake.css", "icon.svg"} <= signed["files"].keys()
    assert signed["forms"] == {
        one.tag: take_apart(page_of(founded.instance, one.tag), one.tag).sha256
        for one in languages.offered()
    }
    assert len(set(signed["forms"].values())) == 6
    before = create_intake(founded.instance).test_client().get("/assets/hashes.json", headers=HOST)
    assert before.status_code == 404

    refused = run(founded.instance, "assets", "install", out)
    assert (type(refused.exception).__name__, refused.exception.exit_code) == ("IntegrityError", 5)
    sign(out, founded, "customs-signer-1", "customs-signer-2")
    assert run(founded.instance, "assets", "install", out).exception.exit_code == 5
    sign(out, founded, *BOTH)
    assert run(founded.instance, "assets", "install", out).exit_code == 0
    after = create_intake(founded.instance).test_client().get("/assets/hashes.json", headers=HOST)
    assert after.data == out.read_bytes()
    assert after.headers["Cache-Control"] == "no-store"
    assert [e.kind for e in founded.instance.audit.entries()][-1] == "assets-listed"


def test_a_signed_list_of_other_files_is_not_kept(founded, tmp_path):
    out = tmp_path / "hashes.json"
    run(founded.instance, "assets", "list", out)
    body = json.loads(out.read_text())
    body["signed"]["files"]["intake.js"] = "0" * 64
    out.write_text(json.dumps(body))
    sign(out, founded, *BOTH)
    refused = run(founded.instance, "assets", "install", out)
    assert refused.exception.exit_code == 5
    assert "intake.js" in str(refused.exception)
    body["signed"]["files"]["../policy.json"] = "0" * 64
    out.write_text(json.dumps(body))
    assert run(founded.instance, "assets", "install", out).exception.exit_code == 3


def test_the_doctor_tells_whether_the_list_is_of_what_is_served(founded, tmp_path):
    from observatory.doctor import promises
    from observatory.doctor.findings import Level

    def found():
        return promises._assets(founded.instance)

    assert found().level is Level.WARNING
    out = tmp_path / "hashes.json"
    run(founded.instance, "assets", "list", out)
    sign(out, founded, *BOTH)
    run(founded.instance, "assets", "install", out)
    assert found().level is Level.FINE
    kept = founded.instance.folder / "asset-hashes.json"
    body = json.loads(out.read_text())
    del body["signed"]["files"]["intake.js"]
    kept.write_text(json.dumps(body))
    assert found().level is Level.FAILURE
    sign(kept, founded, *BOTH)
    assert "intake.js" in found().says
