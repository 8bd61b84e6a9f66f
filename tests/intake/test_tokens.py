"""The form's box for a token: there where an epoch is installed, sealed with the words, no mark."""

import html
import json
import re
import sqlite3
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reporter import Reporter, words_in
from reporters_pages import without_room
from token_issuing import install
from vault_contents import reports

from observatory.app import create_intake
from observatory.assets.page import take_apart
from observatory.decisions.quorum import open_key
from observatory.instance import today
from observatory.intake import form, offline
from observatory.languages import offered

TAGS = [language.tag for language in offered()]


@pytest.fixture
def taking(place, issuing):  # noqa: ARG001  # installed first
    """A browser without script at a form that takes tokens."""
    return Reporter(create_intake(place).test_client())


def box_in(page):
    """Return what the box for a token holds, or None where there is none."""
    found = re.search(r'<textarea id="token"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    return found and html.unescape(found[1])


def opened(place, quorum):
    return reports(place.vault, open_key(place, quorum), today() + timedelta(days=8))


def held_in(page):
    return re.findall(r'<input type="hidden" name="token" value="([^"]*)">', page)


def is_open(page):
    return '<details class="part" open>' in page


def test_without_an_epoch_nothing_is_said_of_tokens_and_none_is_read(intake, place, quorum):
    pages = [intake.open().text, offline.make(place).decode()]
    pages.append(intake.post("my words", token="none at all").text)
    for page in pages:
        main = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
        assert "token" not in main
    assert intake.post("my words", step="send", token="A" * 608).status_code == 200
    [(_, seal)] = opened(place, quorum)
    assert seal.token == b""


@pytest.mark.usefixtures("issuing")
def test_with_one_the_form_and_the_offline_page_have_a_folded_box(taking, place):
    page = taking.open().text
    assert box_in(page) == ""
    assert not is_open(page)
    assert page.count('name="token"') == 1
    assert offline.make(place).decode().count('<textarea id="token"') == len(TAGS)
    assert offline.make(place) == offline.make(place)


def test_a_token_comes_along_through_every_page_into_the_seal(taking, issuing, place, quorum):
    token = issuing.token()
    text = token.to_text()
    pasted = f"\ufeff {text[:76]}\r\n\u200f{text[76:400]}\u00a0{text[400:]}\r\n"
    once = taking.once()
    look = taking.post("my words", once=once, token=pasted, stage="release").text
    assert held_in(look) == [text]
    assert "<dt>Your token</dt><dd>It is sealed with your words.</dd>" in look
    assert look.count(text) == 1
    edit = taking.post("my words", step="edit", once=once, token=text).text
    assert (box_in(edit), is_open(edit)) == (text, True)
    french = taking.post("my words", once=once, token=pasted, switch="fr").text
    assert box_in(french) == text
    assert taking.post("my words", step="send", once=once, token=text).status_code == 200
    [(complaint, seal)] = opened(place, quorum)
    assert (complaint.narrative, seal.token) == ("my words", token.to_bytes())
    assert "token" not in complaint.facets


@pytest.mark.parametrize("token", ["no token", "A" * 607, "A" * 609, "A" * 604 + "+++=", "é" * 608])
@pytest.mark.parametrize("step", ["check", "send"])
def test_what_is_no_token_is_told_and_nothing_is_lost(taking, place, capfd, token, step):
    answer = taking.post("my <words>", step=step, token=token, stage="release")
    assert answer.status_code == 422
    assert words_in(answer) == "my <words>"
    assert '<option value="release" selected>' in answer.text
    assert (box_in(answer.text), is_open(answer.text)) == (token, True)
    assert '<li><a href="#token">That is not a whole token. Copy all of it' in answer.text
    assert 'aria-describedby="token-hint token-wrong-1" aria-invalid="true"' in answer.text
    assert 'id="narrative" name="narrative" rows="10"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert len(place.vault) == 0
    assert "".join(capfd.readouterr()) == ""
    # With the box emptied the report goes on without.
    assert taking.post("my <words>", step="send", token=" \n").status_code == 200
    assert len(place.vault) == 1


def test_who_gives_none_has_random_bytes_in_its_place(taking, place, quorum):
    for _ in range(2):
        assert taking.post("my words", step="send").status_code == 200
    found = {seal.token for _, seal in opened(place, quorum)}
    assert {len(token) for token in found} == {456}
    assert len(found) == 2


@pytest.mark.usefixtures("issuing")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(size=st.integers(1, 4_200), letter=st.sampled_from("aé"), said=st.booleans())
def test_no_sealed_size_tells_whether_there_was_a_token(place, size, letter, said):
    fields = {"narrative": letter * size, "once": form.new_once(), "stage": "release" * said}
    asked = form.questions((), today(), offered()[0])
    sizes = set()
    for token in ("", "A" * 608):
        draft, problems = form.read({**fields, "token": token}, asked, takes_tokens=True)
        assert not problems
        sealed = place.seal(
            draft.complaint,
            week="2026-W45",
            source="form",
            once=draft.once_bytes,
            token=draft.token_bytes,
        )
        sizes.add(len(sealed.to_bytes()))
    assert len(sizes) == 1


def test_a_busy_and_a_failing_server_give_the_token_back(issuing, place, capfd):
    text = issuing.token().to_text()
    full = Reporter(create_intake(without_room(place)).test_client())
    busy = full.post("my words", step="send", token=text)
    assert (busy.status_code, held_in(busy.text)) == (503, [text])
    assert "It is sealed with your words." in busy.text
    failing = Reporter(create_intake(place).test_client())
    with sqlite3.connect(place.folder / "observatory.db") as database:
        database.execute("DROP TABLE open_envelope")
    answer = failing.post("my words", step="send", token=text)
    assert (answer.status_code, held_in(answer.text)) == (503, [text])
    said = "".join(capfd.readouterr())
    assert re.fullmatch(r"unexpected \w+ at \S+ in \w+\n", said)
    assert text[:20] not in said


@pytest.mark.usefixtures("issuing")
def test_an_epoch_that_was_altered_takes_the_box_away_and_not_the_form(place, capfd):
    [path] = (place.folder / "tokens").glob("*.json")
    body = json.loads(path.read_text())
    body["signed"]["issued"] = 999
    path.write_text(json.dumps(body))
    intake = Reporter(create_intake(place).test_client())
    assert box_in(intake.open().text) is None
    assert intake.post("my words", step="send", token="none").status_code == 200
    assert capfd.readouterr().err.startswith("unexpected IntegrityError at token_epochs.py")


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_the_box_changes_what_both_sides_sign_of_the_page(place, founded, tag):
    def fixed():
        page = Reporter(create_intake(place).test_client())
        asked = {"Host": "intake.localhost", "Accept-Language": tag}
        return take_apart(page.client.get("/", headers=asked).data, tag).sha256

    before = fixed()
    install(place, founded.shares, issued=0)
    with_box = fixed()
    install(place, founded.shares, issued=100)
    install(place, founded.shares, kind="official")
    assert before != with_box == fixed()
