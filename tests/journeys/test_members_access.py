"""Members from their link to their account, in a real browser with a device that makes passkeys."""

import base64
import hashlib
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from authenticators import Authenticator
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from decided import chair_link, change_roll, new_person, signer
from playwright.sync_api import expect
from served import CHROMIUM, FLAGS, free_port, start, stop, violations

from crypto.sides import SIDES
from observatory.acts.people import Role
from observatory.decisions.founding import Founded
from observatory.instance import Instance

PASSWORD = "five words that nobody guesses"


def copied(founded, folder):
    """Return a copy of an observatory, with its signers' files."""
    shutil.copytree(founded, folder, dirs_exist_ok=True)
    shares = folder / "shares"
    signers = tuple(sorted(shares.glob("*-signer-*.json")))
    return Founded(Instance.open(folder / "instance"), shares, (), signers)


@pytest.fixture(scope="module")
def place(tmp_path_factory, _founded_once):
    """A real observatory with people who have not enrolled; their links, by side."""
    founded = copied(_founded_once, tmp_path_factory.mktemp("members"))
    made = {side: [new_person(side, Role.MEMBER) for _ in range(10)] for side in SIDES}
    added = [person for people in made.values() for person, _ in people]
    both = [signer(founded, side) for side in SIDES]
    change_roll(founded.instance, both, lambda people: [*people, *added])
    return founded, {side: [f"{one.id}.{secret}" for one, secret in made[side]] for side in SIDES}


@pytest.fixture(scope="module")
def served(place, tmp_path_factory):
    """The members' pages of it, served; their address."""
    port = free_port()
    folder = str(tmp_path_factory.mktemp("tmp"))
    server = start(place[0].instance, port, "members", TMPDIR=folder)
    yield f"http://members.localhost:{port}"
    assert stop(server) == (0, "")


@pytest.fixture
def link(place, served):
    """Return a link that nobody used yet, of a side."""
    return lambda side: f"{served}/enrol#{place[1][side].pop()}"


@pytest.fixture
def visit(chromium, served):
    """Open a page in a fresh browser; nothing off-origin is asked for, no policy complains."""
    contexts, asked, complaints = [], [], []

    def open_page(**options):
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(f"{served}/")] == []
    usual = ("Failed to load resource: the server responded with a status of", "Clear-Site-Data")
    assert [said for said in complaints if not said.startswith(usual)] == []


def enrol(page, address):
    page.goto(address)
    page.get_by_role("button", name="Make my passkey").click()


def sign_in(page):
    page.get_by_role("button", name="Sign in by passkey").click()
    expect(page.get_by_role("button", name="Sign out").first).to_be_visible()


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def told(page, words):
    expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()


def test_from_the_link_to_the_account_and_out(visit, link, served):
    page = visit()
    device = Authenticator(page)
    address = link("customs")
    page.goto(address)
    # The secret is out of the address, and of what the way back leads to, before anything is done.
    assert page.url == f"{served}/enrol"
    secret = address.split(".")[-1]
    assert secret not in page.content()
    page.get_by_role("button", name="Make my passkey").click()
    heading(page, "You are enrolled")
    assert len(device.credentials) == 1
    assert device.credentials[0]["rpId"] == "members.localhost"
    sign_in(page)
    assert page.url == f"{served}/"
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (
        "__Host-member", True, True, "Strict",
    )  # fmt: skip
    page.get_by_role("link", name=re.compile("Person .*, Customs")).click()
    heading(page, re.compile("Person "))
    expect(page.get_by_text("(this session)")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    heading(page, "You are signed out")
    page.goto(f"{served}/account")
    heading(page, "You are not signed in")
    sign_in(page)


def test_a_link_works_once_and_one_device_serves_one_side(visit, link):
    page = visit()
    device = Authenticator(page)
    mine, theirs = link("customs"), link("business")
    enrol(page, mine)
    heading(page, "You are enrolled")
    enrol(page, theirs)
    told(page, "enrolled already")
    device.remove()
    other = Authenticator(page)
    enrol(page, mine)
    told(page, "this link was used already")
    enrol(page, theirs)
    heading(page, "You are enrolled")
    assert [one["rpId"] for one in other.credentials] == ["members.localhost"] * 2


def test_a_wrong_link_or_half_of_one_enrols_nobody(visit, link, served):
    page = visit()
    device = Authenticator(page)
    good = link("customs")
    for half in (f"{served}/enrol", good[:-1], good[:-65] + good[-64:], f"{served}/enrol#"):
        page.goto("about:blank")
        page.goto(half)
        expect(page.get_by_text("Open the link that you were given")).to_be_visible()
        expect(page.get_by_role("button", name="Make my passkey")).to_be_hidden()
    page.goto("about:blank")
    enrol(page, good[:-2] + ("00" if good[-2:] != "00" else "11"))
    told(page, "this link opens nothing")
    # In the same tab the right one still works.
    enrol(page, good)
    heading(page, "You are enrolled")
    assert len(device.credentials) >= 1


def test_a_device_that_does_not_recognise_its_person_enrols_and_signs_in_nobody(visit, link):
    page = visit()
    device = Authenticator(page)
    device.recognises(False)
    enrol(page, link("customs"))
    told(page, "The device did not confirm it")
    device.recognises(True)
    page.get_by_role("button", name="Make my passkey").click()
    heading(page, "You are enrolled")
    device.recognises(False)
    page.get_by_role("button", name="Sign in by passkey").click()
    told(page, "The device did not confirm it")


def test_a_second_device_is_vouched_for_by_the_first(visit, link, served):
    page = visit()
    first = Authenticator(page)
    enrol(page, link("customs"))
    sign_in(page)
    page.goto(f"{served}/account")
    second = Authenticator(page, "usb", beside=first)
    first.touched(False)
    page.get_by_role("button", name="Add a device").click()
    # Who vouches too late does not make the new passkey twice.
    told(page, "The device did not confirm it")
    assert len(second.credentials) == 1
    first.touched(True)
    second.touched(False)
    page.get_by_role("button", name="Add a device").click()
    expect(page.get_by_role("cell", name="your first passkey")).to_be_visible()
    assert len(second.credentials) == 1
    page.get_by_role("button", name="Sign out", exact=True).click()
    first.remove()
    second.touched(True)
    page.goto(f"{served}/sign-in")
    sign_in(page)
    page.goto(f"{served}/account")
    expect(
        page.get_by_role("row", name=re.compile("this session.*your first passkey"))
    ).to_be_visible()


def test_a_password_with_codes_where_no_device_makes_passkeys(visit, link, served, tmp_path):
    page = visit()
    page.goto(link("business"))
    person = page.locator("[data-person]").first.inner_text()
    page.get_by_text("Choose a password").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD + "!")
    page.get_by_role("button", name="Go on to the codes").click()
    told(page, "The two passwords differ.")
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Go on to the codes").click()
    heading(page, "Two things left")
    expect(page).to_have_url(f"{served}/enrol")
    codes = pyotp.TOTP(page.locator(".secret code").inner_text().replace(" ", ""))
    if shutil.which("zbarimg"):  # .ci/run installs it
        scanned = tmp_path / "code.png"
        page.get_by_role("img", name="The secret as a code to scan").screenshot(path=scanned)
        read = subprocess.run(["zbarimg", "-q", "--raw", scanned], capture_output=True, check=True)
        assert pyotp.parse_uri(read.stdout.decode().strip()).secret == codes.secret
    assert violations(page) == []
    page.get_by_label("Password, once more").fill(PASSWORD)
    page.get_by_role("textbox", name="Code").fill(codes.now())
    page.get_by_role("button", name="Enrol by password").click()
    heading(page, "You are enrolled")
    page.get_by_text("I enrolled a password").click()
    page.get_by_label("Your name here").fill(person)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("textbox", name="Code").fill(codes.at(time.time() + 30))
    page.get_by_role("button", name="Sign in by password").click()
    expect(page.get_by_role("button", name="Sign out").first).to_be_visible()
    page.goto(f"{served}/account")
    expect(page.get_by_text("You have no passkey that your link enrolled.")).to_be_visible()


def test_signing_out_everywhere_reaches_the_other_browser(visit, link, served):
    here = visit()
    device = Authenticator(here)
    enrol(here, link("customs"))
    sign_in(here)
    there = visit()
    copy = Authenticator(there)
    (credential,) = device.credentials
    copy.add(credential)
    there.goto(f"{served}/sign-in")
    sign_in(there)
    here.goto(f"{served}/account")
    here.get_by_role("button", name="Sign out everywhere").click()
    heading(here, "You are signed out")
    there.goto(f"{served}/account")
    heading(there, "You are not signed in")


def test_without_script_the_pages_say_what_to_do(visit, link, served):
    page = visit(java_script_enabled=False)
    page.goto(link("customs"))
    expect(page.get_by_text("Scripts are off. Enrolling needs them")).to_be_visible()
    page.goto(f"{served}/sign-in")
    expect(page.get_by_text("Passkeys need scripts, and they are off here.")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_every_page_of_access_is_accessible_and_fits(visit, link, served, scheme, width):
    page = visit(viewport={"width": width, "height": 800}, color_scheme=scheme)
    Authenticator(page)

    def good(where):
        for closed in page.locator("details:not([open]) > summary:visible").all():
            closed.click()
        assert violations(page) == [], where
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where

    for path in ("/", "/sign-in", "/sign-in?token=x", "/enrol"):
        page.goto(f"{served}{path}")
        good(path)
    page.goto(link("business"))
    good("a link")
    page.get_by_role("button", name="Make my passkey").click()
    heading(page, "You are enrolled")
    good("enrolled")
    sign_in(page)
    page.goto(f"{served}/account")
    good("account")
    enrol(page, link("customs"))
    told(page, "enrolled already")
    good("refused")


NAME = "members.example"


def certificate(folder):
    """Write a certificate of a name that is none of this machine's; return how browsers pin it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


@pytest.fixture
def under_tls(founded, tmp_path):
    """The same pages under a name of the world, by TLS; their address, and how it is pinned."""
    pin = certificate(founded.instance.folder)
    config = founded.instance.folder / "config.toml"
    text = config.read_text()
    for key, value in (
        ("members_host", NAME),
        ("certificate", "chain.pem"),
        ("key_file", "key.pem"),
    ):
        text = re.sub(rf"(?m)^{key} = .*$", f'{key} = "{value}"', text)
    config.write_text(text)
    port = free_port()
    server = start(Instance.open(founded.instance.folder), port, "members", TMPDIR=str(tmp_path))
    assert f"https://{NAME}:{port}/" in server.said
    yield f"https://{NAME}:{port}", pin
    assert stop(server) == (0, "")


def test_under_tls_and_a_name_of_the_world(chromium, under_tls, founded):
    address, pin = under_tls
    flags = [
        f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
        f"--ignore-certificate-errors-spki-list={pin}",
    ]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
    try:
        page = browser.new_page()
        device = Authenticator(page)
        enrol(page, f"{address}/enrol#{chair_link(founded, 'customs').split('#')[1].strip()}")
        heading(page, "You are enrolled")
        assert device.credentials[0]["rpId"] == NAME
        sign_in(page)
        assert page.url == f"{address}/"
        answer = page.goto(f"{address}/account")
        heading(page, "Chair of Customs")
        assert answer.header_value("strict-transport-security") == "max-age=31536000"
        # A form by TLS is taken with a page of this site before it.
        page.get_by_role("button", name="Sign out everywhere").click()
        heading(page, "You are signed out")
    finally:
        browser.close()
