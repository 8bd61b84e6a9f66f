"""The languages of the reporters' pages: a folder each, English being the source of all.

A folder is named by its tag and holds ``LC_MESSAGES/messages.po``. That text is what runs: there is
no compiled copy that could say something else than what was read. Names, the direction of script,
plurals and dates are those of CLDR. To add a language: ``python -m observatory.languages TAG``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent
CATALOGUE = "LC_MESSAGES/messages.po"
SOURCE = "en"

# English here is that of international organisations: the day stands before the month.
_LOCALES = {SOURCE: "en_GB"}
# From 1 on: of 0, languages disagree with their own catalogues, and there is always something.
_SAMPLES = (*range(1, 200), 1_000_000, 0)
_YEAR, _DAY = 2222, 15


@dataclass(frozen=True, eq=False)
class Language:
    """A language that reporters can choose.

    Attributes:
        tag: as in HTML and in the folder's name.
        locale: what CLDR knows of it.
        translations: from the English text of a page.
    """

    tag: str
    locale: Locale
    translations: NullTranslations

    def gettext(self, text: str) -> str:
        """Return a text of ours in this language, or in English if it has none."""
        # An empty text is the name of a catalogue's own header.
        return str(self.translations.gettext(text)) if text else ""

    @cached_property
    def name(self) -> str:
        """What the language is called by those who speak it."""
        name = self.locale.language_name or self.tag
        return name[:1].upper() + name[1:]

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return str(self.locale.text_direction)

    def month(self, year: int, month: int) -> str:
        """Return a month of a year, such as "November 2026"."""
        return str(format_skeleton("yMMMM", date(year, month, 1), locale=self.locale))

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The twelve months of any year, with ``{year}`` in its place."""
        return tuple(self.month(_YEAR, m).replace(str(_YEAR), "{year}") for m in range(1, 13))

    @cached_property
    def days(self) -> tuple[str, ...]:
        """A day of each of the twelve months, with ``{day}`` and ``{year}`` in their places."""
        written = (
            format_date(date(_YEAR, month, _DAY), "long", locale=self.locale)
            for month in range(1, 13)
        )
        return tuple(
            day.replace(str(_YEAR), "{year}").replace(str(_DAY), "{day}") for day in written
        )

    @cached_property
    def plurals(self) -> Mapping[str, int]:
        """A number of each plural category of CLDR, by which a browser chooses as well."""
        rule = self.locale.plural_form
        found: dict[str, int] = {}
        for number in _SAMPLES:
            found.setdefault(rule(number), number)
        return found


@lru_cache(maxsize=1)
def offered(folder: Path = FOLDER) -> tuple[Language, ...]:
    """Return every language, in the order of their own names.

    Raises:
        OSError: a catalogue cannot be read.
    """
    found = [Language(SOURCE, Locale.parse(_LOCALES[SOURCE]), NullTranslations())]
    for path in folder.glob(f"*/{CATALOGUE}"):
        tag = path.relative_to(folder).parts[0]
        found.append(Language(tag, Locale.parse(tag, sep="-"), _translations(path)))
    return tuple(sorted(found, key=lambda language: language.name))


def by_tag(tag: str) -> Language:
    """Return a language, or English if there is none of that tag."""
    known = {language.tag: language for language in offered()}
    return known.get(tag, known[SOURCE])


def _translations(path: Path) -> Translations:
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)
