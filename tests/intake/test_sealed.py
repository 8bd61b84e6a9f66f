"""Reports that arrive sealed: taken like every other, or refused without a trace."""

import sqlite3
from base64 import b64encode
from datetime import date

import pytest
from reporter import HOST, check_headers
from vault_contents import reports

from crypto.envelope import Envelope, seal
from crypto.xwing import PrivateKey, Seed
from observatory import instance as instances
from observatory.complaint import plaintext
from observatory.complaint.plaintext import Complaint, Seal
from observatory.decisions.quorum import open_key
from observatory.instance import StaleEnvelopeError

TODAY = date(2026, 11, 24)
QUARTER = 8107


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(instances, "today", lambda: TODAY)


def envelope(public, quarter=QUARTER, words="They asked for a day's wage."):
    padded = plaintext.encode(Complaint(words, {"asked": "money"}), Seal("2026-W48"))
    return seal(padded, public, quarter)


def text(sealed):
    return b64encode(sealed.to_bytes()).decode()


def post(intake, sealed, **fields):
    return intake.client.post("/", data={"sealed": sealed, "step": "send", **fields}, headers=HOST)


def test_a_sealed_report_is_kept_and_answered_like_every_other(intake, place, quorum):
    sealed = post(intake, text(envelope(place.public_key)), stay="1")
    longest = post(intake, text(envelope(place.public_key, words="é" * 30_000)))
    plain = intake.post("They asked for a day's wage.", step="send")
    for answer in (sealed, longest):
        assert answer.status_code == plain.status_code == 200
        assert answer.data == plain.data
        assert dict(answer.headers) == dict(plain.headers)
    check_headers(sealed, "no-referrer")
    kept = reports(place.vault, open_key(place, quorum))
    assert sorted(complaint.narrative[:4] for complaint, _ in kept) == ["They", "They", "éééé"]


def test_the_page_gives_what_the_browser_needs(intake, place):
    page = intake.open().text
    assert f'data-key="{b64encode(place.public_key.raw).decode()}"' in page
    assert 'data-week="2026-W48" data-quarter="8107"' in page
    assert '<script src="/assets/intake.js" defer></script>' in page
    assert page.count("<script") == 1


def damaged(whole):
    """Return what may arrive of an envelope, by what went wrong with it."""
    data = whole.to_bytes()
    good = text(whole)
    return {
        "nothing": "",
        "cut": good[:-8],
        "longer": b64encode(data + b"\0").decode(),
        "line breaks": good[:76] + "\n" + good[76:],
        "spaces": good.replace("+", " ") + " ",
        "another alphabet": good.replace("/", "_").replace("+", "-") + "_",
        "no padding": b64encode(b"JIO1x").decode().rstrip("="),
        "padding that it never needs": good + "==",
        "letters": "zanzibar quokka",
        "beyond ASCII": "é" * 40,
        "another magic": b64encode(b"JIO2" + data[4:]).decode(),
        "no such bucket": b64encode(data[:12] + b"\4" + data[13:]).decode(),
        "another bucket": b64encode(data[:12] + b"\2" + data[13:]).decode(),
        "no such quarter": b64encode(data[:13] + b"\0\1" + data[15:]).decode(),
        "too much": b64encode(data + bytes(120_000)).decode(),
    }


def test_what_did_not_arrive_whole_is_refused_with_what_to_do(intake, place, capfd):
    for name, sent in damaged(envelope(place.public_key)).items():
        answer = post(intake, sent)
        assert answer.status_code == 422, name
        assert "did not arrive whole. Nothing was received" in answer.text
        assert "zanzibar" not in answer.text
        assert post(intake, sent, stay="1").status_code == 204
    assert len(place.vault) == 0
    assert "".join(capfd.readouterr()) == ""


def test_a_body_past_the_cap_is_refused_while_it_arrives(intake, place):
    assert post(intake, "A" * 300_000).status_code == 413
    assert len(place.vault) == 0


def test_another_key_or_quarter_is_told_and_nothing_is_kept(intake, place, capfd):
    other = PrivateKey.from_seed(Seed(bytes(32))).public
    stale = [envelope(other), *(envelope(place.public_key, q) for q in (QUARTER - 1, QUARTER + 1))]
    for one in stale:
        answer = post(intake, text(one))
        assert answer.status_code == 422
        assert "sealed too long ago. Nothing was received" in answer.text
        assert "Open the form again" in answer.text
        stayed = post(intake, text(one), stay="1")
        assert (stayed.status_code, stayed.data) == (204, b"")
        check_headers(stayed, "no-referrer")
    assert len(place.vault) == 0
    assert "".join(capfd.readouterr()) == ""


@pytest.mark.parametrize(
    ("day", "taken"),
    [
        (
            date(2026, 9, 30),
            {8106, 8107},
        ),  # its Thursday is 1 October, the one before is 24 September
        (date(2026, 10, 7), {8107}),
        (date(2026, 10, 8), {8107}),
        (date(2027, 1, 6), {8108, 8107}),
        (date(2027, 1, 11), {8108}),
    ],
)
def test_the_quarter_is_that_of_this_week_or_the_one_before(place, monkeypatch, day, taken):
    monkeypatch.setattr(instances, "today", lambda: day)
    for quarter in range(8105, 8111):
        one = envelope(place.public_key, quarter)
        if quarter in taken:
            place.receive_sealed(one)
        else:
            with pytest.raises(StaleEnvelopeError, match="week"):
                place.receive_sealed(one)
    assert len(place.vault) == len(taken)


def test_what_does_not_open_is_taken_for_a_run_to_set_aside(place):
    noise = Envelope(place.public_key.id, 1, QUARTER, bytes(4096 + 1136))
    place.receive_sealed(noise)
    assert len(place.vault) == 1


def test_a_failing_vault_leaves_the_page_of_the_browser_where_it_is(intake, place, capfd):
    with sqlite3.connect(place.folder / "observatory.db") as database:
        database.execute("DROP TABLE open_envelope")
    sent = text(envelope(place.public_key))
    stayed = post(intake, sent, stay="1")
    assert (stayed.status_code, stayed.data) == (204, b"")
    check_headers(stayed, "no-referrer")
    assert "Clear-Site-Data" not in stayed.headers
    answer = post(intake, sent)
    assert answer.status_code == 503
    assert "Nothing was received" in answer.text
    assert sent[:40] not in answer.text + "".join(capfd.readouterr())
