"""The offline page: opened from a file with no network, sealed there, handed in by the form."""

import json
import secrets
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import browser_clock
import pytest
from click.testing import CliRunner
from served import violations

from crypto.envelope import Envelope
from observatory.cli import observatory
from observatory.complaint import periods, plaintext


@pytest.fixture(scope="module")
def page_file(made_up, tmp_path_factory):
    out = tmp_path_factory.mktemp("offline") / "seal.html"
    done = CliRunner().invoke(
        observatory, ["--instance", str(made_up.folder), "offline-page", str(out)]
    )
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture
def offline(chromium, page_file):
    """The page in a browser that has no network; afterwards it may have asked for nothing."""
    context = chromium.new_context(accept_downloads=True)
    context.set_offline(True)
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(page_file.as_uri())
    yield page
    context.close()
    assert {url.split(":")[0] for url in asked} <= {"file", "blob"}
    assert len([url for url in asked if url.startswith("file")]) == 1
    assert said == []


def write(page, words):
    page.get_by_label("What happened?").fill(words)
    page.get_by_label("At which step did it happen?").select_option(label="Release")
    page.get_by_role("button", name="Seal it").click()
    page.get_by_role("heading", name="Look at it once more").wait_for()


def saved(page, folder):
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the sealed file").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def hand_in(browse, port, *, file=None, text="", **options):
    page = browse(**options)
    page.goto(f"http://intake.localhost:{port}/")
    page.get_by_text("Send a report that you sealed on another device").click()
    if file is not None:
        page.get_by_label("The sealed file").set_input_files(file)
    page.get_by_label("Or its text, pasted").fill(text)
    page.get_by_role("button", name="Send the sealed report").click()
    return page


def opened(made_up):
    """Every report that the vault holds, opened with the custodians' shares."""
    from vault_contents import reports

    from observatory.decisions.quorum import open_key

    folder = made_up.folder.with_name("shares")
    files = sorted(folder.glob("*-custodian-[12].txt"))
    return reports(made_up.vault, open_key(made_up, files))


def test_sealed_offline_handed_in_and_opened(offline, browse, port, made_up, tmp_path):
    word = f"quokka{secrets.token_hex(8)}"
    write(offline, f"  {word} asked for a day's wage <b>\n")
    assert offline.locator(".words").inner_text() == f"{word} asked for a day's wage <b>"
    path = saved(offline, tmp_path)
    assert path.name == "report.jio"
    data = path.read_bytes()
    assert b64decode(offline.get_by_label("The same, as text").input_value()) == data
    envelope = Envelope.from_bytes(data)
    week = periods.week_of(datetime.now(UTC).date())
    assert (envelope.key_id, envelope.bucket) == (made_up.public_key.id, 1)
    assert envelope.quarter == periods.quarter_code(week)

    before = len(made_up.vault)
    end = hand_in(browse, port, file=path)
    end.get_by_role("heading", name="Received and sealed").wait_for()
    again = offline.get_by_label("The same, as text").input_value()
    end = hand_in(browse, port, text=again, java_script_enabled=False)
    end.get_by_role("heading", name="Received and sealed").wait_for()
    assert len(made_up.vault) == before + 2

    found = [(c, s) for c, s in opened(made_up) if word in c.narrative]
    assert len({seal.once for _, seal in found}) == 1  # sent twice, it counts once
    complaint, seal = found[0]
    assert complaint.narrative == f"{word} asked for a day's wage <b>"
    assert complaint.facets == {"stage": "release"}
    assert (seal.week, seal.source, seal.kind) == (week, "form", "report")
    assert plaintext.encode(complaint, seal)


def test_what_is_no_sealed_report_is_told_on_an_accessible_page(browse, port, made_up):
    before = len(made_up.vault)
    page = browse()
    page.goto(f"http://intake.localhost:{port}/")
    page.locator("#sealed-text").evaluate("(box) => { box.value = 'my words, by mistake' }")
    page.locator(".upload form").evaluate("(form) => form.submit()")  # as without script
    page.get_by_role("heading", name="That is no whole sealed report").wait_for()
    assert violations(page) == []
    assert "by mistake" not in page.content()
    assert len(made_up.vault) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_the_page_is_accessible_and_fits_a_telephone(offline, scheme):
    offline.emulate_media(color_scheme=scheme)
    offline.set_viewport_size({"width": 360, "height": 740})
    wide = "document.documentElement.scrollWidth > innerWidth"
    for summary in offline.locator("summary").all():
        summary.click()
    assert violations(offline) == []
    assert not offline.evaluate(wide)
    offline.get_by_role("button", name="Seal it").click()
    assert offline.get_by_role("alert").inner_text().startswith("Not sealed yet")
    assert violations(offline) == []
    write(offline, "my words")
    assert violations(offline) == []
    assert not offline.evaluate(wide)


def test_the_form_with_its_place_for_sealed_reports_is_accessible(browse, port):
    page = browse(viewport={"width": 360, "height": 740})
    page.goto(f"http://intake.localhost:{port}/")
    page.get_by_text("Send a report that you sealed on another device").click()
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_by_keyboard_changed_copied_and_cleared(offline):
    offline.context.grant_permissions(["clipboard-read"])
    offline.locator("#narrative").focus()
    offline.keyboard.type("zebrafinch")
    offline.get_by_role("button", name="Seal it").press("Enter")
    offline.get_by_role("heading", name="Look at it once more").wait_for()
    first = offline.get_by_label("The same, as text").input_value()
    offline.get_by_role("button", name="Change it").press("Enter")
    offline.wait_for_function("document.activeElement.id === 'narrative'")
    offline.keyboard.press("End")
    offline.keyboard.type(" and second")
    offline.get_by_role("button", name="Seal it").press("Enter")
    assert offline.locator(".words").inner_text() == "zebrafinch and second"
    text = offline.get_by_label("The same, as text").input_value()
    assert text != first
    offline.get_by_role("button", name="Copy the text").press("Enter")
    assert offline.get_by_role("status").inner_text() == "Copied."
    assert offline.evaluate("getSelection().toString()") in ("", text)
    offline.get_by_role("button", name="Clear all words").press("Enter")
    offline.wait_for_function("!document.getElementById('writing').hidden")
    assert offline.get_by_label("What happened?").input_value() == ""
    assert "zebrafinch" not in offline.content()
    assert offline.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_date_of_the_device_is_told_and_sealed(chromium, page_file):
    page = chromium.new_page()
    browser_clock.hold(page, "2027-01-01T12:00:00Z")  # a Friday of the last week of 2026
    page.goto(page_file.as_uri())
    assert "today is 1 January 2027." in page.get_by_label("The date").inner_text()
    months = page.get_by_label("month").locator("option").all_inner_texts()
    assert (len(months), months[1], months[2], months[36]) == (
        37, "January 2027", "December 2026", "February 2024",
    )  # fmt: skip
    write(page, "my words")
    assert "Sealed on 1 January 2027" in page.locator("main").inner_text()
    sealed = b64decode(page.get_by_label("The same, as text").input_value())
    assert Envelope.from_bytes(sealed).quarter == periods.quarter_code("2026-W53")
    page.context.close()


def test_without_script_or_sealing_nothing_can_be_written(chromium, page_file):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(page_file.as_uri())
    assert page.get_by_role("heading", name="cannot seal without script").is_visible()
    assert not page.locator("#narrative").is_visible()
    page.context.close()
    page = chromium.new_page()
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.goto(page_file.as_uri())
    assert page.get_by_role("alert").inner_text().startswith("This browser cannot seal")
    assert not page.locator("#narrative").is_visible()
    page.context.close()


def test_a_script_that_was_changed_does_not_run(chromium, page_file, tmp_path):
    changed = tmp_path / "changed.html"
    text = page_file.read_text("utf-8")
    changed.write_text(text.replace("</script>", ";</script>"), "utf-8")
    page = chromium.new_page()
    page.goto(changed.as_uri())
    assert not page.locator("#narrative").is_visible()
    page.context.close()
    assert json.loads(Path(f"{page_file}.manifest.json").read_text())["signed"]["sha256"]
