"""A browser that has sent a report keeps nothing of it, and has asked nobody else for anything.

Looked for in the browser's own network log and in every file of its profile, with script and
without. Of what a browser asks its own maker, docs/threat-model.md tells.
"""

import json
import re
from urllib.parse import urlsplit

import pytest
from canary import WORD, hiding_places
from served import CHROMIUM, FLAGS

SITE = "http://intake.localhost"
# Chromium asks its maker what the fields of any form are called elsewhere.
QUIET = "--disable-features=AutofillServerCommunication"


@pytest.fixture
def browser(browsers, tmp_path):
    """Open a browser of a person's own, profile on the disk, by ``browser(name, script)``."""
    opened = []

    def open_browser(name, **options):
        context = browsers.chromium.launch_persistent_context(
            tmp_path / name,
            executable_path=CHROMIUM,
            args=[*FLAGS, QUIET, f"--log-net-log={tmp_path / name}.json"],
            **options,
        )
        opened.append(context)
        return context

    yield open_browser
    for context in opened:
        context.close()


def asked_for(log):
    """Return every address that was asked for by a page of this site, or on behalf of one."""
    events = [one.get("params", {}) for one in json.loads(log.read_text("utf-8"))["events"]]
    return {
        one["url"]
        for one in events
        if "url" in one
        and SITE in f"{one.get('initiator')} {one.get('network_isolation_key')} {one['url']}"
    }


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_after_a_report_the_profile_and_the_network_log_hold_nothing(
    browser, port, made_up, tmp_path, script
):
    before, posted = len(made_up.vault), []
    context = browser("profile", java_script_enabled=script)
    page = context.pages[0]
    page.on("request", lambda one: posted.append(one.post_data) if one.method == "POST" else None)
    page.goto(f"http://intake.localhost:{port}/")
    page.get_by_role("button", name="Go on: look").click()  # a mistake on the way
    page.get_by_role("alert").wait_for()
    page.get_by_label("What happened?").fill(f"{WORD} asked for a day's wage")
    page.get_by_role("button", name="Go on: look").click()
    page.get_by_role("button", name="Change it").click()
    page.get_by_label("What happened?").fill(f"{WORD} asked for a week's wage")
    page.get_by_role("button", name="Go on: look").click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("heading", name="Received and sealed").wait_for()
    assert len(made_up.vault) == before + 1
    assert context.cookies() == []
    kept = context.storage_state()
    assert kept == {"cookies": [], "origins": []}
    context.close()
    assert hiding_places(tmp_path) == []
    # Nor what was sealed: beside the vault it would tell from which device it came.
    pieces = [piece for body in posted if len(piece := longest_piece(body)) >= len(WORD)]
    assert pieces != []
    assert files_with(tmp_path / "profile", pieces) == []
    urls = asked_for(tmp_path / "profile.json")
    assert f"http://intake.localhost:{port}/" in urls
    assert f"http://intake.localhost:{port}/assets/intake.css" in urls
    assert {urlsplit(url).netloc for url in urls} == {f"intake.localhost:{port}"}
    assert stored_by(tmp_path / "profile") == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_token_leaves_nothing_in_the_profile_nor_at_the_server(
    browser, token_port, taking, issuing, tmp_path, script
):
    token = issuing.token()
    text = token.to_text()
    context = browser("profile", java_script_enabled=script)
    page = context.pages[0]
    page.goto(f"http://intake.localhost:{token_port}/")
    page.get_by_label("What happened?").fill("They asked for a day's wage")
    page.locator("summary", has_text="If you were given a token").click()
    page.get_by_label("Your token").fill(text[1:])  # a mistake on the way
    page.get_by_role("button", name="Go on: look").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Your token").fill(text)
    for step in ("Go on: look", "Change it", "Go on: look"):
        page.get_by_role("button", name=step).click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("heading", name="Received and sealed").wait_for()
    context.close()
    pieces = [text[at : at + 16] for at in range(0, len(text), 16)]
    guises = [piece.encode(coding) for piece in pieces for coding in ("ascii", "utf-16-le")]
    assert files_with(tmp_path / "profile", guises) == []
    assert files_with(taking.folder, [*guises, token.prefix, token.value, token.signature]) == []
    assert {urlsplit(url).query for url in asked_for(tmp_path / "profile.json")} <= {"", "1"}


def longest_piece(body):
    """Return the longest part of a posted form that is written alike in every encoding."""
    return max(re.split(r"[^A-Za-z0-9]", body), key=len).encode()


def files_with(profile, pieces):
    files = [path for path in profile.rglob("*") if path.is_file()]
    return [str(path) for path in files if any(piece in path.read_bytes() for piece in pieces)]


def stored_by(profile):
    """Return the files of caches and storage that name this site.

    Not the history, nor the list of addresses of scripts that V8 has compiled ("Code Cache"): a
    browser keeps both of any page, and the last page says to delete it from the history.
    """
    kept = ("Cache_Data", "CacheStorage", "Service Worker", "Local Storage", "Session Storage")
    return [
        str(path)
        for path in profile.rglob("*")
        if path.is_file()
        and any(name in str(path) for name in (*kept, "IndexedDB", "Cookies"))
        and b"intake.localhost" in path.read_bytes()
    ]


def test_the_search_would_find_words_that_a_browser_kept(browser, port, tmp_path):
    context = browser("careless")
    page = context.pages[0]
    page.goto(f"http://intake.localhost:{port}/?{WORD}")
    page.evaluate(f"localStorage.setItem('kept', '{WORD}')")
    context.close()
    assert stored_by(tmp_path / "careless") != []
    found = hiding_places(tmp_path / "careless")
    assert any("History" in path for path in found)
    assert any("Local Storage" in path for path in found)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_search_would_find_what_a_posted_form_leaves(browser, port, tmp_path, script):
    """Chromium's own record of what was posted, which the form's one hidden field prevents."""
    context, posted = browser("posted", java_script_enabled=script), []
    page = context.pages[0]
    page.on("request", lambda one: posted.append(one.post_data) if one.method == "POST" else None)
    page.goto(f"http://intake.localhost:{port}/")
    page.get_by_label("What happened?").fill(WORD)
    for step in ("Go on: look", "Send"):
        page.evaluate("for (const one of document.getElementsByName('unsaved')) one.value = ''")
        page.get_by_role("button", name=step).click()
        page.get_by_role("heading", name=("once more", "Received")[step == "Send"]).wait_for()
    context.close()
    found = files_with(tmp_path / "posted", [longest_piece(posted[-1])])
    assert {"Sessions" in path for path in found} == {True}
    assert any("Sessions" in path for path in hiding_places(tmp_path / "posted")) != script
