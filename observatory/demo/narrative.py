"""The words of a made-up report: blocks put in order, then spoiled as real hands spoil them.

A narrative is a core event of its code (or a short form of it) among openings, contexts,
consequences, habits, feelings and closings that all codes share, so that no word gives a code
away. Identifiers are written in last, so that spelling faults never touch them.
"""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.demo import planted, surface
from observatory.demo.identifiers import KINDS, kind, made_up
from observatory.demo.phrasebook import Phrasebook, Template, load_phrasebook
from observatory.demo.world import JUNK, NEW, POSITIVE, VAGUE, World

if TYPE_CHECKING:
    from observatory.demo.answers import Plan, Teller

MOST_WORDS = 250
_VERY_LONG = 180  # words
_LENGTHS = {
    "plain": (22, 85),
    "terse": (4, 22),
    "long": (100, 250),
    "angry": (25, 90),
    "broken": (14, 60),
    "sms": (8, 34),
    "letter": (45, 115),
}
_WAGES = {  # daily wages, from and to
    "under_day": (0.15, 0.95),
    "day_week": (1.0, 6.0),
    "week_month": (6.5, 26.0),
    "month_year": (28.0, 300.0),
    "over_year": (320.0, 2500.0),
}
_MORE = {"under_day": "day_week", "day_week": "week_month", "over_year": "over_year"}
_WAGE = 20.0  # in dollars or euros
_LONG = {"context": 3, "result": 2, "habit": 2, "loss": 3, "feeling": 2}  # of each, in long ones
_ORDER = (
    "opening", "context", "event", "second", "result", "habit", "loss", "noise", "feeling",
    "identified", "name", "closing",
)  # fmt: skip
_HINTED = 0.2  # of reports have a sentence with one of the catalogue's own words
_SMALL_TRADERS = "MO10"  # they carry baskets, so no containers, buyers or staff in their words
_PLACEHOLDER = re.compile("[\ue000-\ue0ff]")


@dataclass(frozen=True)
class Narrative:
    """A text and the identifiers it holds, word for word."""

    text: str
    identifiers: tuple[str, ...] = ()


def amount(band: str, book: Phrasebook, rng: random.Random) -> str:
    """Say an amount of the band of daily wages, in one of the language's currencies."""
    low, high = _WAGES[band or "day_week"]
    value = _WAGE * low * (high / low) ** rng.random()
    pattern, rate = rng.choice(book.raw["currencies"])
    value *= rate
    step = 10 ** max(0, len(str(int(value))) - (1 if rng.random() < 0.6 else 2))
    number = max(step, round(value / step) * step)
    said = f"{number:,}".replace(",", rng.choice(book.raw["thousands"]))
    return str(pattern).replace("#", said)


class Writer:
    """Writes narratives of one language.

    Args:
        tag: language of the phrasebook.
        world: its offices, so that a text may name the place, and who tells of what.
    """

    def __init__(self, tag: str, world: World) -> None:
        self.book = load_phrasebook(tag)
        self.offices = {office.code: office for office in world.offices}
        self.told_by_victims = {c for c, h in world.habits.items() if h.stance == "victim"}

    def write(self, plan: Plan, teller: Teller, rng: random.Random) -> Narrative:
        """Write the narrative of a report."""
        if plan.category == JUNK:
            return Narrative(self._junk(rng))
        given = self._given(plan, teller, rng)
        sections = self._sections(plan, teller, rng, given)
        if teller.codes and rng.random() < _HINTED:
            hint = rng.choice(self.book.hints[teller.codes[0]])
            sections["event"].append(self.book.sentence(hint, rng, given))
        if rng.random() < 0.15 and plan.category != POSITIVE:
            what = kind(rng)
            sections["identified"] = [self._sentence(f"identified_{what}", rng, given)]
        if plan.named:
            sections["name"] = [self._sentence("named", rng, given)]
        text = " ".join(" ".join(sections[part]) for part in _ORDER if part in sections)
        text = self._spoil(text, teller.register, rng)
        return self._with_identifiers(text, plan, rng)

    def flood(self, rng: random.Random) -> str:
        """Write one of a ring's near-duplicates."""
        return self._sentence("flood", rng, {"amount": amount("week_month", self.book, rng)})

    def _given(self, plan: Plan, teller: Teller, rng: random.Random) -> dict[str, str]:
        office = self.offices.get(plan.office)
        place = office.kind if office else rng.choice(("port", "border", "inland", "airport"))
        here = self.book.fill(rng.choice(self.book.slots[f"here_{place}"]), rng, {})
        if office and rng.random() < 0.15:
            here = office.name.split(" ")[0]
        goods = self.book.fill(rng.choice(self.book.slots[f"goods_{teller.sector}"]), rng, {})
        marks = {f"id_{what}": chr(0xE000 + at) for at, what in enumerate(KINDS)}
        marks["name"] = chr(0xE000 + len(KINDS))
        return {
            "here": here, "goods": goods, "amount": amount(teller.band, self.book, rng),
            "total": amount(_MORE.get(teller.band, "month_year"), self.book, rng), **marks,
        }  # fmt: skip

    def _sentence(self, section: str, rng: random.Random, given: dict[str, str]) -> str:
        return self.book.sentence(rng.choice(self.book.shared[section]), rng, given)

    def _event(self, code: str, side: str, rng: random.Random, given: dict[str, str]) -> str:
        voices = self.book.events[code]
        choice = voices.get("any", []) + voices.get(side, [])
        if side == "customs" and code in self.told_by_victims and "customs" in voices:
            choice = voices["customs"]  # the other lines speak as the one who was asked
        return self.book.sentence(rng.choice(choice), rng, given)

    def _core(
        self, plan: Plan, teller: Teller, rng: random.Random, given: dict[str, str]
    ) -> list[str]:
        category = plan.category
        if category == POSITIVE:
            return [self._sentence(f"positive_{teller.side}", rng, given)]
        if category == VAGUE:
            return [self._sentence("vague", rng, given)]
        code = category if category == NEW else teller.codes[0]
        if teller.register in {"terse", "sms"} and rng.random() < 0.5:
            return [self.book.sentence(rng.choice(self.book.events[code]["short"]), rng, given)]
        return [self._event(code, teller.side, rng, given)]

    def _sections(
        self, plan: Plan, teller: Teller, rng: random.Random, given: dict[str, str]
    ) -> dict[str, list[str]]:
        low, high = _LENGTHS[teller.register]
        target = low + (high - low) * rng.random() ** 1.3
        sections = {"event": self._core(plan, teller, rng, given)}
        further = self._further(teller, sections["event"][0], target, rng, given)
        if further:
            sections["second"] = further
        count = sum(len(text.split()) for part in sections.values() for text in part)
        for part, template in self._wanted(plan, teller, rng):
            if count >= target:
                break
            sentence = self.book.sentence(template, rng, given)
            if count + len(sentence.split()) > MOST_WORDS - 12:
                break
            sections.setdefault(part, []).append(sentence)
            count += len(sentence.split())
        return sections

    def _further(
        self,
        teller: Teller,
        first: str,
        target: float,
        rng: random.Random,
        given: dict[str, str],
    ) -> list[str]:
        """Tell of the second code, and in long letters of one or two further cases."""
        more = [("link", code) for code in teller.codes[1:]]
        if teller.register == "long" and teller.codes and teller.stance != "grave":
            more += [("again", teller.codes[0])] * (2 if target > _VERY_LONG else 1)
        told: list[str] = []
        for joint, code in more:
            link = self.book.fill(rng.choice(self.book.shared[joint]), rng, given)
            event = self._event(code, teller.side, rng, given)
            if event.split(" ", 1)[0].rstrip(",'") != "I":
                event = event[0].lower() + event[1:]
            again = joint == "again" and any(_alike(event, text) for text in (first, *told))
            if not again and not any(link in text for text in told):
                told.append(f"{link} {event}")
        return told

    def _wanted(self, plan: Plan, teller: Teller, rng: random.Random) -> list[tuple[str, Template]]:
        """List what may stand beside the event, most wanted first."""
        formal = teller.register in {"long", "letter"}
        names = {
            "opening": ["opening_formal" if formal else "opening"],
            "feeling": ["feeling_grave" if teller.stance == "grave" else "feeling"],
            "closing": ["closing_formal" if formal else "closing"],
        }
        if plan.category == POSITIVE:
            names["opening"] = [names["opening"][0] + "_good"]
            names["feeling"] = ["feeling_good"]
            names["closing"] = ["closing_good"]
        elif teller.stance != "grave":
            names["noise"] = ["noise"]
        if plan.category == NEW:
            names["habit"] = ["habit"]
        if teller.stance == "victim":
            names["context"] = ["context_victim", "context_victim"]
            names["result"] = [teller.outcome]
            names["habit"] = ["habit"]
            names["loss"] = ["loss", "loss"]
            if plan.category == _SMALL_TRADERS:
                names["context"] = ["context_small", "context_small"]
                names["loss"] = ["loss_small", "loss_small"]
        elif teller.stance == "witness":
            names["context"] = [f"context_{teller.side}", f"context_{teller.side}"]
            names["result"] = ["witness", "witness"]
            names["habit"] = ["habit"]
            names["loss"] = ["harm", "harm"]
        if teller.register == "long":
            for part, most in _LONG.items():
                names[part] = names.get(part, [])[:1] * most
        wanted = [
            (part, template)
            for part, sections in names.items()
            for name in dict.fromkeys(sections)
            for template in rng.sample(
                self.book.shared[name],
                min(sections.count(name), len(self.book.shared[name])),
            )
        ]
        weights = {"result": 2.0, "context": 1.3, "noise": 0.55, "opening": 0.8, "closing": 0.9}
        # Efraimidis and Spirakis: sort by u ** (1 / weight) for a weighted order.
        wanted.sort(key=lambda pair: -(rng.random() ** (1 / weights.get(pair[0], 1.0))))
        return wanted

    def _spoil(self, text: str, register: str, rng: random.Random) -> str:
        tag = self.book.tag
        if register == "broken":
            text = surface.broken(text, tag, rng)
        elif register == "sms":
            text = surface.message(text, tag, rng)
        elif register == "angry":
            text = surface.shout(text, rng)
        if rng.random() < 0.15:
            text = surface.misspell(text, tag, rng)
        if register != "sms" and rng.random() < 0.12:
            text = surface.bare(text)
        if rng.random() < (0.12 if register == "angry" else 0.025):
            text = text.upper()
        return text

    def _with_identifiers(self, text: str, plan: Plan, rng: random.Random) -> Narrative:
        held: list[str] = []

        def put(found: re.Match[str]) -> str:
            at = ord(found.group()) - 0xE000
            if at == len(KINDS):
                held.append(planted.NAME)
            else:
                held.append(made_up(KINDS[at], self.book.tag, plan.serial, rng))
            return held[-1]

        return Narrative(_PLACEHOLDER.sub(put, text), tuple(held))

    def _junk(self, rng: random.Random) -> str:
        how = rng.random()
        if how < 0.55:
            text = self._sentence("advert", rng, {"link": _link(rng)})
            if rng.random() < 0.5:
                text += " " + self._sentence("advert_tail", rng, {"link": _link(rng)})
            return text.upper() if rng.random() < 0.1 else text
        if how < 0.72:
            return " ".join(_link(rng) for _ in range(rng.choice((1, 1, 1, 2, 3))))
        if how < 0.86:
            return self._sentence("test", rng, {"nonsense": _nonsense(rng)})
        return _nonsense(rng)


def _alike(one: str, other: str) -> bool:
    """Tell whether two sentences come from one template."""
    words = set(one.lower().split())
    return len(words & set(other.lower().split())) > 0.5 * len(words)


def _link(rng: random.Random) -> str:
    word = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(5, 9)))
    name = rng.choice(("deals", "shop", "win", "promo", "casino", "loan", "media", "best", "vip"))
    tail = "".join(rng.choices(string.ascii_lowercase + string.digits, k=rng.randint(4, 10)))
    start = rng.choice(("http://", "https://", "www.", "https://www.", ""))
    return f"{start}{name}-{word}.example/{tail}"


def _nonsense(rng: random.Random) -> str:
    rows = ("asdfghjkl", "qwertyuiop", "zxcvbnm", string.ascii_lowercase, "0123456789")
    words = []
    for _ in range(rng.randint(1, 9)):
        row = rng.choice(rows)
        words.append("".join(rng.choices(row, k=rng.randint(2, 11))))
    return " ".join(words)
