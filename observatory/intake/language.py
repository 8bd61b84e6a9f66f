"""In which language a page is given: chosen on the page, or else what the browser asks for.

The choice lives in a field of each form and nowhere else: no cookie, no address of its own (which
a browser's history would keep), and nothing that is logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request
from flask_babel import Babel, Domain

from observatory import languages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from babel.support import NullTranslations
    from flask import Flask

    from observatory.languages import Language

FIELD = "language"
SWITCH = "switch"
"""The field of the buttons that ask for the form in another language."""


class _Catalogues(Domain):
    """The catalogues as they were read at start, instead of compiled files beside them."""

    def get_translations(self) -> NullTranslations:
        return current().translations


def init_app(app: Flask) -> None:
    """Give the templates ``_``, ``ngettext``, ``language`` and ``languages``."""
    babel = Babel()
    babel.init_app(app, locale_selector=lambda: current().locale)
    babel.domain_instance = _Catalogues()
    languages.offered()  # a catalogue that cannot be read is found now, not by a reporter
    app.context_processor(lambda: {"language": current(), "languages": languages.offered()})


def choose(fields: Mapping[str, str]) -> None:
    """Answer this request in the language that its fields name."""
    tag = fields.get(SWITCH) or fields.get(FIELD, "")
    if any(language.tag == tag for language in languages.offered()):
        g.language = languages.by_tag(tag)


def current() -> Language:
    """Return the language of this request: chosen, or asked for by the browser, or English."""
    if "language" not in g:
        g.language = _asked_for([tag for tag, quality in request.accept_languages if quality > 0])
    found: Language = g.language
    return found


def _asked_for(tags: Iterable[str]) -> Language:
    """Return the first of a browser's languages that there is, of whichever country, or English."""
    known = {language.tag.lower(): language for language in languages.offered()}
    for tag in tags:
        for name in (tag.lower(), tag.lower().partition("-")[0]):
            if name in known:
                return known[name]
    return known[languages.SOURCE]
