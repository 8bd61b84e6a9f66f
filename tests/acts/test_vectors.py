"""The published vectors of decisions: made by their script, verified by the product."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import make_decision_vectors as make_vectors
import pytest

from observatory.acts import act as acts
from observatory.acts import approval, assertion, enrolment
from observatory.acts.roll import Link, Roll
from observatory.policy import Policy

TEXT = make_vectors.PATH.read_text("utf-8")
VECTORS = json.loads(TEXT)
ACT = acts.read(VECTORS["act"]["signed"])
DAY = date(2026, 11, 24)
CANONICAL = Path(__file__).parents[1] / "support/canonical.mjs"


@pytest.fixture
def roll():
    chain = tuple(Link(acts.read(e["act"]), e["approvals"]) for e in VECTORS["roll"]["chain"])
    return Roll(chain, Policy(VECTORS["policy"], []))


def test_the_file_is_what_the_script_writes():
    assert make_vectors.build() == TEXT


def test_the_act_and_its_digest():
    assert ACT.canonical.decode() == VECTORS["act"]["canonical"]
    assert ACT.digest == VECTORS["act"]["digest"]


def test_the_chain_of_rolls(roll):
    assert roll.policy.root == VECTORS["root"]
    assert [len(approvers) for approvers in roll.verify()] == [2, 2]
    assert [one.id for one in roll.people][:2] == list(VECTORS["passkeys"])
    assert ACT.signed["roll"] == roll.digest


@pytest.mark.parametrize("given", VECTORS["approvals"], ids=range(4))
def test_an_approval_counts(roll, given):
    found = approval.check(ACT, given, roll.electorate, DAY)
    assert given.get("side", found.side) == found.side
    assert given.get("person", found.who) == found.who


@pytest.mark.parametrize(
    "given", [one["approval"] for one in VECTORS["refused_approvals"]],
    ids=[one["why"] for one in VECTORS["refused_approvals"]],
)  # fmt: skip
def test_an_approval_does_not_count(roll, given):
    with pytest.raises(approval.ApprovalError):
        approval.check(ACT, given, roll.electorate, DAY)


@pytest.mark.parametrize("given", VECTORS["enrolments"], ids=range(4))
def test_an_enrolment(roll, given):
    person = roll.person(given["enrolment"]["record"]["person"])
    found = enrolment.verify(given["enrolment"], person, VECTORS["root"])
    assert found.digest == given["digest"]
    assert str(enrolment.Logged(found.means, found.digest, person.invitation)) == given["log"]


def test_signing_in():
    def raw(text):
        return base64.urlsafe_b64decode(text + "=")

    nonce, challenge = (raw(VECTORS["sign_in"][name]) for name in ("nonce", "challenge"))
    assert assertion.sign_in_challenge(nonce) == challenge


def test_the_browsers_script_writes_the_same_bytes():
    node = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if node is None:
        pytest.skip("no Node: it comes with requirements-dev.lock")
    objects = [ACT.signed, *(one["enrolment"]["record"] for one in VECTORS["enrolments"])]
    done = subprocess.run(
        [node, str(CANONICAL)],
        input=json.dumps(objects), capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert [one["sha256"] for one in said] == [
        VECTORS["act"]["digest"], *(one["digest"] for one in VECTORS["enrolments"]),
    ]  # fmt: skip
    assert hashlib.sha256(said[0]["text"].encode()).hexdigest() == VECTORS["act"]["digest"]
