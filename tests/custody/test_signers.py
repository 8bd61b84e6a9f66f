"""Signers' files: two a side, each under its own passphrase, never overwritten."""

import stat

import pytest

from crypto.signing import SignatureError, SigningKey, signed_by_both
from observatory.custody.signers import create_signers


def test_two_signers_a_side_sign_together(tmp_path):
    made = {
        side: create_signers(tmp_path, side, passphrase=lambda name: f"the words of {name}")
        for side in ("customs", "business")
    }
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "business-signer-1.json",
        "business-signer-2.json",
        "customs-signer-1.json",
        "customs-signer-2.json",
    ]
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    signers = {side: [key.signer.public_key for key in keys] for side, keys in made.items()}
    assert len({*signers["customs"], *signers["business"]}) == 4
    customs = SigningKey.load(tmp_path / "customs-signer-2.json", "the words of customs-signer-2")
    business = made["business"][0]
    signed_by_both({"a": 1}, [customs.sign({"a": 1}), business.sign({"a": 1})], signers)
    with pytest.raises(SignatureError, match="passphrase is wrong"):
        SigningKey.load(tmp_path / "customs-signer-2.json", "the words of customs-signer-1")


def test_existing_file_is_kept(tmp_path):
    (tmp_path / "customs-signer-2.json").write_text("mine")
    with pytest.raises(SignatureError, match="No signer's file was written"):
        create_signers(tmp_path, "customs", passphrase=lambda _: "long enough")
    assert [path.name for path in tmp_path.iterdir()] == ["customs-signer-2.json"]
    assert (tmp_path / "customs-signer-2.json").read_text() == "mine"


def test_one_signer_is_too_few_and_short_passphrases_write_nothing(tmp_path):
    with pytest.raises(SignatureError, match="at least two"):
        create_signers(tmp_path, "customs", 1, passphrase=lambda _: "long enough")
    with pytest.raises(SignatureError, match="at least 8"):
        create_signers(tmp_path, "customs", passphrase=lambda _: "short")
    assert list(tmp_path.iterdir()) == []
