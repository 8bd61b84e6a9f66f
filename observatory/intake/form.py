"""What the form asks and what came back: questions from ``FACETS``, a draft, its problems.

Nothing here is written anywhere; a draft lives as long as its request.
"""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from observatory.complaint.facets import BY_CODE, FACETS, Facet
from observatory.complaint.offices import ELSEWHERE
from observatory.complaint.plaintext import (
    MAX_NARRATIVE_BYTES,
    ONCE_BYTES,
    TOKEN_BYTES,
    Complaint,
    NarrativeError,
    check_narrative,
    normalise,
)
from observatory.errors import BadInputError
from observatory.tokens import token as tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from observatory.complaint.offices import Office
    from observatory.languages import Language

NARRATIVE = "narrative"
ONCE = "once"
TRAP = "website"
STEP = "step"
TOKEN = "token"  # noqa: S105  # a name

MONTHS_OFFERED = 36
BUTTONS_UP_TO = 2
OTHER_PLACE = ELSEWHERE.upper()

_ONCE = re.compile(r"[A-Za-z0-9_-]{43}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Choice:
    """One answer that a question offers."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """A facet as the form shows it.

    Attributes:
        facet: the facet asked for.
        label: the question in the reporter's language.
        groups: (heading or "", choices), in the order shown.
        buttons: whether the few answers are shown at once instead of in a list.
    """

    facet: Facet
    label: str
    groups: tuple[tuple[str, tuple[Choice, ...]], ...]
    buttons: bool

    def label_of(self, value: str) -> str | None:
        """Return the label of an answer, or None if the question does not offer it."""
        for _, choices in self.groups:
            for choice in choices:
                if choice.value == value:
                    return choice.label
        return None


@dataclass(frozen=True)
class Problem:
    """Something to put right before the report can go on.

    Attributes:
        code: which problem; the template has its sentence.
        field: name of the form's field.
        number: how many bytes, or which line.
        letters: about how many letters ``number`` bytes are.
    """

    code: str
    field: str = NARRATIVE
    number: int = 0
    letters: int = 0


def new_once() -> str:
    """Return a fresh random value for one form."""
    return urlsafe_b64encode(secrets.token_bytes(ONCE_BYTES)).rstrip(b"=").decode()


@dataclass(frozen=True)
class Draft:
    """A report being written.

    Attributes:
        narrative: the words, as they were typed.
        facets: answers, by the facet's code.
        once: random value of the form, which makes a resend count once.
        trap: what stands in the box that must stay empty.
        token: a bona fide token as text, as it was pasted while it is none; None where none are
            taken.
    """

    narrative: str = field(default="", repr=False)
    facets: Mapping[str, str] = field(default_factory=dict, repr=False)
    once: str = field(default_factory=new_once, repr=False)
    trap: str = field(default="", repr=False)
    token: str | None = field(default=None, repr=False)

    @property
    def complaint(self) -> Complaint:
        """The report in its canonical form."""
        return Complaint(normalise(self.narrative), dict(self.facets))

    @property
    def once_bytes(self) -> bytes:
        """The form's random value, which makes a resend count once."""
        return urlsafe_b64decode(self.once + "=")

    @property
    def token_bytes(self) -> bytes:
        """The token, or as many random bytes, so that the sealed size does not tell which.

        Where no tokens are taken: nothing.

        Raises:
            BadInputError: what was pasted is no token.
        """
        if self.token is None:
            return b""
        if not self.token:
            return secrets.token_bytes(TOKEN_BYTES)
        return tokens.from_text(self.token).to_bytes()


@lru_cache(maxsize=32)  # two days of every language
def questions(offices: tuple[Office, ...], today: date, language: Language) -> tuple[Question, ...]:
    """Return every question that can be asked: one a facet, in the list's order."""
    found = (_question(facet, offices, today, language) for facet in FACETS)
    return tuple(question for question in found if question.groups)


def _question(facet: Facet, offices: Sequence[Office], today: date, language: Language) -> Question:
    label = language.gettext(facet.label)
    if facet.kind == "month":
        return Question(facet, label, tuple(_months(today, language)), buttons=False)
    if facet.kind == "office":
        return Question(facet, label, tuple(_places(offices, language)), buttons=False)
    choices = tuple(Choice(value.code, language.gettext(value.label)) for value in facet.values)
    return Question(facet, label, (("", choices),), buttons=len(choices) <= BUTTONS_UP_TO)


def _months(today: date, language: Language) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    first = today.year * 12 + today.month - 1
    months = [divmod(first - back, 12) for back in range(MONTHS_OFFERED)]
    for year, group in groupby(months, key=lambda pair: pair[0]):
        yield (
            str(year),
            tuple(Choice(f"{y}-{m + 1:02d}", language.month(y, m + 1)) for y, m in group),
        )


def _places(
    offices: Sequence[Office], language: Language
) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    if not offices:
        return
    ordered = sorted(offices, key=lambda office: (office.region, office.name))
    for region, group in groupby(ordered, key=lambda office: office.region):
        yield region, tuple(Choice(office.code, office.name) for office in group)
    gettext = language.gettext
    yield "", (Choice(OTHER_PLACE, gettext("A place that is not in this list")),)


def read(
    fields: Mapping[str, str],
    asked: Sequence[Question],
    *,
    takes_tokens: bool = False,
    readable: bool = True,
) -> tuple[Draft, tuple[Problem, ...]]:
    """Return the draft that the posted fields hold, and what to put right.

    The draft always holds the reporter's words, whatever the problems.

    Args:
        fields: posted fields by name.
        asked: the questions of the form.
        takes_tokens: whether the form asks for a token; if not, none is read.
        readable: False if some bytes were not UTF-8 and were replaced.
    """
    words = fields.get(NARRATIVE, "").replace("\r\n", "\n").replace("\r", "\n")
    problems = [] if readable else [Problem("unreadable")]
    problems += _narrative_problems(words)
    facets, wrong = _answers(fields, asked)
    problems += wrong
    once = fields.get(ONCE, "")
    if not _ONCE.fullmatch(once):
        problems.append(Problem("stale"))
        once = new_once()
    trap = _CONTROL.sub("", fields.get(TRAP, ""))
    if trap:
        problems.append(Problem("trap", TRAP))
    token, none = _token(fields.get(TOKEN, "")) if takes_tokens else (None, [])
    problems += none
    return Draft(_CONTROL.sub("", words), facets, once, trap, token), tuple(problems)


def _token(pasted: str) -> tuple[str, list[Problem]]:
    """Return a pasted token in its one form; if it is none, as it is, and the problem.

    Whether an issuer signed it is not looked at here: a run finds out.
    """
    if not tokens.packed(pasted):
        return "", []
    try:
        return tokens.from_text(pasted).to_text(), []
    except BadInputError:
        return _CONTROL.sub("", pasted), [Problem("token", TOKEN)]


def _narrative_problems(words: str) -> list[Problem]:
    try:
        check_narrative(words)
    except NarrativeError as error:
        if error.code == "too_long":
            return [Problem(error.code, number=error.excess, letters=_letters(words, error.excess))]
        return [Problem(error.code, number=error.line)]
    return []


def _letters(words: str, excess: int) -> int:
    """Return how many letters must go from the end so that ``excess`` bytes are gone."""
    kept = normalise(words).encode()[:MAX_NARRATIVE_BYTES].decode("utf-8", "ignore")
    return len(normalise(words)) - len(kept) if excess > 0 else 0


def _answers(
    fields: Mapping[str, str], asked: Sequence[Question]
) -> tuple[dict[str, str], list[Problem]]:
    facets: dict[str, str] = {}
    problems: list[Problem] = []
    for question in asked:
        code = question.facet.code
        value = fields.get(code, "")
        if not value:
            continue
        if question.label_of(value) is None or not BY_CODE[code].accepts(value):
            problems.append(Problem("unknown_answer", code))
        else:
            facets[code] = value
    return facets, problems
