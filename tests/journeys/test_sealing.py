"""Sealing in the browser: the server never sees words, a failed send keeps them, then no trace."""

import contextlib
import re
import secrets
import sqlite3
from base64 import b64decode, b64encode
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import browser_clock
import pytest
from served import free_port, start, stop, violations

from crypto.envelope import Envelope, seal
from crypto.xwing import open_envelope
from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import Complaint, Seal
from observatory.decisions.quorum import open_key
from observatory.instance import today

ANSWER_MS = 20_000
HOUR_MS = 3_600_000


def form(browse, port, **options):
    page = browse(**options)
    page.goto(f"http://intake.localhost:{port}/")
    return page


def write(page, words):
    page.get_by_label("What happened?").fill(words)
    page.get_by_label("At which step did it happen?").select_option(label="Release")
    page.get_by_role("group", name="Which side are you on?").get_by_label("Business").check()


def look_again(page):
    page.get_by_role("button", name="Go on: look").click()
    page.get_by_role("heading", name="Look at it once more").wait_for()


def send(page):
    page.get_by_role("button", name="Send").click()


def received(page):
    page.get_by_role("heading", name="Received and sealed").wait_for()


@contextlib.contextmanager
def broken(instance):
    """Take the table of the open week away from a served vault for a while."""
    with contextlib.closing(sqlite3.connect(instance.folder / "observatory.db")) as database:
        database.execute("ALTER TABLE open_envelope RENAME TO elsewhere")
        yield
        database.execute("ALTER TABLE elsewhere RENAME TO open_envelope")


def test_only_sealed_bytes_are_posted_and_nothing_stays(browse, port, made_up):
    posted = []
    page = form(browse, port)
    page.on("request", lambda r: posted.append(r.post_data) if r.method == "POST" else None)
    before = len(made_up.vault)
    write(page, "\n  zebrafinch asked for a day's wage <b>\n\n in cash ")
    look_again(page)
    assert page.locator(".words").inner_text() == (
        "zebrafinch asked for a day's wage <b>\n\n in cash"
    )
    assert page.locator("dl.said").inner_text().split("\n") == [
        "Which side are you on?", "Business", "At which step did it happen?", "Release",
    ]  # fmt: skip
    assert page.title().startswith("Look at it once more – ")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert posted == []
    page.get_by_role("button", name="Change it").click()
    assert page.get_by_label("What happened?").input_value().startswith("\n  zebrafinch")
    assert page.title().startswith("Tell what happened – ")
    look_again(page)
    send(page)
    received(page)
    assert page.url == f"http://intake.localhost:{port}/"
    assert len(made_up.vault) == before + 1
    [body] = posted
    fields = parse_qs(body)
    assert {name: len(value[0]) for name, value in fields.items()} == {
        "sealed": 6996, "stay": 1, "unsaved": 1, "language": 2, "step": 4,
    }  # fmt: skip
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length, name]") == [0, 0, ""]
    page.go_back()
    page.get_by_label("What happened?").wait_for()
    assert page.get_by_label("What happened?").input_value() == ""
    assert "zebrafinch" not in page.content()


def test_what_has_to_be_put_right_is_told_in_the_servers_words(browse, port):
    texts = ["", "fine\nwith a bell\x07 here", "é" * 30_001, "a" * 60_007]
    told = {}
    for script in (True, False):
        page = form(browse, port, java_script_enabled=script)
        for text in texts:
            page.get_by_label("What happened?").fill(text)
            page.get_by_role("button", name="Go on: look").click()
            page.get_by_role("alert").wait_for()
            told.setdefault(text, []).append(
                (
                    page.get_by_role("alert").inner_text(),
                    page.locator(".wrong").all_inner_texts(),
                    page.locator("#narrative").get_attribute("aria-invalid"),
                    page.locator("#narrative").get_attribute("aria-describedby"),
                    page.title(),
                    page.get_by_label("What happened?").input_value(),
                )
            )
            page.goto(f"http://intake.localhost:{port}/")
    for by_script, by_server in told.values():
        assert by_script == by_server
    assert len({said[0][0] for said in told.values()}) == 4


def test_a_filled_trap_is_told_and_shown(browse, port, made_up):
    page = form(browse, port)
    before = len(made_up.vault)
    write(page, "my words")
    page.evaluate("document.getElementById('website').value = 'http://spam.example'")
    page.get_by_role("button", name="Go on: look").click()
    assert "Empty the box" in page.get_by_role("alert").inner_text()
    page.get_by_label("Leave this box empty").fill("")
    look_again(page)
    send(page)
    received(page)
    assert len(made_up.vault) == before + 1


def test_keyboard_alone_seals_and_sends(browse, port):
    page = form(browse, port)
    page.locator("#narrative").focus()
    page.keyboard.type("by keyboard")
    go_to(page, "check")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Look at it once more").wait_for()
    go_to(page, "edit")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'narrative'")
    page.keyboard.type(", twice ")
    go_to(page, "check")
    page.keyboard.press("Enter")
    assert page.locator(".words").inner_text() == "by keyboard, twice"
    go_to(page, "send")
    page.keyboard.press("Enter")
    received(page)


def go_to(page, step):
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == step:
            return
    raise AssertionError(step)


def test_the_back_button_goes_from_the_second_look_to_the_words(browse, port):
    page = form(browse, port)
    write(page, "my words")
    look_again(page)
    page.go_back()
    assert page.get_by_label("What happened?").input_value() == "my words"
    page.go_forward()
    page.get_by_role("heading", name="Look at it once more").wait_for()
    page.evaluate("location.hash = 'main'")  # the link at the top leads within the page
    assert page.locator(".words").inner_text() == "my words"


def test_a_page_that_was_open_for_weeks_seals_in_a_week_that_a_run_still_takes(
    browse, port, made_up
):
    shares = made_up.folder.parent / "shares"
    private = open_key(
        made_up,
        [shares / f"{side}-custodian-{n}.txt" for side in ("customs", "business") for n in (1, 2)],
    )

    def week_of(sealed):
        padded = open_envelope(Envelope.from_bytes(b64decode(sealed)), private)
        return plaintext.decode(padded)[1].week

    page = browse()
    browser_clock.hold(page)
    page.goto(f"http://intake.localhost:{port}/")
    given = page.locator("#sealing").get_attribute("data-week")
    later = [periods.week_of(periods.thursday(given) + timedelta(weeks=n)) for n in range(3)]
    write(page, "my words")
    look_again(page)
    sealed = page.locator("input[name=sealed]")
    assert week_of(sealed.input_value()) == later[0]
    page.go_back()
    browser_clock.forward(page, 167 * HOUR_MS)
    look_again(page)
    assert week_of(sealed.input_value()) == later[0]
    page.go_back()
    browser_clock.forward(page, 2 * HOUR_MS)
    look_again(page)
    assert week_of(sealed.input_value()) == later[1]
    browser_clock.forward(page, 168 * HOUR_MS)
    with page.expect_request(lambda request: request.method == "POST") as asked:
        send(page)
    [posted] = parse_qs(asked.value.post_data)["sealed"]
    assert week_of(posted) == later[2]


def test_a_failing_server_leaves_the_words_on_the_page(chromium, made_up):
    number = free_port()
    server = start(made_up, number, role="intake")
    page = chromium.new_page()
    browser_clock.hold(page)
    page.goto(f"http://intake.localhost:{number}/")
    write(page, "my words")
    look_again(page)
    before = len(made_up.vault)
    with broken(made_up):
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            send(page)
        assert answered.value.status == 204
        browser_clock.forward(page, ANSWER_MS)
        assert page.get_by_role("alert").inner_text().startswith("No answer yet")
        assert page.locator(".words").inner_text() == "my words"
        page.get_by_role("button", name="Change it").click()
        assert page.get_by_label("What happened?").input_value() == "my words"
    look_again(page)
    send(page)
    received(page)
    page.context.close()
    assert len(made_up.vault) == before + 1
    code, said = stop(server)
    assert code == 0
    assert re.fullmatch(r"unexpected VaultError at \S+ in \w+\n", said)


def test_a_line_that_is_down_is_noticed_before_the_words_could_be_lost(browse, port, made_up):
    page = form(browse, port)
    before = len(made_up.vault)
    write(page, "my words")
    look_again(page)
    page.context.set_offline(True)
    send(page)
    assert page.get_by_role("alert").inner_text().startswith("No connection: nothing was sent")
    assert page.locator(".words").inner_text() == "my words"
    assert violations(page) == []
    page.context.set_offline(False)
    send(page)
    received(page)
    assert len(made_up.vault) == before + 1


def test_a_line_that_breaks_while_sending_leaves_the_sealed_report_to_load_again(
    browse, port, made_up
):
    page = form(browse, port)
    before = len(made_up.vault)
    write(page, "my words")
    look_again(page)

    def cut(route):
        route.abort("connectionreset") if route.request.method == "POST" else route.continue_()

    page.route("**/", cut)
    with page.expect_event("requestfailed"):
        send(page)
    page.wait_for_function("!document.getElementById('writing')")
    page.unroute("**/")
    page.reload()
    received(page)
    assert len(made_up.vault) == before + 1


def test_a_browser_that_cannot_seal_asks_before_words_go_as_they_are(browse, port, made_up):
    page = browse()
    # What a page without a secure context, or an old browser, lacks.
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.goto(f"http://intake.localhost:{port}/")
    posted = []
    page.on("request", lambda r: posted.append(r.post_data) if r.method == "POST" else None)
    before = len(made_up.vault)
    write(page, "my words")
    page.get_by_role("button", name="Go on: look").click()
    assert page.get_by_role("alert").inner_text().startswith("Not sent: your browser cannot seal")
    assert posted == []
    assert page.get_by_label("What happened?").input_value() == "my words"
    assert violations(page) == []
    page.get_by_role("button", name="Go on without sealing").click()
    page.get_by_role("heading", name="Look at it once more").wait_for()
    assert page.locator(".words").inner_text() == "my words"
    send(page)
    received(page)
    assert len(made_up.vault) == before + 1


def test_words_in_the_box_for_sealed_reports_do_not_leave(browse, port, made_up):
    posted = []
    page = form(browse, port)
    page.on("request", lambda r: posted.append(r) if r.method == "POST" else None)
    page.get_by_text("Send a report that you sealed on another device").click()
    text, file = page.get_by_label("Or its text, pasted"), page.get_by_label("The sealed file")
    button = page.get_by_role("button", name="Send the sealed report")
    padded = plaintext.encode(Complaint("my words"), Seal(periods.week_of(today())))
    quarter = periods.quarter_code(periods.week_of(today()))
    data = seal(padded, made_up.public_key, quarter).to_bytes()

    def refuses(words, content):
        text.fill(words)
        file.set_input_files(
            [{"name": "a", "mimeType": "", "buffer": content}] if content is not None else []
        )
        button.click()
        page.get_by_text("no whole sealed report").wait_for()
        page.evaluate("document.querySelector('.upload .wrong').remove()")

    refuses("zebrafinch asked for a day's wage", None)
    assert violations(page) == []
    refuses("", None)
    refuses("", b"zebrafinch")
    refuses("", b"JIO1 zebrafinch".ljust(5247 + 1))
    refuses("", bytes(5247))
    refuses("", bytes(200_000))
    refuses(b64encode(data).decode()[:-4], None)
    refuses(b64encode(data).decode(), data)
    assert posted == []
    before = len(made_up.vault)
    text.fill(b64encode(data).decode()[:80] + "\n" + b64encode(data).decode()[80:])
    file.set_input_files([])
    button.click()
    received(page)
    for content in (data, b64encode(data) + b"\r\n"):
        page = form(browse, port)
        page.get_by_text("Send a report that you sealed on another device").click()
        page.get_by_label("The sealed file").set_input_files(
            [{"name": "report.jio", "mimeType": "", "buffer": content}]
        )
        page.get_by_role("button", name="Send the sealed report").click()
        received(page)
    assert len(made_up.vault) == before + 3


def test_a_browser_that_keeps_left_pages_keeps_this_one_without_words(browse, port):
    """Chromium keeps no page that forbids storing; others may, so its events are given by hand."""
    page = form(browse, port)
    page.route("**/", lambda route: route.fulfill(status=204))
    event = "dispatchEvent(new PageTransitionEvent('{}', {{persisted: true}}))"
    write(page, "zebrafinch again")
    look_again(page)
    page.evaluate(event.format("pagehide"))
    page.evaluate(event.format("pageshow"))
    assert "zebrafinch" in page.locator(".words").inner_text()  # left before sending: still there
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        send(page)
    page.evaluate(event.format("pagehide"))
    page.evaluate(event.format("pageshow"))
    assert page.get_by_label("What happened?").input_value() == ""
    assert page.get_by_label("At which step did it happen?").input_value() == ""
    assert "zebrafinch" not in page.content()


# The server's memory.


def intake_processes(folder):
    """Return the ids of the reporters' process and its worker, which has the same arguments."""
    asked = [str(folder.resolve()).encode(), b"intake"]
    found = set()
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            arguments = place.read_bytes().split(b"\0")
            if all(one in arguments for one in asked):
                found.add(int(place.parent.name))
    return found


def in_memory(process, needle):
    """Tell whether any readable region of a process holds the bytes."""
    with Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) r\S* \S+ \S+ \S+\s*(.*)", line)
            if found is None or found[3].startswith("[v"):
                continue
            start, end = int(found[1], 16), int(found[2], 16)
            memory.seek(start)
            try:
                if needle in memory.read(end - start):
                    return True
            except OSError:
                continue
    return False


def test_the_servers_memory_never_holds_words_that_the_browser_sealed(browse, port, made_up):
    processes = intake_processes(made_up.folder)
    assert len(processes) >= 2
    try:
        Path(f"/proc/{max(processes)}/mem").open("rb").close()
    except PermissionError:
        pytest.skip("only root may look into another process")
    # Made here, so that the server could have it from nowhere but the browser.
    words = {script: f"quokka{secrets.token_hex(8)}" for script in (True, False)}
    for script, word in words.items():
        page = form(browse, port, java_script_enabled=script)
        write(page, f"{word} asked for a day's wage. " * 40)
        look_again(page)
        send(page)
        received(page)
    found = {
        script: any(in_memory(process, word.encode()) for process in processes)
        for script, word in words.items()
    }
    assert found == {True: False, False: True}  # without script, words do pass through
