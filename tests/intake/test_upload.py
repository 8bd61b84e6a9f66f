"""Reports sealed on another device: a file or its text is taken, anything else leaves no trace."""

import builtins
import io
import tempfile
from base64 import b64encode
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporter import HOST, check_headers
from vault_contents import reports

from crypto.envelope import EnvelopeError, seal
from observatory import instance as instances
from observatory.complaint import plaintext
from observatory.complaint.plaintext import Complaint, Seal
from observatory.decisions.quorum import open_key
from observatory.intake import upload
from observatory.intake.body import MAX_REQUEST_BYTES

TODAY = date(2026, 11, 24)
QUARTER = 8107
CANARY = "zanzibar quokka"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(instances, "today", lambda: TODAY)


def envelope(public, words="They asked for a day's wage.", quarter=QUARTER):
    padded = plaintext.encode(Complaint(words, {"asked": "money"}), Seal("2026-W48"))
    return seal(padded, public, quarter).to_bytes()


def post(intake, file=b"", text="", name="report.jio", **more):
    data = {"file": (io.BytesIO(file), name), "text": text, "step": "sealed", **more}
    return intake.client.post("/", data=data, content_type="multipart/form-data", headers=HOST)


def wrapped(data, end):
    text = b64encode(data).decode()
    return end.join(text[at : at + 64] for at in range(0, len(text), 64)) + end


def test_a_file_or_its_text_is_kept_and_answered_like_every_other(intake, place, quorum):
    words = ["as a file", "as text", "as a text file", "é" * 30_000, "ü" * 29_000]
    data = [envelope(place.public_key, one) for one in words]
    answers = [
        post(intake, data[0], name=f"{CANARY}.jio"),
        post(intake, text=wrapped(data[1], "\r\n") + "  "),
        post(intake, wrapped(data[2], "\n").encode(), name=""),
        post(intake, data[3], " \r\n"),
        post(intake, text=b64encode(data[4]).decode()),
    ]
    plain = intake.post("without script", step="send")
    for answer in answers:
        assert answer.status_code == plain.status_code == 200
        assert answer.data == plain.data
        assert dict(answer.headers) == dict(plain.headers)
    kept = {one.narrative for one, _ in reports(place.vault, open_key(place, quorum))}
    assert kept == {*words, "without script"}


def test_what_is_no_whole_report_is_told_and_leaves_no_trace(intake, place, capfd):
    good = envelope(place.public_key)
    text = b64encode(good).decode()
    bad = [
        {}, {"file": good[:-1]}, {"file": good + b"\0"}, {"file": b"JIO2" + good[4:]},
        {"file": CANARY.encode()}, {"file": "é".encode() * 99}, {"text": CANARY},
        {"text": text[:-8]}, {"text": text + "=="}, {"text": text.replace("A", "é", 1)},
        {"file": good, "text": text}, {"file": b"\xff\xfe" + good}, {"file": b"%PDF-1.7 \0"},
    ]  # fmt: skip
    for one in bad:
        answer = post(intake, **one)
        assert answer.status_code == 422, one
        assert "That is no whole sealed report. Nothing was received." in answer.text
        assert "zanzibar" not in answer.text
        check_headers(answer, "no-referrer")
    stale = post(intake, envelope(place.public_key, quarter=QUARTER - 1))
    assert stale.status_code == 422
    assert "sealed too long ago" in stale.text
    assert len(place.vault) == 0
    assert "".join(capfd.readouterr()) == ""


PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\nJIO1\r\n'
END = b"--x--\r\n"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\r\n", 400),
        (CANARY.encode(), 400),
        (b"--x\r\n\r\n" + CANARY.encode(), 400),
        (PART % b"file", 400),
        (PART % b"narrative" + END, 415),
        (PART % b"text" * 2 + END, 415),
        (PART % b"text" * 9 + END, 415),
        (b"x" * (MAX_REQUEST_BYTES + 1), 413),
    ],
)
@pytest.mark.parametrize("boundary", ["; boundary=x", ""])
def test_posts_that_are_not_this_forms_are_refused(intake, place, capfd, body, status, boundary):
    kind = f"multipart/form-data{boundary}"
    answer = intake.client.post("/", data=body, content_type=kind, headers=HOST)
    status = status if boundary or status == 413 else 400
    assert answer.status_code == status
    assert "zanzibar" not in answer.text
    check_headers(answer, "no-referrer")
    assert len(place.vault) == 0
    assert "".join(capfd.readouterr()) == ""


def test_the_largest_post_touches_no_file(intake, monkeypatch):
    def refuse(*_args, **_options):
        raise AssertionError("a file was opened")

    data = b"JIO1" + bytes(200_000)
    post(intake, data)  # templates are read once
    for name in ("SpooledTemporaryFile", "NamedTemporaryFile", "TemporaryFile"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(io, "open", refuse)
    assert post(intake, data).status_code == 422


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_the_same_words(data):
    with pytest.raises(EnvelopeError) as refused:
        upload.envelope(data)
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_the_form_for_it_is_at_the_end_and_closed(intake):
    page = intake.open().text
    assert page.index('name="once"') < page.index('<details class="part upload">')
    assert page.count("<textarea") == 2
