"""The form: only words are needed, words are never lost, what is sealed is what was written."""

import re
import sqlite3
from base64 import urlsafe_b64decode
from datetime import date

import pytest
from flask import render_template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reporter import HOST, words_in
from vault_contents import reports

from observatory import languages
from observatory.app import create_intake
from observatory.complaint import plaintext
from observatory.complaint.facets import FACETS, Facet, Value
from observatory.complaint.plaintext import MAX_NARRATIVE_BYTES
from observatory.decisions.quorum import open_key
from observatory.intake import form, sealed


def test_every_facet_of_the_one_list_is_asked(intake):
    page = intake.open().text
    for facet in FACETS:
        assert f'name="{facet.code}"' in page
        for value in facet.values:
            assert f'value="{value.code}"' in page
    assert 'value="PORT_NORTH"' in page


def test_a_new_facet_needs_no_change_of_the_template(place):
    new = Facet(
        "weather", "Was it raining?", "choice", (Value("rain", "Rain"), Value("dry", "Dry"))
    )
    app = create_intake(place)
    question = form._question(new, (), date(2026, 11, 24), languages.by_tag("en"))
    with app.test_request_context("/", headers=HOST):
        page = render_template(
            "intake/form.html",
            draft=form.Draft(),
            problems=(),
            questions=[question],
            sealing=sealed.terms(place.public_key, date(2026, 11, 24)),
        )
    assert "Was it raining?" in page
    assert 'name="weather" value="dry"' in page


def test_only_the_narrative_is_required(intake):
    assert intake.post("They wanted money.").status_code == 200


@pytest.mark.parametrize("empty", ["", "   ", "\r\n\t\n"])
def test_an_empty_report_is_not_taken(intake, empty):
    answer = intake.post(empty, step="send")
    assert answer.status_code == 422
    assert "There are no words yet" in answer.text


@pytest.mark.parametrize(("letter", "letters"), [("a", 7), ("é", 4), ("語", 3), ("🙂", 2)])
def test_too_long_says_how_much_to_remove_and_keeps_every_word(intake, letter, letters):
    size = len(letter.encode())
    words = letter * ((MAX_NARRATIVE_BYTES + 7) // size)
    excess = len(words.encode()) - MAX_NARRATIVE_BYTES
    answer = intake.post(words)
    assert answer.status_code == 422
    assert words_in(answer) == words
    removed = int(re.search(r"Take out about (\d+) letter", answer.text)[1])
    assert f"({excess} byte" in answer.text
    assert removed <= letters
    assert intake.post(words[:-removed]).status_code == 200


def test_the_longest_report_goes_through_the_check_page(intake):
    words = "é" * (MAX_NARRATIVE_BYTES // 2)
    assert intake.post(words).status_code == 200
    assert intake.post(words, step="send").status_code == 200


def test_control_characters_are_named_by_line_and_taken_out(intake):
    answer = intake.post("fine\nwith a bell\x07 here")
    assert answer.status_code == 422
    assert "Line 2 of your text held characters" in answer.text
    assert words_in(answer) == "fine\nwith a bell here"


def test_what_is_not_utf_8_comes_back_marked(intake):
    body = f"once={intake.once()}&narrative=caf%E9+ici".encode()
    answer = intake.client.post(
        "/", data=body, headers=HOST, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert words_in(answer) == "caf� ici"


@pytest.mark.parametrize("once", ["short", "!" * 43, "A" * 44])
def test_a_damaged_form_gets_a_fresh_value_and_keeps_the_words(intake, once):
    answer = intake.post("my words", once=once, step="send")
    assert answer.status_code == 422
    assert words_in(answer) == "my words"
    fresh = re.search(r'name="once" value="([^"]+)"', answer.text)[1]
    assert intake.post("my words", once=fresh, step="send").status_code == 200


def test_a_filled_trap_is_told_and_shown_and_loses_nothing(intake, place):
    answer = intake.post("my words", website="http://spam.example", step="send")
    assert answer.status_code == 422
    assert words_in(answer) == "my words"
    assert "Empty the box" in answer.text
    assert len(place.vault) == 0


@pytest.mark.parametrize(
    ("facet", "value"),
    [("asked", "gold"), ("office", "NOWHERE"), ("month", "2099-01"), ("stage", "<script>")],
)
def test_an_answer_that_is_not_offered_is_named_and_words_stay(intake, facet, value):
    answer = intake.post("my words", **{facet: value})
    assert answer.status_code == 422
    assert words_in(answer) == "my words"
    assert f'href="#{facet}"' in answer.text
    assert "<script>" not in answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(words=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
def test_any_words_come_back_as_they_were_when_they_are_changed(intake, words):
    answer = intake.post(words, step="edit")
    assert answer.status_code == 200
    assert words_in(answer) == words


def test_what_is_opened_is_what_was_written_and_answered(intake, place, quorum):
    words = "\r\nOn arrival:\r\n\r\n  cafe\u0301 <b>money</b> & \u00bfcu\u00e1nto? \u200d\n"
    once = intake.once()
    facets = {"asked": "money", "office": "PORT_NORTH", "reporter_side": "business", "stage": ""}
    assert intake.post(words, once=once, **facets).status_code == 200
    assert intake.post(words, once=once, step="send", **facets).status_code == 200
    private = open_key(place, quorum)
    [(complaint, seal)] = reports(place.vault, private)
    assert complaint.narrative == plaintext.normalise(words)
    assert complaint.facets == {key: value for key, value in facets.items() if value}
    assert seal.once == urlsafe_b64decode(once + "=")
    assert seal.source == "form"


def test_a_resend_carries_the_same_value_so_that_a_run_keeps_one(intake, place, quorum):
    once = intake.once()
    for _ in range(2):
        assert intake.post("the same words", once=once, step="send").status_code == 200
    private = open_key(place, quorum)
    seals = [seal for _, seal in reports(place.vault, private)]
    assert len(seals) == 2
    assert seals[0].once == seals[1].once


def test_the_last_page_is_the_same_for_everybody(intake):
    one = intake.post("short", step="send")
    other = intake.post("long " * 9000, step="send", asked="money", reporter_side="customs")
    assert one.data == other.data
    for answer in (one, other):
        assert "storage" in answer.headers["Clear-Site-Data"]
    assert dict(one.headers) == dict(other.headers)


def test_a_failing_vault_gives_the_words_back_and_says_not_received(intake, place, capfd):
    with sqlite3.connect(place.folder / "observatory.db") as database:
        database.execute("DROP TABLE open_envelope")
    once = intake.once()
    answer = intake.post("canary-4711 <words>", once=once, step="send", asked="money")
    assert answer.status_code == 503
    assert "was not received" in answer.text
    assert "canary-4711 &lt;words&gt;" in answer.text
    assert once in answer.text
    assert 'name="asked" value="money"' in answer.text
    said = "".join(capfd.readouterr())
    assert "VaultError" in said
    assert "canary" not in said
