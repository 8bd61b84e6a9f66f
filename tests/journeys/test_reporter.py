"""A reporter's minute: no script, an old phone, a mistake on the way; then no trace."""

import pytest
from served import violations

from observatory.languages import offered

CANARY = "zebrafinch-4711 asked me for a quarter of a month's pay\n\n  at the green gate"
PHONE = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}


def form(browse, port, **options):
    page = browse(**options)
    answer = page.goto(f"http://intake.localhost:{port}/")
    assert answer.status == 200
    return page


def go_on(page):
    page.get_by_role("button", name="Go on").click()


def test_from_a_mistake_to_the_last_page_without_script(browse, port, made_up, tmp_path):
    before = len(made_up.vault)
    page = form(browse, port, **PHONE)
    go_on(page)
    assert page.get_by_role("alert").inner_text().startswith("Not sent yet")
    page.get_by_label("What happened?").fill(CANARY)
    page.get_by_label("At which step did it happen?").select_option(label="Release")
    page.get_by_role("group", name="Which side are you on?").get_by_label("Business").check()
    go_on(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Look at it once more"
    assert page.locator(".words").inner_text() == CANARY
    page.get_by_role("button", name="Change it").click()
    assert page.get_by_label("What happened?").input_value() == CANARY
    assert page.get_by_label("At which step did it happen?").input_value() == "release"
    go_on(page)
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Received and sealed")
    for promise in ("No case will be opened", "No answer will come", "cannot be found again"):
        assert promise in page.inner_text("main")
    assert page.url == f"http://intake.localhost:{port}/"
    assert page.context.cookies() == []
    assert len(made_up.vault) == before + 1
    page.screenshot(path=tmp_path / "last.png", full_page=True)


def test_the_words_are_in_no_file(browse, port, made_up, tmp_path_factory):
    page = form(browse, port, **PHONE)
    page.get_by_label("What happened?").fill(CANARY)
    go_on(page)
    page.get_by_role("button", name="Send").click()
    places = [made_up.folder.parent, *tmp_path_factory.getbasetemp().glob("tmp*")]
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert made_up.folder / "observatory.db" in files
    needles = ("zebrafinch", "zebrafinch".encode("utf-16-le").decode("latin-1"), "green gate")
    for path in files:
        content = path.read_bytes().decode("latin-1")
        assert not [needle for needle in needles if needle in content], path


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_every_page_with_script_is_accessible_and_fits(browse, port, scheme, width):
    page = browse(viewport={"width": width, "height": 700}, color_scheme=scheme)
    page.goto(f"http://intake.localhost:{port}/")
    page.locator("summary").first.click()
    check(page, width)
    go_on(page)
    page.get_by_role("alert").wait_for()
    check(page, width)
    page.get_by_label("What happened?").fill("a" * 400)
    page.get_by_label("At which step did it happen?").select_option(label="Release")
    go_on(page)
    page.get_by_role("heading", name="Look at it once more").wait_for()
    check(page, width)
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Received and sealed").wait_for()
    check(page, width)
    page.goto(f"http://intake.localhost:{port}/nothing")
    check(page, width)


def check(page, width):
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("script", "most"), [(False, 15_000), (True, 40_000)])
def test_a_first_visit_is_small_in_every_language(browse, port, script, most):
    for language in offered():
        answers = []
        page = browse(java_script_enabled=script, locale=language.tag)
        page.on("response", lambda answer, answers=answers: answers.append(answer))
        page.goto(f"http://intake.localhost:{port}/")
        assert len(answers) >= (3 if script else 2)
        sizes = [answer.request.sizes()["responseBodySize"] for answer in answers]
        assert min(sizes) > 0
        assert sum(sizes) <= most, language.tag
        page.context.close()
