"""The offline page as a file: the same for both sides, tied to its parts by hash, signed."""

import hashlib
import json
import re
from base64 import b64encode
from datetime import date

from click.testing import CliRunner

from crypto.signing import SigningKey
from observatory import instance as instances
from observatory.cli import observatory
from observatory.decisions import signed_file
from observatory.intake import offline

PASSPHRASE = "an old passphrase of nine words"


def run(instance, *args):
    return CliRunner().invoke(observatory, ["--instance", str(instance.folder), *map(str, args)])


def test_it_is_the_same_on_every_day_and_follows_the_key(place, monkeypatch):
    page = offline.make(place)
    monkeypatch.setattr(instances, "today", lambda: date(2031, 5, 5))
    monkeypatch.setattr(offline, "today", lambda: date(2031, 5, 5))
    assert offline.make(place) == page
    assert b64encode(place.public_key.raw) in page
    assert place.public_key.id.hex().encode() in page
    assert b"North Port" in page


def test_it_names_nothing_outside_itself_and_allows_its_own_parts_only(place):
    page = offline.make(place, 'http://a"><script>.onion').decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#39;", "'")
    hashes = {
        tag: b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for tag, text in re.findall(r"<(style|script)>(.*?)</\1>", page, re.DOTALL)
    }
    assert policy.split("; ") == [
        "default-src 'none'", f"style-src 'sha256-{hashes['style']}'",
        f"script-src 'sha256-{hashes['script']}'", "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip
    assert page.count("<script") == page.count("<style") == 1
    assert not re.search(r"<(link|img|iframe|object|base)\b| src=|url\(|@import", page)
    assert re.findall(r'href="([^"]*)"', page) == ["#main"] * 6


def test_its_manifest_is_a_file_to_be_signed(place, tmp_path):
    out = tmp_path / "seal.html"
    done = run(place, "offline-page", out)
    assert done.exit_code == 0, done.output
    found = signed_file.read(tmp_path / "seal.html.manifest.json", "offline-page")
    assert found.signed == {
        "schema": "joint-integrity-observatory/offline-page/1",
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "key": place.public_key.id.hex(),
        "policy": place.policy.fingerprint,
    }
    assert found.signatures == []
    assert found.signed["sha256"] in done.output
    again = run(place, "offline-page", out)
    assert again.exception.exit_code == 2
    inside = run(place, "offline-page", place.folder / "seal.html")
    assert inside.exception.exit_code == 2
    assert json.loads((tmp_path / "seal.html.manifest.json").read_text())["signatures"] == []


def test_a_page_is_checked_against_what_both_sides_signed(founded, tmp_path):
    instance, out = founded.instance, tmp_path / "seal.html"
    manifest = tmp_path / "seal.html.manifest.json"
    assert run(instance, "offline-page", out).exit_code == 0
    for name, code in (("customs-signer-1", 5), ("business-signer-1", 0)):
        key = SigningKey.load(founded.shares / f"{name}.json", PASSPHRASE)
        signed_file.read(manifest).with_signature(key).write(manifest)
        done = run(instance, "offline-page", out, "--check")
        assert (done.exception.exit_code if done.exception else 0) == code
    assert "is the page that both sides signed" in done.output
    out.write_bytes(out.read_bytes() + b" ")
    changed = run(instance, "offline-page", out, "--check")
    assert changed.exception.exit_code == 5
    assert "Do not use it" in str(changed.exception)
    out.unlink()
    assert run(instance, "offline-page", out, "--check").exception.exit_code == 3
