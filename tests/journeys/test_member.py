"""A member of the demonstration: from the link to a topic, on any screen."""

import pytest
from playwright.sync_api import expect
from served import violations

from observatory.access.sign_in import one_time_path

PAGES = (
    "/",
    "/signals",
    "/topics",
    "/topics/T0001",
    "/topics/T0003",
    "/modus-operandi",
    "/modus-operandi/MO01",
    "/method",
)


def signed_in(browse, port, made_up, **options):
    page = browse(**options)
    page.goto(f"http://members.localhost:{port + 1}{one_time_path(made_up)}")
    assert page.url == f"http://members.localhost:{port + 1}/"
    return page


def test_from_the_link_to_a_topic_without_script(browse, port, made_up):
    page = signed_in(browse, port, made_up, java_script_enabled=False)
    page.get_by_role("link", name="Queue for the scanner app").last.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Queue for the scanner app")
    # Pages arrive in pieces: the chart comes after the words above it.
    expect(page.locator(".chart svg.wide")).to_be_visible()
    assert not page.locator(".chart svg.narrow").is_visible()
    page.get_by_text("Figures of").first.click()
    assert page.get_by_role("cell", name="signal: hardly any expected, 2.1 at most").is_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"http://members.localhost:{port + 1}/")
    assert "You are not signed in" in page.inner_text("h1")


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_every_page_is_accessible_and_fits(browse, port, made_up, scheme, width):
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    page = signed_in(browse, port, made_up, **options)
    for path in (*PAGES, "/nothing"):
        page.goto(f"http://members.localhost:{port + 1}{path}")
        for closed in page.locator("details:not([open]) > summary").all()[:1]:
            closed.click()
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_from_a_signal_to_what_it_is_about(browse, port, made_up):
    page = signed_in(browse, port, made_up)
    page.get_by_role("link", name="Signals", exact=True).click()
    entry = page.locator(".signal", has_text="Queue for the scanner app")
    expect(entry.get_by_text("It may mean.")).to_be_visible()
    expect(entry.locator("svg.small")).to_be_visible()
    entry.get_by_role("link", name="Queue for the scanner app").click()
    expect(page.get_by_role("heading", name="What the signal may mean")).to_be_visible()


def test_charts_are_coloured_by_the_style_sheet_not_by_attributes(browse, port, made_up):
    page = signed_in(browse, port, made_up, color_scheme="dark")
    fill = page.locator(".chart svg.wide .shown_marks path").first.evaluate(
        "bar => getComputedStyle(bar).fill"
    )
    assert fill == "rgb(86, 180, 233)"
    assert page.locator("svg[style], [style]").count() == 0
