"""Both sides decide in their browsers: an invitation, from the one chair's page to a new member."""

import pytest
from playwright.sync_api import expect
from served import free_port, start, stop, violations

from observatory.audit import Kind
from tests.support.decided import chair_link


@pytest.fixture
def members(founded):
    """The members' pages of a founded observatory, served; their address."""
    port = free_port()
    server = start(founded.instance, port, "members")
    yield f"http://members.localhost:{port}"
    assert stop(server) == (0, "")


@pytest.fixture
def person(chromium, members):
    """Open the browser of a person whose device makes passkeys, at the members' pages."""
    contexts, asked = [], []

    def open_page(**options):
        context = chromium.new_context(base_url=members, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(f"error: {error}"))
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        authenticator = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(f"{members}/")] == []


def enrolled(page, link):
    """Enrol by a link and sign in."""
    page.goto("/enrol#" + link.partition("#")[2])
    page.get_by_role("button", name="Make my passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are enrolled")
    page.get_by_role("button", name="Sign in by passkey").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


def invite(page, name):
    """Fill in the form of an invitation and propose it; return the link that is shown once."""
    page.goto("/people")
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Business").check()
    page.get_by_label("Member reads").check()
    mandate = {"name": "Letter of the Chamber.pdf", "mimeType": "application/pdf", "buffer": b"yes"}
    page.get_by_label("File, to take the hash of").set_input_files(mandate)
    expect(page.get_by_label("Title")).to_have_value("Letter of the Chamber")
    page.get_by_label("Firms, one a line").fill("Harbour Freight Limited")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change of the roll")
    expect(page.get_by_label("The link")).to_be_visible()
    link = page.get_by_label("The link").input_value()
    assert "#" not in page.url
    return link


def test_the_one_chair_invites_the_other_approves_and_the_newcomer_comes_in(founded, person):
    customs = enrolled(person(), chair_link(founded, "customs"))
    business = enrolled(person(), chair_link(founded, "business"))
    link = invite(customs, "Amina Yusuf")
    customs.reload()
    assert not customs.get_by_label("The link").is_visible()
    customs.get_by_role("button", name="Approve for Customs").click()
    expect(customs.get_by_text("You have approved this.")).to_be_visible()
    assert customs.get_by_role("button", name="Carry it out").count() == 0

    business.goto("/waiting")
    business.get_by_role("link", name="Change of the roll").click()
    expect(business.locator("main")).to_contain_text("Joins: Amina Yusuf")
    expect(business.locator("main")).to_contain_text("interests: Harbour Freight Limited")
    business.get_by_role("button", name="Approve for Business").click()
    business.get_by_role("button", name="Carry it out").click()
    expect(business.get_by_text("What it would do")).to_be_visible()
    assert founded.instance.roll.version == 2
    assert [e.kind for e in founded.instance.audit.entries()][-1] is Kind.ACT_DONE

    newcomer = enrolled(person(), link)
    newcomer.goto("/people")
    expect(newcomer.get_by_role("row", name="Amina Yusuf")).to_contain_text("Letter of the Chamber")
    assert newcomer.get_by_role("link", name="Invite somebody").count() == 0


def test_a_page_that_shows_another_act_than_it_names_gets_no_signature(founded, person):
    customs = enrolled(person(), chair_link(founded, "customs"))
    invite(customs, "Amina Yusuf")
    customs.evaluate(
        "() => { const text = document.querySelector('[data-act]');"
        " text.textContent = text.textContent.replace('Amina Yusuf', 'Somebody else'); }"
    )
    customs.get_by_role("button", name="Approve for Customs").click()
    expect(customs.get_by_role("alert")).to_contain_text("not what would be approved")
    assert founded.instance.docket.approvals(founded.instance.docket.proposals()[0].digest) == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_pages_of_decisions_are_accessible_and_fit(founded, person, scheme, width):
    page = person(viewport={"width": width, "height": 800}, color_scheme=scheme)
    enrolled(page, chair_link(founded, "customs"))
    invite(page, "Amina Yusuf")
    chair = next(one.id for one in founded.instance.roll.people if one.side == "business")
    digest = founded.instance.docket.proposals()[0].digest
    paths = ("/waiting", "/decisions", f"/decisions/{digest}", "/people", f"/people/{chair}")
    for path in (*paths, "/people/invite"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
