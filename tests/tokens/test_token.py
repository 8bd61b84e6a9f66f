"""A token: what comes of a blinded request, and what is none."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.complaint import plaintext
from observatory.complaint.plaintext import Complaint, PlaintextError, Seal
from observatory.errors import BadInputError
from observatory.tokens import epoch as epochs
from observatory.tokens import token
from observatory.tokens.epoch import Epoch


@pytest.fixture(scope="module")
def made(issuer_key, epoch):
    wish, request = token.wish(epoch)
    return wish.fulfil(epoch, token.answer(issuer_key, request))


def test_what_the_issuer_sees_holds_nothing_of_the_token(issuer_key, epoch):
    wish, request = token.wish(epoch)
    answer = token.answer(issuer_key, request)
    made = wish.fulfil(epoch, answer)
    assert made.is_of(epoch)
    for seen in (request, answer):
        assert not any(part in seen for part in (made.value, made.prefix, made.signature))


def test_a_token_is_pasted_with_any_line_breaks(made):
    text = made.to_text()
    assert token.from_text(f" {text[:100]}\r\n{text[100:]}\n") == made
    assert len(text) == 608


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 455), bit=st.integers(0, 7))
def test_a_changed_token_is_none(made, epoch, place, bit):
    changed = bytearray(made.to_bytes())
    changed[place] ^= 1 << bit
    assert not token.from_bytes(bytes(changed)).is_of(epoch)


@given(text=st.text(max_size=700))
def test_what_is_no_token_is_refused_and_not_repeated(text):
    with pytest.raises(BadInputError) as refused:
        token.from_text(text)
    assert len(text) < 8 or text not in str(refused.value)


def test_a_token_shows_itself_to_no_log(made):
    assert made.value.hex() not in repr(made)
    assert repr(made.value) not in repr(made)
    assert "inverse" not in repr(token.Wish(b"a", b"b", 7))


def test_a_token_of_another_key_or_kind_is_none(made, epoch):
    other = rsa.generate_private_key(65_537, 3072).public_key()
    assert not made.is_of(Epoch(epoch.observatory, "trader", "2026-Q4", other, 100))


def test_an_answer_to_another_request_gives_no_token(issuer_key, epoch):
    first, _ = token.wish(epoch)
    _, request = token.wish(epoch)
    with pytest.raises(BadInputError, match="not to this request"):
        first.fulfil(epoch, token.answer(issuer_key, request))
    with pytest.raises(BadInputError, match="no request"):
        token.answer(issuer_key, b"short")


def test_it_travels_in_the_seal_of_a_report_by_the_form_only(made):
    seal = Seal("2026-W45", token=made.to_bytes())
    padded = plaintext.encode(Complaint("They asked."), seal)
    assert plaintext.decode(padded) == (Complaint("They asked."), seal)
    assert len(padded) == 4096
    assert repr(made.to_bytes())[2:-1] not in repr(seal)
    for wrong in (
        Seal("2026-W45", token=b"short"),
        Seal("2026-W45", "import:a", token=made.to_bytes()),
        Seal("2026-W45", kind="dummy", token=made.to_bytes()),
    ):
        words = "" if wrong.kind == "dummy" else "They asked."
        with pytest.raises(PlaintextError, match="token"):
            plaintext.encode(Complaint(words), wrong)


def test_an_epoch_is_read_as_it_was_signed(epoch):
    assert epochs.read(epoch.to_json()).key_id == epoch.key_id
    assert epochs.read(epoch.to_json()).to_json() == epoch.to_json()


@pytest.mark.parametrize(
    "change",
    [
        {"issued": -1},
        {"issued": True},
        {"issued": "100"},
        {"kind": "minister"},
        {"quarter": "2026-Q5"},
        {"quarter": "../../x"},
        {"observatory": "AB" * 32},
        {"key": "AAAA"},
        {"key": None},
        {"more": 1},
        {"schema": "joint-integrity-observatory/token-epoch/2"},
    ],
)
def test_what_is_no_epoch_is_refused(epoch, change):
    with pytest.raises(BadInputError, match="no epoch"):
        epochs.read({**epoch.to_json(), **change})


@pytest.mark.parametrize(("bits", "exponent"), [(2048, 65_537), (3072, 3)])
def test_a_weaker_key_is_refused(epoch, bits, exponent):
    weak = rsa.generate_private_key(exponent, bits).public_key()
    body = Epoch(epoch.observatory, "trader", "2026-Q4", weak, 100).to_json()
    with pytest.raises(BadInputError, match="no epoch"):
        epochs.read(body)
