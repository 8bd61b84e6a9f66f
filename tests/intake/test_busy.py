"""Turned away: nothing is stored, every word comes back, and the same form goes through later."""

import re
from base64 import b64encode

import pytest
from reporter import HOST, Reporter, check_headers

from crypto.envelope import seal
from observatory import languages
from observatory.app import create_intake
from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import Complaint, Seal
from observatory.instance import Instance, today
from observatory.intake.capacity import Capacity

WORDS = "They <asked> for\n\n  a month's pay & more"
TAGS = [language.tag for language in languages.offered()]


def reporter_at(place, **settings):
    """A browser without script at an intake whose machine has other settings."""
    path = place.folder / "config.toml"
    text = path.read_text("utf-8")
    for key, value in settings.items():
        text = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
    path.write_text(text, "utf-8")
    return Reporter(create_intake(Instance.open(place.folder)).test_client())


@pytest.fixture
def busy(place, monkeypatch):
    """An intake at which the least that may be set has just been used up, and nothing runs in."""

    def stopped(instance):
        return Capacity(instance.config, instance.folder, int, lambda: 0.0)

    monkeypatch.setattr(Capacity, "of", stopped)
    intake = reporter_at(place, kilobytes_a_second=1)
    monkeypatch.undo()
    once = intake.once()
    for words in ("flood" * 10_000, "flood"):
        while (answer := intake.post(words, step="send", once=once)).status_code == 200:
            pass
        assert answer.status_code == 503
    return intake


@pytest.fixture
def full(place):
    return reporter_at(place, reserve_megabytes=1 << 40)


def sealed_fields(place, **more):
    week = periods.week_of(today())
    padded = plaintext.encode(Complaint(WORDS), Seal(week))
    envelope = seal(padded, place.public_key, periods.quarter_code(week))
    return {"sealed": b64encode(envelope.to_bytes()).decode(), "step": "send", **more}


def hidden(page, name):
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
    return found and found[1]


@pytest.mark.parametrize("state", ["busy", "full"])
def test_the_words_come_back_and_go_through_once_there_is_room(request, state, place, capfd):
    intake = request.getfixturevalue(state)
    before = len(place.vault)
    once = intake.once()
    answer = intake.post(WORDS, step="send", once=once, stage="release")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) in {60, 86_400}
    check_headers(answer, "no-referrer")
    assert "your words are still here" in answer.text
    assert "nothing was stored" in answer.text
    assert "Received and sealed" not in answer.text
    shown = re.search(r'<p class="words" dir="auto">(.*?)</p>', answer.text, re.DOTALL)[1]
    assert shown == "They &lt;asked&gt; for\n\n  a month&#39;s pay &amp; more"
    assert hidden(answer.text, "once") == once
    assert hidden(answer.text, "stage") == "release"
    assert len(place.vault) == before
    assert "".join(capfd.readouterr()) == ""
    # The very fields of that page, at a machine that has room again.
    again = reporter_at(place, kilobytes_a_second=128, reserve_megabytes=0)
    assert again.post(WORDS, step="send", once=once, stage="release").status_code == 200
    assert len(place.vault) == before + 1


@pytest.mark.parametrize("tag", TAGS)
def test_it_is_said_in_every_language(full, tag):
    answer = full.post(WORDS, step="send", language=tag)
    assert answer.status_code == 503
    assert f'lang="{tag}"' in answer.text
    title = "Busy: your words are still here"
    said = languages.by_tag(tag).gettext(title)
    assert f"<h1>{said}</h1>" in answer.text
    assert (said == title) == (tag == "en")


@pytest.mark.parametrize("state", ["busy", "full"])
def test_a_report_that_the_browser_sealed_stays_on_its_page(request, state, place):
    intake = request.getfixturevalue(state)
    before = len(place.vault)
    answer = intake.client.post("/", data=sealed_fields(place, stay="1"), headers=HOST)
    assert answer.status_code == 204
    assert answer.data == b""
    check_headers(answer, "no-referrer")
    assert "Retry-After" not in answer.headers  # the page that stays cannot read it
    answer = intake.client.post("/", data=sealed_fields(place), headers=HOST)
    assert answer.status_code == 503
    assert "Busy: nothing was received" in answer.text
    assert "Keep the sealed report" in answer.text
    assert len(place.vault) == before


def test_all_but_sending_goes_on_while_it_is_busy(busy):
    assert busy.open().status_code == 200
    assert busy.post(WORDS).status_code == 200
    assert busy.post(WORDS, step="edit").status_code == 200


def test_the_form_says_at_once_that_there_is_no_room(full, intake):
    assert "Nothing can be received just now" in full.open().text
    assert "Nothing can be received just now" not in intake.open().text


def test_the_busy_page_is_as_large_as_the_one_to_send_from(busy, full):
    """A length that stood out would tell a watcher who was turned away."""
    words = "a plain sentence of thirty-odd letters. " * 30
    check = len(busy.post(words).data)
    for turned_away in (busy, full):
        assert abs(len(turned_away.post(words, step="send").data) - check) < 1000


def test_two_who_are_turned_away_get_the_same_page(busy):
    once = busy.once()
    first, second = (busy.post(WORDS, step="send", once=once) for _ in range(2))
    assert (first.data, list(first.headers)) == (second.data, list(second.headers))
