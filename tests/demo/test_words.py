"""Words of the made-up reports: blocks are complete, templates fill, identifiers hold."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.demo import surface
from observatory.demo.identifiers import KINDS, made_up, surname
from observatory.demo.phrasebook import Template, load_phrasebook
from observatory.demo.world import NEW, load_world

TAGS = ("en", "fr", "es")
WORLD = load_world()


@pytest.fixture(params=TAGS)
def book(request):
    return load_phrasebook(request.param)


def test_each_code_has_six_core_events_or_more(book):
    assert set(book.events) == {*WORLD.habits, NEW}
    for code, voices in book.events.items():
        whole = sum(len(voices.get(voice, [])) for voice in ("any", "business", "customs"))
        assert whole >= 6, (book.tag, code)
        assert len(voices["short"]) >= 2
        assert book.hints[code]


def test_each_side_can_tell_of_each_code(book):
    for code, voices in book.events.items():
        for side in ("business", "customs"):
            assert voices.get("any", []) + voices.get(side, []), (code, side)


def test_every_template_fills_without_a_trace(book):
    rng = random.Random(0)
    names = ("amount", "total", "goods", "here", "name", "link", "nonsense")
    given_slots = dict.fromkeys((*names, *(f"id_{kind}" for kind in KINDS)), "X1")
    templates = [t for lines in book.shared.values() for t in lines]
    templates += [t for v in book.events.values() for lines in v.values() for t in lines]
    templates += [t for lines in book.hints.values() for t in lines]
    for template in templates:
        for _ in range(3):
            text = book.sentence(template, rng, given_slots)
            assert re.search(r"[\[\]{}|\x00]|  ", text) is None, text
            assert text[-1] in '.!?"…', text
            assert not text[0].islower(), text


def test_languages_offer_the_same_sections():
    books = [load_phrasebook(tag) for tag in TAGS]
    assert books[1].shared.keys() == books[2].shared.keys()
    assert books[0].shared.keys() - books[1].shared.keys() == {"flood"}
    assert len({frozenset(book.slots) for book in books}) == 1


@pytest.mark.parametrize("source", ["[a|b", "a]", "x|y", "[a|[b]"])
def test_unbalanced_templates_are_refused(source):
    with pytest.raises(ValueError, match="in '"):
        Template(source)


def test_french_and_spanish_joints():
    rng = random.Random(0)
    french, spanish = load_phrasebook("fr"), load_phrasebook("es")
    assert french.fill(Template("à [le port] de [huile]"), rng, {}) == "au port d'huile"
    assert french.fill(Template("que [un agent] de [les deux]"), rng, {}) == "qu'un agent des deux"
    assert spanish.fill(Template("a [el inspector] de [el puerto]"), rng, {}) == (
        "al inspector del puerto"
    )


def test_container_check_digits_are_mostly_right():
    values = [n for n in range(10, 39) if n % 11]
    right = 0
    for serial in range(300):
        text = made_up("container", "en", serial, random.Random(serial))
        sign = re.sub(r"\W", "", text)
        assert re.fullmatch(r"[A-Z]{3}U\d{7}", sign)
        total = sum(
            (values[ord(c) - 65] if c.isalpha() else int(c)) << at for at, c in enumerate(sign[:10])
        )
        right += total % 11 % 10 == int(sign[10])
    assert 220 < right < 290


@pytest.mark.parametrize("tag", TAGS)
def test_account_numbers_check(tag):
    for serial in range(50):
        text = made_up("account", tag, serial, random.Random(serial)).replace(" ", "")
        moved = text[4:] + text[:4]
        assert int("".join(str(int(c, 36)) for c in moved)) % 97 == 1
        assert len(text) == {"en": 22, "fr": 27, "es": 24}[tag]


def test_surnames_do_not_come_again_soon():
    assert len({surname(serial) for serial in range(15_000)}) == 15_000


@given(
    text=st.text(alphabet="abc déñ.é! \ue001\ue002OFFICERreceipt", max_size=80),
    tag=st.sampled_from(TAGS),
    seed=st.integers(0, 999),
)
@settings(derandomize=True, max_examples=150)
def test_spoiling_never_loses_a_placeholder(text, tag, seed):
    rng = random.Random(seed)
    for spoilt in (
        surface.misspell(text, tag, rng),
        surface.bare(text),
        surface.message(text, tag, rng),
        surface.broken(text, tag, rng),
        surface.shout(text, rng),
    ):
        for sign in "\ue001\ue002":
            assert spoilt.count(sign) == text.count(sign)
