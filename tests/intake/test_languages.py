"""The reporters' languages: every catalogue is whole, every page speaks one language, chosen, kept.

A page is walked in a made-up language whose every text is marked: what is not marked never went
through a catalogue. Then each real language is held against English.
"""

import io
import re
from html.parser import HTMLParser

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from reporter import HOST, words_in
from reporters_pages import pages
from token_issuing import install

from observatory import languages
from observatory.app import create_intake
from observatory.intake import offline
from observatory.languages.__main__ import source, update

TAGS = ("ar", "en", "es", "fr", "pt", "ru")
TRANSLATED = tuple(tag for tag in TAGS if tag != "en")
PLACE = re.compile(r"%\(\w+\)s")

# What is not ours to translate: names that were registered, and what a reporter wrote.
GIVEN = {
    "Joint Integrity Observatory",
    "North Port",
    "Kilometre 7",
    "Coast",
    "my words",
    "caf� ici",
}


def catalogue(tag):
    with (languages.FOLDER / tag / languages.CATALOGUE).open("rb") as file:
        return read_po(file, locale=Locale.parse(tag))


# The catalogues.


def test_the_six_languages_are_there_under_their_own_names():
    assert {one.tag: one.name for one in languages.offered()} == {
        "ar": "العربية", "en": "English", "es": "Español", "fr": "Français", "pt": "Português",
        "ru": "Русский",
    }  # fmt: skip
    assert {one.tag for one in languages.offered() if one.direction == "rtl"} == {"ar"}


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_text_is_translated_with_its_marks_and_plurals(tag):
    found = catalogue(tag)
    for asked in source():
        if not asked.id:
            continue
        message = found.get(asked.id)
        assert message is not None, asked.id
        assert not message.fuzzy
        forms = message.string if asked.pluralizable else (message.string,)
        assert len(forms) == (found.num_plurals if asked.pluralizable else 1)
        wanted = set(PLACE.findall("".join(asked.id)))
        for form in forms:
            assert form.strip() == form != "", asked.id
            assert not set("<>&") & set(form), form
            # A form for one number alone may say it in a word.
            assert set(PLACE.findall(form)) == wanted or (
                asked.pluralizable and not PLACE.findall(form)
            )
        if asked.pluralizable:
            language = languages.by_tag(tag)
            for number in (5, 11, 21, 22, 25, 100, 101, 111, 1003):
                said = language.translations.ngettext(*asked.id, number)
                assert set(PLACE.findall(said)) == wanted


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_holds_what_the_pages_say_now_and_nothing_else(tag, tmp_path):
    """If this fails: python -m observatory.languages, then translate what is new."""
    kept = languages.FOLDER / tag / languages.CATALOGUE
    copy = tmp_path / "messages.po"
    copy.write_bytes(kept.read_bytes())
    update(copy, Locale.parse(tag))
    assert copy.read_bytes() == kept.read_bytes()


def test_dates_and_plurals_are_those_of_the_language():
    russian, arabic, english = (languages.by_tag(tag) for tag in ("ru", "ar", "en"))
    assert russian.month(2026, 11) == "ноябрь 2026\u202fг."
    assert russian.days[10] == "{day} ноября {year}\u202fг."
    assert arabic.month(2026, 11) == "نوفمبر 2026"
    assert (english.month(2026, 11), english.days[0]) == ("November 2026", "{day} January {year}")
    assert set(arabic.plurals) == {"zero", "one", "two", "few", "many", "other"}
    assert all("{year}" in name for one in languages.offered() for name in one.months)


# Every page.


SHOWN = {
    "alt", "aria-label", "label", "placeholder", "title", "data-title", "data-wrong",
    "data-copied", "data-selected",
}  # fmt: skip
WITHIN = {"bdi", "strong"}


class Texts(HTMLParser):
    """Every text that a page shows, speaks or keeps for its script, and its first element."""

    def __init__(self, page):
        super().__init__()
        self.found, self.attributes, self._silent, self._text = [], {}, False, ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "html":
            self.attributes = given
        # A language is named in itself.
        named = (tag == "button" and "lang" in given) or given.get("aria-current") == "true"
        self._silent = named or tag in ("script", "style")
        self.found += [value for name, value in attrs if name in SHOWN]
        self._end(tag)

    def handle_endtag(self, tag):
        self._silent = False
        self._end(tag)

    def handle_data(self, data):
        if not self._silent:
            self._text += data

    def _end(self, tag):
        if tag not in WITHIN:
            self.found.append(self._text)
            self._text = ""


def texts(page):
    return [text.strip() for text in Texts(page).found if re.search(r"[^\W\d_]", text)]


@pytest.fixture
def marked(tmp_path, monkeypatch):
    """A language made of one folder and nothing else; every text of it stands in brackets."""
    catalog = Catalog(locale=Locale.parse("he"), fuzzy=False)
    for message in source():
        if message.pluralizable:
            string = tuple(f"⟦{message.id[1]}⟧" for _ in range(catalog.num_plurals))
        else:
            string = f"⟦{message.id}⟧"
        if message.id:
            catalog.add(message.id, string)
    path = tmp_path / "languages/he" / languages.CATALOGUE
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalog)
    offered = languages.offered.__wrapped__(tmp_path / "languages")
    monkeypatch.setattr(languages, "offered", lambda: offered)
    return next(one for one in offered if one.tag == "he")


def without_words(found):
    """Leave out of the page with marks what the reporter wrote, which stands there in pieces."""
    status, page = found["check, marked"]
    kept = re.sub(r'<p class="words".*?</p>|<bdi>.*?</bdi>', "", page, flags=re.DOTALL)
    return {**found, "check, marked": (status, kept)}


def unmarked(page):
    """Return the texts of a page that never went through a catalogue."""
    found = []
    for text in texts(page):
        rest = text
        while rest != (rest := re.sub(r"⟦[^⟦⟧]*⟧", "", rest)):
            pass
        if re.search(r"[^\W\d_]", rest):
            found.append(rest.strip())
    return found


@pytest.mark.usefixtures("issuing")
def test_a_language_is_one_folder_and_every_text_of_every_page_is_in_it(place, marked):
    months = {one.replace("{year}", str(year)) for one in marked.months for year in (2026, 2025)}
    named = {"Joint Integrity Observatory –", "– Joint Integrity Observatory"}
    for name, (_, page) in without_words(pages(place, "he")).items():
        assert Texts(page).attributes == {"lang": "he", "dir": "rtl"}, name
        left = [text for text in unmarked(page) if text not in GIVEN | named | months]
        assert [one for one in left if not re.fullmatch(r"\S+ 20\d\d|a+|é+|ab", one)] == [], name


@pytest.mark.usefixtures("marked", "issuing")
def test_the_offline_page_too(place):
    page = offline.make(place, "http://form.example.onion").decode()
    [part] = re.findall(r'<template data-language="he".*?\n</template>\n(?=<)', page, re.DOTALL)
    known = {
        *GIVEN, "http://form.example.onion", place.public_key.id.hex(), place.policy.fingerprint,
    }  # fmt: skip
    assert [text for text in unmarked(part) if text not in known] == []
    assert '<template data-language="en" data-direction="ltr">' in page


@pytest.fixture(scope="module")
def in_english(_founded_once, tmp_path_factory):
    return without_words(pages(copied(_founded_once, tmp_path_factory), "en"))


def copied(founded_once, tmp_path_factory):
    import shutil

    from observatory.complaint.offices import Office
    from observatory.instance import Instance

    folder = tmp_path_factory.mktemp("walked") / "instance"
    shutil.copytree(founded_once / "instance", folder)
    instance = Instance.open(folder)
    instance.add_offices(
        [Office("PORT_NORTH", "North Port", "Coast"), Office("KM7", "Kilometre 7")]
    )
    install(instance, founded_once / "shares")
    return instance


def pairs(message):
    if message.pluralizable:
        return zip(message.id, (message.string[0], message.string[-1]), strict=True)
    return [(message.id, message.string)]


@pytest.mark.usefixtures("issuing")
@pytest.mark.parametrize("tag", TRANSLATED)
def test_no_english_is_left_on_any_page(place, in_english, tag):
    language = languages.by_tag(tag)
    # Some words are the same in both; numbers of things are kept with marks for the script.
    same = {one for m in catalogue(tag) for one in pairs(m) if one[0] == one[1]}
    same = {text.replace("%(num)s", "{number}") for text, _ in same} | GIVEN
    found = without_words(pages(place, tag))
    assert [(name, status) for name, (status, _) in found.items()] == [
        (name, status) for name, (status, _) in in_english.items()
    ]
    for name, (_, page) in found.items():
        assert Texts(page).attributes == {"lang": tag, "dir": language.direction}
        english = set(texts(in_english[name][1])) - same
        assert {text for text in texts(page) if text in english} <= {
            "ab",
            "a" * 60_001,
            "é" * 30_005,
        }
        assert page.count("<h1") == in_english[name][1].count("<h1")


# The choice.


def asks(client, header):
    return Texts(client.get("/", headers={**HOST, "Accept-Language": header}).text).attributes


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"), ("pt-BR", "pt"), ("ar-DZ,fr;q=0.5", "ar"),
        ("zh,ru;q=0.3", "ru"), ("sw", "en"), ("", "en"), ("*", "en"), ("xx;q=oops", "en"),
        ("en;q=0.1,es", "es"), ("fr" * 500, "en"),
    ],
)  # fmt: skip
def test_a_browsers_wish_is_followed(intake, header, tag):
    assert asks(intake.client, header)["lang"] == tag


def test_a_switch_gives_words_and_answers_back_in_the_other_language(intake):
    once = intake.once()
    words = "They asked  me\n <b>twice</b>"
    answer = intake.post(words, "check", once=once, switch="ar", stage="release", asked="money")
    assert answer.status_code == 200
    assert Texts(answer.text).attributes == {"lang": "ar", "dir": "rtl"}
    assert words_in(answer) == words
    assert once in answer.text
    assert '<option value="release" selected>الإفراج عن البضائع</option>' in answer.text
    assert 'role="alert"' not in answer.text.split("<template")[0]


def test_the_chosen_language_outlives_every_step_and_the_browsers_wish(intake):
    def language(answer):
        [*fields] = re.findall(r'name="language" value="(..)"', answer.text)
        assert set(fields) <= {Texts(answer.text).attributes["lang"]}
        return Texts(answer.text).attributes["lang"]

    chosen = intake.post("", switch="ru")
    assert 'name="language" value="ru"' in chosen.text
    for step, words in (("check", ""), ("check", "w"), ("edit", "w"), ("send", "w")):
        answer = intake.post(words, step, language="ru")
        assert language(answer) == "ru", step
    assert 'name="switch" value="ru"' in answer.text  # the last page leads back in its language
    assert language(intake.post("", step="check", language="xx")) == "en"
    data = {"text": "AAAA", "language": "fr", "file": (io.BytesIO(b""), "")}
    refused = intake.client.post("/", data=data, content_type="multipart/form-data", headers=HOST)
    assert refused.status_code == 422
    assert language(refused) == "fr"


@pytest.mark.parametrize("tag", TAGS)
def test_the_choice_leaves_no_trace_and_everybody_gets_the_same_last_page(intake, tag):
    one = intake.post("short", step="send", language=tag)
    other = intake.post("long " * 900, step="send", language=tag, asked="money")
    assert one.data == other.data
    assert dict(one.headers) == dict(other.headers)
    for answer in (one, intake.post("", switch=tag)):
        assert "Set-Cookie" not in answer.headers
        assert "Location" not in answer.headers
        assert "?" not in "".join(re.findall(r'(?:href|action|src)="([^"]*)"', answer.text))


def test_every_language_can_be_chosen_on_the_form_and_enter_still_means_go_on(intake):
    page = intake.open().text
    assert re.findall(r'name="switch" value="(..)"', page) == ["es", "fr", "pt", "ru", "ar"]
    first = re.search(r"<button[^>]*>", page)[0]
    assert 'name="step" value="check"' in first


def test_what_is_said_where_everything_fails_is_said_in_every_language(place):
    app = create_intake(place)

    def broken(*_):
        raise RuntimeError

    app.wsgi_app._app = broken
    answer = app.test_client().get("/", headers=HOST)
    assert answer.status_code == 500
    said = " ".join(answer.text.split())
    for language in map(languages.by_tag, TAGS):
        for text in (
            "Something failed here. Nothing was received.",
            (
                "Go back in your browser: your words may still be there. Wait a minute, then send "
                "them again."
            ),
        ):
            assert " ".join(language.gettext(text).split()) in said
        assert f"<p lang={language.tag} dir={language.direction}>" in said
