"""Whether the time of a refusal tells who is on the roll: python benchmarks/sign_in.py [ROUNDS].

A sign-in by password is tried with the name of somebody who has a password, of somebody who has
none, and of nobody, each with a wrong password, on the real application with the real costs of
stretching. Every round tries each once, in an order of its own, and the first of them twice, which
shows what noise alone does. A ratio is the median over the rounds of the ratios within a round,
with an interval that holds for any distribution (order statistics, 95%).
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from observatory.access.enrol_pages import REQUEST_LABEL
from observatory.app import create_members
from observatory.decisions.founding import Founded, found
from observatory.instance import Instance

sys.path.append(str(Path(__file__).parents[1] / "tests/support"))  # browsers and passkeys of tests

if TYPE_CHECKING:
    from flask import Flask
    from member import Member

PASSWORD = "five words that nobody guesses"  # noqa: S105  # of an observatory that is thrown away
KNOWN, AGAIN = "has a password", "has a password, once more"
BARE, NOBODY = "has a passkey alone", "is nobody's"
FIRST = 3
"""Rounds that fill caches and do not count."""


def observatory(place: Path) -> Founded:
    """Found an observatory."""
    thresholds = {"customs": (2, 3), "business": (2, 3)}
    found(
        place / "instance",
        place / "shares",
        thresholds,
        lambda _: "an old passphrase of nine words",
        plain_sheets=True,
    )
    return Founded(Instance.open(place / "instance"), place / "shares", (), ())


def enrol_password(instance: Instance, app: Flask, person: str, secret: str) -> None:
    """Enrol a password by a link, as a browser does."""
    from decided import enrolled_by
    from member import Member, nonce_in, token_in
    from passkeys import Passkey

    browser = Member(app)
    page = browser.get("/enrol").text
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    form = {
        "nonce": re.search(r'data-nonce="([^"]+)"', page)[1],
        "person": person,
        "proof": key.sign(REQUEST_LABEL + nonce_in(page)).hex(),
        "password": PASSWORD,
    }
    page = browser.post("/enrol/password", form, token_in(page)).text
    kept = re.search(r'name="locked" value="([^"]+)"', page)[1]
    digest = hashlib.sha256(base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))).hexdigest()
    codes = pyotp.TOTP(re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", ""))
    signed = enrolled_by(secret, instance.policy.root, person, Passkey(), password=digest)
    form = {"locked": kept, "password": PASSWORD, "code": codes.now()}
    answer = browser.post("/enrol/code", {**form, "evidence": json.dumps(signed)}, token_in(page))
    if answer.status_code != 200:
        raise SystemExit("The password was not enrolled.")


def spent(app: Flask, browser: Member, token: str, person: str) -> tuple[float, float]:
    """Return how long a wrong password is tried for: seconds that pass, and of the processor."""
    app.extensions["gate"].passwords._failures.clear()  # noqa: SLF001  # waits: not meant here
    form = {"person": person, "password": "a wrong password here", "code": "000000"}
    began, worked = time.perf_counter(), time.process_time()
    answer = browser.post("/sign-in/password", form, token)
    passed, work = time.perf_counter() - began, time.process_time() - worked
    if answer.status_code != 403:
        raise SystemExit(f"A wrong password was answered by {answer.status_code}.")
    return passed, work


def interval(values: list[float]) -> tuple[float, float]:
    """Return an interval of the median, 95%, by order statistics (normal approximation)."""
    ordered, spread = sorted(values), 1.96 * len(values) ** 0.5 / 2
    low = max(0, int(len(values) / 2 - spread))
    return ordered[low], ordered[len(values) - 1 - low]


def tried(place: Path, rounds: int) -> list[dict[str, tuple[float, float]]]:
    """Return how long each name took, by round."""
    from decided import chair_link, secret_of
    from member import Member, token_in

    founded = observatory(place)
    instance, app = founded.instance, create_members(founded.instance)
    known, bare = (secret_of(chair_link(founded, side)) for side in ("customs", "business"))
    enrol_password(instance, app, *known)
    Member(app).enrol(instance.policy.root, *bare)
    people = {KNOWN: known[0], AGAIN: known[0], BARE: bare[0], NOBODY: "customs-00000000"}
    browser = Member(app)
    token = token_in(browser.get("/sign-in").text)
    chance = random.Random(1)
    seen = []
    for _ in range(FIRST + rounds):
        order = chance.sample(sorted(people), len(people))
        seen.append({name: spent(app, browser, token, people[name]) for name in order})
    return seen[FIRST:]


def main(rounds: int) -> None:
    """Print the ratios of the times."""
    with tempfile.TemporaryDirectory() as folder:
        seen = tried(Path(folder), rounds)
    print(f"| the name | ms | to one that {KNOWN} | ms of the processor | to one that {KNOWN} |")
    print("|---|--:|--:|--:|--:|")
    for name in (AGAIN, BARE, NOBODY):
        cells = [name]
        for which in (0, 1):
            ratios = [one[name][which] / one[KNOWN][which] for one in seen]
            low, high = interval(ratios)
            cells.append(f"{statistics.median(one[name][which] for one in seen) * 1000:.0f}")
            cells.append(f"{statistics.median(ratios):.3f} ({low:.3f} to {high:.3f})")
        print(f"| {' | '.join(cells)} |")
    print(f"\nMedian and its interval (95%) over {rounds} rounds.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
