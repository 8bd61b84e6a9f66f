"""Every page that a reporter can be shown: the same parts in every language, open to everybody.

What a page is made of is compared in all languages; a checker then need not look at each page in
each, but in Arabic and in one language more.
"""

import itertools
import re
import shutil
from html.parser import HTMLParser

import pytest
from reporters_pages import TELLING, pages
from served import violations

from observatory import assets
from observatory.complaint.offices import Office
from observatory.instance import Instance
from observatory.languages import by_tag, offered

SITE = "http://intake.localhost/"
TAGS = tuple(language.tag for language in offered())
# One of each shape, the longest of its shape.
SHAPES = (
    "form", "one byte too long", "check, marked", "full", "full, sealed", "not stored", "sent",
    "sealed, old", "another host", "too large",
)  # fmt: skip


@pytest.fixture(scope="module")
def every_page(_founded_once, tmp_path_factory):
    """(status, HTML) of every page by its language and what it is about."""
    found = {}
    for tag in TAGS:
        folder = tmp_path_factory.mktemp(tag) / "instance"
        shutil.copytree(_founded_once / "instance", folder)
        instance = Instance.open(folder)
        instance.add_offices([Office("PORT_NORTH", "North Port", "Coast"), Office("KM7", "Gate")])
        for name, page in pages(instance, tag).items():
            found[tag, name] = page
    return found


@pytest.fixture(scope="module")
def names(every_page):
    return [name for tag, name in every_page if tag == "en"]


@pytest.fixture
def show(chromium, every_page):
    """Open one of the pages in a browser of some kind, with nothing else to be reached."""
    built = assets.load()
    opened = {}

    def answer(route):
        path = route.request.url.removeprefix(SITE)
        if path.startswith("assets/"):
            asset = built[path.removeprefix("assets/")]
            route.fulfill(body=asset.body, content_type=asset.content_type)
        else:
            route.fulfill(body=opened["html"], content_type="text/html; charset=utf-8")

    def open_page(tag, name, page=None, **options):
        if page is None:
            context = chromium.new_context(**options)
            contexts.append(context)
            page = context.new_page()
            page.route("**/*", answer)
        opened["html"] = every_page[tag, name][1]
        page.goto(SITE)
        return page

    contexts = []
    yield open_page
    for context in contexts:
        context.close()


def opened_up(page):
    """Open what is folded away."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    return page


class Parts(HTMLParser):
    """What a page is made of, without its words: elements and the names of their attributes."""

    # The choice of languages leaves its own out; plurals differ from language to language.
    APART = re.compile(
        r'<nav class="languages".*?</nav>|<p data-(letters|bytes)=.*?</p>', re.DOTALL
    )

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(self.APART.sub("", page))

    def handle_starttag(self, tag, attrs):
        kept = [(name, value if name in KEPT else None) for name, value in attrs]
        self.found.append((tag, tuple(kept)))

    def handle_endtag(self, tag):
        self.found.append((f"/{tag}", ()))


KEPT = {"id", "class", "role", "for", "href", "type", "aria-describedby", "aria-hidden", "tabindex"}


def test_a_page_is_made_of_the_same_parts_in_every_language(every_page, names):
    for name, tag in itertools.product(names, TAGS):
        (status, page), (expected, english) = every_page[tag, name], every_page["en", name]
        assert status == expected
        assert Parts(page).found == Parts(english).found, (name, tag)
        assert f'<html lang="{tag}" dir="{by_tag(tag).direction}">' in page


def test_a_checker_finds_nothing_on_any_page(show, every_page, names):
    """In each language by turns; a page of the very parts of another would tell nothing new."""
    page, looked_at = None, set()
    for name, tag in zip(names, itertools.cycle(TAGS), strict=False):
        parts = frozenset(Parts(every_page["en", name][1]).found)
        if parts not in looked_at:
            looked_at.add(parts)
            page = opened_up(show(tag, name, page))
            assert violations(page) == [], (name, tag)
    assert len(looked_at) >= len(SHAPES)


def test_a_checker_finds_nothing_in_the_other_direction_and_in_the_dark(show):
    page = None
    for name in SHAPES:
        page = opened_up(show("ar", name, page, color_scheme="dark"))
        assert violations(page) == [], name


@pytest.mark.parametrize("tag", ["ar", "fr"])
def test_a_checker_finds_nothing_in_what_script_adds(show, tag):
    """Every notice that the script may show, all at once."""
    page = show(tag, "form")
    shown = page.evaluate(
        """() => {
          const parts = document.getElementById('sealing').content.querySelectorAll('[data-part]');
          const added = [...parts].filter((one) => one.dataset.part !== 'look');
          document.querySelector('.lead').after(...added.map((one) => one.cloneNode(true)));
          return added.map((one) => one.dataset.part);
        }"""
    )
    assert {"problems", "language", "sending", "offline", "unanswered", "unsealed"} <= set(shown)
    assert violations(page) == []


WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Words that stand partly outside of what holds them.
CUT = """() => [...document.querySelectorAll('main *')].filter((one) => {
  const { overflowX, display } = getComputedStyle(one);
  return overflowX !== 'visible' && display !== 'inline' && !one.matches('textarea, select, input')
    && one.scrollWidth > one.clientWidth + 1;
}).map((one) => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("tag", TAGS)
def test_no_page_scrolls_sideways_or_loses_words_when_narrow_or_enlarged(show, tag):
    page = show(tag, "form", viewport={"width": 320, "height": 640})
    for name in SHAPES:
        page.set_viewport_size({"width": 320, "height": 640})
        opened_up(show(tag, name, page))
        assert not page.evaluate(WIDE), name
        # Twice the size: the whole page (640 points are left of 1280), or the text alone.
        page.set_viewport_size({"width": 640, "height": 450})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not page.evaluate(WIDE), name
        assert page.evaluate(CUT) == [], name


@pytest.mark.parametrize("tag", TAGS)
def test_the_box_for_the_words_is_in_sight_when_a_telephone_opens_the_form(show, tag):
    page = show(tag, "form", viewport={"width": 390, "height": 844})
    page.evaluate("document.querySelector('.made-up').remove()")  # of a demonstration only
    assert page.locator("#narrative").bounding_box()["y"] < 844 - 2 * 24  # room for two lines


# Colours of the reader's own, contrast, and what moves.


def test_with_colours_of_ones_own_lines_say_what_grounds_did(show):
    page = show("en", "empty", forced_colors="active")
    lines = """(selector) => [...document.querySelectorAll(selector)].map((one) => {
      const style = getComputedStyle(one);
      return [style.borderInlineStartWidth, style.borderInlineStartStyle,
        style.borderInlineStartColor !== getComputedStyle(document.body).backgroundColor];
    })"""
    for selector in (".button", ".exit a", ".box.problem", "textarea", "select", ".choices label"):
        for width, style, seen in page.evaluate(lines, selector):
            assert (float(width[:-2]) >= 1, style, seen) == (True, "solid", True), selector
    assert page.evaluate(lines, ".box.problem")[0][0] == "3px"
    page.keyboard.press("Tab")
    for _ in range(20):
        page.keyboard.press("Tab")
        assert focus_is_drawn(page)
    page = show("en", "check, marked", page)
    marks = page.locator(".words mark")
    assert marks.count() == 9
    for mark in marks.all():
        width, colour, ground = mark.evaluate(
            "(one) => { const style = getComputedStyle(one); return [style.borderBlockEndWidth,"
            " style.borderBlockEndColor, getComputedStyle(document.body).backgroundColor]; }"
        )
        assert width == "3px"
        assert colour != ground


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enhanced_and_nothing_moves(show, scheme):
    page = None
    for name in ("empty", "check, marked"):
        page = opened_up(
            show("en", name, page, color_scheme=scheme, contrast="more", reduced_motion="reduce")
        )
        assert violations(page) == []
        found = page.evaluate(
            "async () => (await axe.run({ runOnly: ['color-contrast-enhanced'] })).violations"
            ".flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 120)))"
        )
        assert found == []
        moving = page.evaluate(
            "() => [...document.querySelectorAll('*')].filter((one) => { const s ="
            " getComputedStyle(one); return s.transitionDuration !== '0s' ||"
            " s.animationName !== 'none' || s.scrollBehavior === 'smooth'; }).length"
        )
        assert moving == 0


# The keyboard.


def focus_is_drawn(page):
    """Tell whether what has the focus is outlined, on the screen, and under nothing else."""
    return page.evaluate(
        """() => {
          const one = document.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          const box = one.getBoundingClientRect();
          const top = document.elementFromPoint(
            box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
          return outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2
            && box.bottom > 0 && box.top < innerHeight
            && (one === top || one.contains(top) || top.contains(one));
        }"""
    )


STOPS = """() => {
  const radios = new Set();
  return [...document.querySelectorAll('a[href], button, summary, textarea, select, input')]
    .filter((one) => one.tabIndex >= 0 && one.type !== 'hidden' && one.checkVisibility())
    .filter((one) => one.type !== 'radio' || (one.checked && !radios.has(one.name)
      && radios.add(one.name)));
}"""


@pytest.mark.parametrize(
    ("tag", "name"), [("en", "form"), ("ar", "empty"), ("ar", "check, marked"), ("fr", "full")]
)
def test_tab_reaches_everything_in_the_order_of_the_page_and_leaves_again(show, tag, name):
    page = opened_up(show(tag, name, viewport={"width": 390, "height": 700}))
    stops = page.evaluate(f"window.stops = ({STOPS})(); window.stops.length")
    assert stops >= 4
    for at in range(stops):
        page.keyboard.press("Tab")
        assert page.evaluate("window.stops.indexOf(document.activeElement)") == at
        assert focus_is_drawn(page), page.evaluate("document.activeElement.outerHTML")
    page.keyboard.press("Tab")
    assert page.evaluate("window.stops.indexOf(document.activeElement)") in {-1, 0}  # no trap
    page.evaluate("window.stops.at(-1).focus()")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("window.stops.indexOf(document.activeElement)") == stops - 2


# What is said to who hears the page.


def heard(page):
    """Return the tree that assistive programs get: (role, name, description, invalid)."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    found = []
    for node in nodes:
        if node.get("ignored"):
            continue
        more = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
        found.append(
            (
                node["role"]["value"],
                node.get("name", {}).get("value", ""),
                node.get("description", {}).get("value", ""),
                more.get("invalid") == "true",
            )
        )
    return found


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_the_form_is_heard_with_its_names_hints_and_problems(show, tag):
    say = by_tag(tag).gettext
    found = heard(show(tag, "empty"))
    roles = {}
    for role, name, *_ in found:
        roles.setdefault(role, []).append(name)
    problem = say("There are no words yet. Tell what happened, in your own words.")
    hint = say(
        "In any language, as long or short as you like. What was asked, by what kind of person, "
        "at which step, and how did it end?"
    )
    assert roles["RootWebArea"][0].startswith(say("Please look again"))
    assert roles["link"] == [say("Go to the main part"), say("Leave this page now"), problem]
    assert roles["navigation"] == [say("Language")]
    assert roles["button"] == [
        *(one.name for one in offered() if one.tag != tag), say("Go on: look at it once more"),
    ]  # fmt: skip
    assert roles["alert"] == [""]
    assert roles["heading"] == [
        say("Tell what happened, without your name"), say("Not sent yet: please look again"),
        say("If you wish: a few details"),
    ]  # fmt: skip
    assert say("Before you write") in roles["region"]
    [box] = [one for one in found if one[0] == "textbox"]  # the trap is not heard
    assert box == ("textbox", say("What happened?"), f"{hint} {problem}", True)
    assert say("Which side are you on?") in roles["group"]
    assert len(roles["combobox"]) >= 8
    assert all(roles["combobox"])
    assert roles["radio"].count(say("No answer")) == 3


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_the_second_look_is_heard_with_its_marks(show, tag):
    say = by_tag(tag).gettext
    page = show(tag, "check, marked")
    roles = {}
    for role, name, *_ in heard(page):
        roles.setdefault(role, []).append(name)
    assert roles["heading"] == [
        say("Look at it once more"), say("Your words"), say("What could point to you"),
        say("Details"),
    ]  # fmt: skip
    assert roles["button"] == [say("Change it"), say("Send")]
    assert roles["region"] == [say("Before you send")]
    assert len(roles["mark"]) == 9
    words = page.locator(".words").aria_snapshot()
    for kind in ("Possible name", "Telephone number", "Exact date", "Exact amount"):
        assert f"[{say(kind)}: " in words
    assert page.locator(".words").inner_text() == TELLING
