import pytest


@pytest.fixture(scope="package")
def made_up(tmp_path_factory):
    from made_up_analysis import found_made_up

    return found_made_up(tmp_path_factory.mktemp("made-up"))


@pytest.fixture(scope="package")
def port(made_up, tmp_path_factory):
    """Both faces served; the port of the form, the members' being the next."""
    from served import free_port, start, stop

    number = free_port()
    server = start(made_up, number, TMPDIR=str(tmp_path_factory.mktemp("tmp")))
    yield number
    code, errors = stop(server)
    assert code == 0
    assert errors == ""


@pytest.fixture(scope="package")
def chromium(browsers):
    from served import CHROMIUM, FLAGS

    browser = browsers.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def browse(chromium, port):
    """Open a page in a fresh browser; afterwards nothing off-origin may have been asked for."""
    contexts, asked, complaints = [], [], []

    def open_page(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    ours = (f"http://intake.localhost:{port}/", f"http://members.localhost:{port + 1}/")
    assert [url for url in asked if not url.startswith(ours)] == []
    policy = ("Content Security Policy", "Permissions-Policy", "Refused to", "blocked")
    assert [said for said in complaints if any(word in said for word in policy)] == []


# Where tokens are taken.


@pytest.fixture(scope="package")
def taking(tmp_path_factory):
    """A made-up observatory of which no week was closed; ``issuing`` installs an epoch in it."""
    from made_up_analysis import found_made_up

    return found_made_up(tmp_path_factory.mktemp("taking"))


@pytest.fixture(scope="package")
def issuing(taking):
    """An epoch of tokens and its issuer."""
    from token_issuing import install

    shares = taking.folder.with_name("shares")
    return install(taking, shares, lambda name: f"made up for {name}")


@pytest.fixture(scope="package")
def token_port(taking, issuing):  # noqa: ARG001  # installed before it is served
    """The port of a form that takes tokens."""
    from served import free_port, start, stop

    number = free_port()
    server = start(taking, number, role="intake")
    yield number
    assert stop(server) == (0, "")
