"""The reporters' page taken apart: what is the same for everybody, and the few parts that are not.

Specified in ``docs/comparing.md``. A part may vary only in the form that it has here:
markup that is anywhere else, or of any other shape, stays in the fixed part and changes its hash.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from markupsafe import escape

from observatory.complaint.facets import BY_CODE
from observatory.languages import SOURCE, Language, by_tag

_ONCE = re.compile(r'(?<=<input type="hidden" name="once" value=")[A-Za-z0-9_-]{43}(?=">\n)')
_WEEK = re.compile(r'(?<= data-week=")([0-9]{4}-W[0-9]{2})" data-quarter="([0-9]{4,5})(?=" data-)')
_WORK = re.compile(
    r'(?<=<form id="report" method="post" action="/" accept-charset="utf-8" autocomplete="off")'
    r' data-work="(?:[0-9]{1,2})\.[0-9a-f]{32}"(?=>\n)'
)
_NO_ROOM = "Nothing can be received just now"
_WHEN = (
    "There is no room for more reports. "
    "What you send today would be turned away: come back tomorrow."
)
_MONTH = re.compile(r'<option value="([^"]+)">([^<]+)</option>')
_OFFICE = re.compile(r'<option value="([A-Z0-9][A-Z0-9_-]*)">([^<]*)</option>')


@lru_cache(maxsize=32)
def _months_in(language: Language) -> re.Pattern[str]:
    """Return the shape of the months that a page in a language offers."""
    names = "|".join(
        re.escape(month).replace(re.escape("{year}"), "[0-9]{4}") for month in language.months
    )
    return re.compile(
        r'(?<=<select id="month" name="month">\n)'
        + re.escape(_no_answer(language))
        + r'(?P<part>(?:<optgroup label="[0-9]{4}">'
        + rf'(?:<option value="[0-9]{{4}}-[0-9]{{2}}">(?:{names})</option>\n)+'
        + r"</optgroup>)+)(?=</select>\n)"
    )


@lru_cache(maxsize=32)
def _offices_in(language: Language) -> re.Pattern[str]:
    """Return the shape of the question about the office in a language."""
    # Names come from the register and are escaped: neither brackets nor quotes can be in them.
    return re.compile(
        r'<div>\n<label for="office">'
        + re.escape(str(escape(language.gettext(BY_CODE["office"].label))))
        + r'</label>\n<select id="office" name="office">\n'
        + re.escape(_no_answer(language))
        + r'(?:<optgroup label="[^<>"\n]*">|</optgroup>'
        r'|<option value="[A-Z0-9][A-Z0-9_-]{0,31}">[^<>"\n]*</option>\n)*'
        r"</select>\n</div>\n"
    )


@lru_cache(maxsize=32)
def _no_room_in(language: Language) -> re.Pattern[str]:
    """Return what a page in a language says while nothing is taken in."""
    heading, text = (re.escape(str(escape(language.gettext(one)))) for one in (_NO_ROOM, _WHEN))
    return re.compile(
        rf'<div class="part box problem" role="alert">\n<h2>{heading}</h2>\n<p>{text}</p>\n</div>\n'
    )


def _no_answer(language: Language) -> str:
    return f'<option value="">{escape(language.gettext("No answer"))}</option>\n'


@dataclass(frozen=True)
class Page:
    """A reporters' page.

    Attributes:
        fixed: everything but the parts below, as text with a mark in the place of each.
        once: the random value that makes a resend count once.
        week: the ISO week that a browser seals in, and its retention quarter.
        quarter: as a number, ``docs/envelope.md``, section 4.
        months: (value, label) of each month that is offered.
        offices: (code, name) of each office that is offered; none if there is no such question.
        work: what a browser is asked to work out before it sends, and how much; empty if nothing.
        no_room: whether it says that nothing can be received.
    """

    fixed: str
    once: str
    week: str
    quarter: int
    months: tuple[tuple[str, str], ...]
    offices: tuple[tuple[str, str], ...]
    work: str
    no_room: bool

    @property
    def sha256(self) -> str:
        """SHA-256 of the fixed part, hex."""
        return hashlib.sha256(self.fixed.encode()).hexdigest()


def take_apart(body: bytes, tag: str = SOURCE) -> Page:
    """Return the parts of a page in the language of a tag.

    Each is looked for once, and what is not there stays empty.

    Bytes that are not UTF-8 stay distinct: the hash of such a page is no other page's.
    """
    language = by_tag(tag)
    text = body.decode("utf-8", "backslashreplace")
    text, once = _cut(_ONCE, text)
    text, when = _cut(_WEEK, text)
    text, months = _cut(_months_in(language), text)
    text, offices = _cut(_offices_in(language), text)
    text, work = _cut(_WORK, text)
    text, no_room = _cut(_no_room_in(language), text)
    found = re.fullmatch(r'(.*)" data-quarter="(.*)', when)
    return Page(
        text,
        once,
        found[1] if found else "",
        int(found[2]) if found else 0,
        tuple(_MONTH.findall(months)),
        tuple((code, unescape(name)) for code, name in _OFFICE.findall(offices)),
        work.partition('"')[2].rstrip('"'),
        bool(no_room),
    )


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Take the first match's group, or all of it, out; only of the first: a second one differs."""
    found = pattern.search(text)
    if found is None:
        return text, ""
    start, end = found.span("part" if "part" in pattern.groupindex else 0)
    return text[:start] + text[end:], text[start:end]
