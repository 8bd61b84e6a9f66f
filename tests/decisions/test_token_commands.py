"""Tokens from end to end: an issuer, a reporter, both sides, a run."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import rsa

from crypto.envelope import Envelope
from observatory.analysis import opening
from observatory.analysis.opening import SealedSet
from observatory.analysis.proving import proven
from observatory.cli import observatory
from observatory.complaint import periods
from observatory.decisions import signed_file, token_epochs
from observatory.decisions.quorum import open_key
from observatory.errors import BadInputError, IntegrityError, NotAllowedError, UsageError
from observatory.instance import Instance, today
from observatory.tokens import files
from observatory.tokens.epoch import Epoch

QUARTER = periods.quarter_name(periods.quarter_code(periods.week_of(today())))
NAME = f"trader-{QUARTER}"


@pytest.fixture
def issuer(command, sign, tmp_path):
    """An issuer's folder, its epoch signed by both sides."""
    command("token", "epoch", "trader", QUARTER, tmp_path / "issuer")
    sign(tmp_path / "issuer" / f"{NAME}.json")
    return tmp_path / "issuer"


def epoch_of(issuer, **changes):
    body = json.loads((issuer / f"{NAME}.json").read_text())["signed"]
    return {**body, **changes}


def signed(path, body, sign, *sides):
    signed_file.propose(path, body)
    sign(path, *sides)
    return path


def test_from_a_request_to_a_proven_report(command, sign, issuer, founded, quorum, tmp_path):
    key, statement = issuer / f"{NAME}-issuer.json", issuer / f"{NAME}.json"
    wallet, request = tmp_path / "wallet.json", tmp_path / "request.json"
    command("token", "request", statement, wallet, request)
    assert "1 of" in command("token", "issue", key, request)
    text = command("token", "unblind", wallet, tmp_path / "request.answer.json")
    (tmp_path / "token.txt").write_text(text)
    assert text.strip() not in request.read_text() + key.read_text()
    assert wallet.stat().st_mode & 0o77 == 0
    report = tmp_path / "report.jio"
    where = ("--instance", str(founded.instance.folder))
    given = ("--token", str(tmp_path / "token.txt"), "--say", "stage=release")
    done = CliRunner().invoke(
        observatory,
        [*where, "token", "seal", str(report), *given],
        input="They asked for money.",
    )
    assert done.exit_code == 0, done.output
    envelope = Envelope.from_bytes(report.read_bytes())
    founded.instance.receive_sealed(envelope)
    week = periods.week_of(today())
    private = open_key(founded.instance, quorum)
    later = today() + timedelta(days=30)
    opened = opening.open_reports(
        [SealedSet("form", week, periods.month_of_week(week), [envelope])], private, later
    )
    assert [r.facets for r in opened.reports] == [{"stage": "release"}]

    command("token", "install", statement)
    assert proven(opened.reports, token_epochs.installed(founded.instance)) == (False,)
    signed(tmp_path / "stated.json", epoch_of(issuer, issued=100), sign)
    assert "they count" in command("token", "install", tmp_path / "stated.json")
    assert proven(opened.reports, token_epochs.installed(founded.instance)) == (True,)


def test_an_issuer_states_what_was_counted(command, issuer, tmp_path):
    key = issuer / f"{NAME}-issuer.json"
    paths = []
    for number in range(3):
        paths.append(tmp_path / f"request-{number}.json")
        wallet = tmp_path / f"wallet-{number}.json"
        command("token", "request", issuer / f"{NAME}.json", wallet, paths[-1])
    command("token", "issue", key, *paths)
    command("token", "state", key, tmp_path / "stated.json")
    assert json.loads((tmp_path / "stated.json").read_text())["signed"] == epoch_of(
        issuer, issued=3
    )
    with pytest.raises(UsageError, match="there already"):
        command("token", "issue", key, paths[0])


def test_no_token_is_asked_for_under_a_key_that_one_side_signed(
    command, sign, issuer, founded, tmp_path
):
    alone = signed(tmp_path / "alone.json", epoch_of(issuer), sign, "customs")
    with pytest.raises(IntegrityError, match="business"):
        command("token", "request", alone, tmp_path / "w", tmp_path / "r")
    with pytest.raises(IntegrityError, match="business"):
        command("token", "install", alone)
    assert not (tmp_path / "w").exists()
    assert token_epochs.installed(founded.instance) == ()


def test_of_a_kind_and_quarter_there_is_one_key_and_its_number_never_falls(
    command, sign, issuer, founded, tmp_path
):
    root = founded.instance.policy.root
    command("token", "install", signed(tmp_path / "a.json", epoch_of(issuer, issued=120), sign))
    with pytest.raises(NotAllowedError, match="falls"):
        command("token", "install", signed(tmp_path / "b.json", epoch_of(issuer, issued=90), sign))
    other = Epoch(root, "trader", QUARTER, rsa.generate_private_key(65_537, 3072).public_key())
    with pytest.raises(NotAllowedError, match="has a key already"):
        command("token", "install", signed(tmp_path / "c.json", other.to_json(), sign))
    elsewhere = epoch_of(issuer, observatory="00" * 32)
    with pytest.raises(BadInputError, match="another observatory"):
        command("token", "install", signed(tmp_path / "d.json", elsewhere, sign))
    assert [one.issued for one in token_epochs.installed(founded.instance)] == [120]


def test_an_edited_or_moved_epoch_stops_a_run(command, issuer, founded, quorum):
    from observatory.decisions import joint_run

    command("token", "install", issuer / f"{NAME}.json")
    path = founded.instance.folder / "tokens" / f"{NAME}.json"
    whole = path.read_text()
    path.write_text(whole.replace('"issued": 0', '"issued": 100'))
    with pytest.raises(IntegrityError, match="signers in force"):
        joint_run.analyse(Instance.open(founded.instance.folder), quorum, None, lambda *_: None)
    path.write_text(whole)
    path.rename(path.with_name("official-2026-Q1.json"))
    with pytest.raises(IntegrityError, match="its own place"):
        token_epochs.installed(founded.instance)


def test_a_wallet_that_cannot_be_read_is_not_repeated(tmp_path):
    wallet = tmp_path / "wallet.json"
    wallet.write_text('{"format": "jio-token-wallet/v1", "value": "secret"')
    with pytest.raises(BadInputError) as refused:
        files.token_in(wallet, wallet)
    assert "secret" not in str(refused.value)
    assert refused.value.__context__ is None


def test_without_tokens_nothing_is_said_of_them(command, founded):
    assert "No tokens" in command("token", "list")
    assert token_epochs.installed(founded.instance) == ()
