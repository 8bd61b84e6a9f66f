"""The reporters' page taken apart: what is the same for everybody, and the few parts that are not.

Specified in ``docs/comparing.md``. A part may vary only in the form that it has here:
markup that is anywhere else, or of any other shape, stays in the fixed part and changes its hash.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from html import unescape

from markupsafe import escape

from observatory.complaint.facets import BY_CODE

_ONCE = re.compile(r'(?<=<input type="hidden" name="once" value=")[A-Za-z0-9_-]{43}(?=">\n)')
_WEEK = re.compile(r'(?<= data-week=")([0-9]{4}-W[0-9]{2})" data-quarter="([0-9]{4,5})(?=" data-)')
_MONTHS = re.compile(
    r'(?<=<select id="month" name="month">\n<option value="">No answer</option>\n)'
    r'(?:<optgroup label="[0-9]{4}">'
    r'(?:<option value="[0-9]{4}-[0-9]{2}">[A-Z][a-z]{2,8} [0-9]{4}</option>\n)+'
    r"</optgroup>)+(?=</select>\n)"
)
_MONTH = re.compile(r'<option value="([^"]+)">([^<]+)</option>')
# Names come from the register and are escaped: neither brackets nor quotes can be in them.
_OFFICES = re.compile(
    r'<div>\n<label for="office">'
    + re.escape(str(escape(BY_CODE["office"].label)))
    + r'</label>\n<select id="office" name="office">\n<option value="">No answer</option>\n'
    r'(?:<optgroup label="[^<>"\n]*">|</optgroup>'
    r'|<option value="[A-Z0-9][A-Z0-9_-]{0,31}">[^<>"\n]*</option>\n)*'
    r"</select>\n</div>\n"
)
_OFFICE = re.compile(r'<option value="([A-Z0-9][A-Z0-9_-]*)">([^<]*)</option>')


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
    """

    fixed: str
    once: str
    week: str
    quarter: int
    months: tuple[tuple[str, str], ...]
    offices: tuple[tuple[str, str], ...]

    @property
    def sha256(self) -> str:
        """SHA-256 of the fixed part, hex."""
        return hashlib.sha256(self.fixed.encode()).hexdigest()


def take_apart(body: bytes) -> Page:
    """Return the parts of a page; each is looked for once, and what is not there stays empty.

    Bytes that are not UTF-8 stay distinct: the hash of such a page is no other page's.
    """
    text = body.decode("utf-8", "backslashreplace")
    text, once = _cut(_ONCE, text)
    text, when = _cut(_WEEK, text)
    text, months = _cut(_MONTHS, text)
    text, offices = _cut(_OFFICES, text)
    found = re.fullmatch(r'(.*)" data-quarter="(.*)', when)
    return Page(
        text,
        once,
        found[1] if found else "",
        int(found[2]) if found else 0,
        tuple(_MONTH.findall(months)),
        tuple((code, unescape(name)) for code, name in _OFFICE.findall(offices)),
    )


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Take the first match out. Only the first: a second one is a difference."""
    found = pattern.search(text)
    if found is None:
        return text, ""
    return text[: found.start()] + text[found.end() :], found[0]
