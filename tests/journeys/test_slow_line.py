"""On a telephone by a 2G line: a first visit, and a report that goes through."""

import pytest

EDGE = {"offline": False, "latency": 300, "downloadThroughput": 31_250, "uploadThroughput": 12_500}
"""250 and 100 kbit/s, and 300 ms there and back."""
PHONE = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_report_goes_through_by_a_slow_line(browse, port, made_up, script):
    page = browse(**PHONE, java_script_enabled=script)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", EDGE)
    before = len(made_up.vault)
    answers = []
    # Playwright writes on the handler, which a built-in method does not let it.
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108
    page.goto(f"http://intake.localhost:{port}/")
    assert page.get_by_role("button", name="Go on: look").is_visible()
    assert page.locator(".problem").count() == 0
    first = answers[0].request.timing
    assert first["responseStart"] - first["requestStart"] >= EDGE["latency"]  # slow indeed
    page.get_by_label("What happened?").fill("They asked for a month's pay. " * 60)
    page.get_by_role("button", name="Go on: look").tap()
    page.get_by_role("heading", name="Look at it once more").wait_for()
    page.get_by_role("button", name="Send", exact=True).tap()
    page.get_by_role("heading", name="Received and sealed").wait_for()
    assert len(made_up.vault) == before + 1
    assert {answer.status for answer in answers} == {200}
