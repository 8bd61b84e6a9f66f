"""Every page that a reporter can be shown: each state of the form, each refusal, in a language."""

import re
import sqlite3
from base64 import b64encode

from reporter import FORM, HOST

from crypto.envelope import seal
from observatory.app import create_intake
from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import MAX_NARRATIVE_BYTES, Complaint, Seal
from observatory.instance import Instance, today
from observatory.intake.body import MAX_REQUEST_BYTES

# A sum that no disk has free.
_NO_ROOM = f"reserve_megabytes = {1 << 40}"
TELLING = (
    "On 12 March 2024 at 14:30 Mr Torello asked me for 12,347 dollars.\n\nCall +44 7700 900123, "
    "declaration AB-123456. I work as a clerk and nobody else saw it; write to a@b.example."
)
"""Words in which every kind of mark is found."""


def pages(place, tag):
    """Return (status, HTML) of every page by what it is about. It breaks the instance's vault.

    Args:
        place: an instance of the test's own, with an office KM7.
        tag: the language.
    """
    app = create_intake(place)
    app.jinja_env.globals["made_up"] = True

    @app.get("/fails")
    def fails():
        raise RuntimeError

    client = app.test_client()
    asked = {"headers": {**HOST, "Accept-Language": tag}}
    once = re.search(r'name="once" value="([^"]{43})"', client.get("/", **asked).text)[1]

    def post(to=client, **fields):
        return to.post("/", data={"once": once, **fields}, **asked)

    def envelope(quarter):
        padded = plaintext.encode(Complaint("my words"), Seal("2020-W01"))
        return b64encode(seal(padded, place.public_key, quarter).to_bytes()).decode()

    def sealed(**fields):
        data = {"language": tag, "step": "sealed", **fields}
        return client.post("/", data=data, content_type="multipart/form-data", **asked)

    now = periods.quarter_code(periods.week_of(today()))
    given = {"office": "KM7", "month": "", "stage": "release", "reporter_side": "customs"}
    answers = {
        "form": client.get("/", **asked),
        "empty": post(narrative=""),
        "one byte too long": post(narrative="a" * (MAX_NARRATIVE_BYTES + 1)),
        "too long": post(narrative="é" * (MAX_NARRATIVE_BYTES // 2 + 5)),
        "control": post(narrative="a\x07b"),
        "unreadable": client.post(
            "/", data=f"once={once}&narrative=caf%E9+ici".encode(), content_type=FORM, **asked
        ),
        "stale": post(narrative="my words", once="old"),
        "trap": post(narrative="my words", website="x"),
        "unknown answer": post(narrative="my words", asked="gold"),
        "no token": post(narrative="my words", token="1234"),
        "check, with a token": post(narrative="my words", token="A" * 608, **given),
        "check": post(narrative="my words", **given),
        "check, marked": post(narrative=TELLING, **given),
        "changed": post(narrative="my words", step="edit", **given),
        "sent": post(narrative="my words", step="send", **given),
        "sealed, damaged": post(sealed="AAAA", language=tag),
        "sealed, old": post(sealed=envelope(2020 * 4), language=tag),
        "a file, damaged": sealed(text="AAAA"),
        "no page": client.get("/none", **asked),
        "put": client.put("/", **asked),
        "too large": client.post(
            "/", data=b"a" * (MAX_REQUEST_BYTES + 1), content_type=FORM, **asked
        ),
        "json": client.post("/", json={}, **asked),
        "many fields": client.post("/", data=b"a=1&" * 200, content_type=FORM, **asked),
        "another host": client.get("/", headers={**asked["headers"], "Host": "evil.example"}),
        "failing": client.get("/fails", **asked),
    }
    full = create_intake(without_room(place)).test_client()
    answers["full, form"] = full.get("/", **asked)
    answers["full"] = post(full, narrative="my words", step="send", **given)
    answers["full, sealed"] = post(full, sealed=envelope(now), language=tag)
    with sqlite3.connect(place.folder / "observatory.db") as database:
        database.execute("DROP TABLE open_envelope")
    answers["not stored"] = post(narrative="my words", step="send")
    answers["not stored, sealed"] = post(sealed=envelope(now), language=tag)
    return {name: (answer.status_code, answer.text) for name, answer in answers.items()}


def without_room(place):
    """Return the instance as it is on a machine whose disk is full; its own settings stay."""
    path = place.folder / "config.toml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"(?m)^reserve_megabytes = .*$", _NO_ROOM, text), "utf-8")
    full = Instance.open(place.folder)
    path.write_text(text, "utf-8")
    return full
