"""Building blocks of one language, compiled: templates with choices and slots.

A template is a line of text in which ``[a|b]`` chooses one branch (branches nest and may be
empty) and ``{slot}`` is filled from the phrasebook's slots or by the caller.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from observatory.demo.world import read_yaml

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

MARK = "\x00"  # stands before what a choice or slot put in, for the joints below

Mended: TypeAlias = "str | Callable[[re.Match[str]], str]"

_VOWEL = "[haeiouyâàéèêëîïôûœHAEIOUYÂÉÈÊÎÔ]"
_JOINTS: dict[str, tuple[tuple[re.Pattern[str], Mended], ...]] = {
    "en": ((re.compile(rf"\b([Aa]) {MARK}+(?=[aeioAEIO])"), r"\1n "),),
    "fr": (
        (re.compile(rf"\b([Dd])e {MARK}+les "), r"\1es "),
        (re.compile(rf"\b([Dd])e {MARK}+le "), r"\1u "),
        (re.compile(rf"\b([àÀ]) {MARK}+les "), lambda f: "Aux " if f[1] == "À" else "aux "),
        (re.compile(rf"\b([àÀ]) {MARK}+le "), lambda f: "Au " if f[1] == "À" else "au "),
        (re.compile(rf"\b([DdLlJjNnSs]|[Qq]u|[Ll]orsqu|[Pp]uisqu)e {MARK}+(?={_VOWEL})"), r"\1'"),
    ),
    "es": (
        (re.compile(rf"\b([Dd])e {MARK}+el "), r"\1el "),
        (re.compile(rf"\b([Aa]) {MARK}+el "), r"\1l "),
        (re.compile(rf"\by {MARK}+(?=[iI])"), "e "),
    ),
}
_AFTER_STOP = re.compile(rf"([.!?][\"»]? ){MARK}+([^\W\d_])")
_STOPPED = re.compile(r"[.!?…][\"»)]?$")
_SPACES = re.compile(r"\s+")
_BEFORE = re.compile(r"\s+([,.;!?])")
_TOKEN = re.compile(r"[\[\]|{}]")


class Template:
    """One compiled template: a sequence of text, slots and choices."""

    __slots__ = ("parts",)

    def __init__(self, source: str) -> None:
        self.parts, end = _sequence(source, 0, inside=False)
        if end != len(source):
            raise ValueError(f"unbalanced brackets in {source!r}")

    def render(
        self, rng: random.Random, slots: Mapping[str, list[Template]], given: Mapping[str, str]
    ) -> str:
        """Fill the template once.

        Raises:
            KeyError: a slot is neither given nor known.
        """
        out: list[str] = []
        _render(self.parts, rng, slots, given, out)
        return "".join(out)


Part = str | tuple[str] | list["Any"]


def _sequence(source: str, at: int, *, inside: bool) -> tuple[list[Part], int]:
    """Parse up to the end, or to the ``|`` or ``]`` that closes a branch."""
    parts: list[Part] = []
    while at < len(source):
        found = _TOKEN.search(source, at)
        stop = found.start() if found else len(source)
        if stop > at:
            parts.append(source[at:stop])
        if not found:
            return parts, stop
        sign = found.group()
        if sign == "[":
            choice, at = _choice(source, stop + 1)
            parts.append(choice)
        elif sign == "{":
            close = source.index("}", stop)
            parts.append((source[stop + 1 : close],))
            at = close + 1
        elif inside:
            return parts, stop
        else:
            raise ValueError(f"stray {sign!r} in {source!r}")
    return parts, at


def _choice(source: str, at: int) -> tuple[list[Any], int]:
    branches = []
    while True:
        branch, at = _sequence(source, at, inside=True)
        branches.append(branch)
        if at >= len(source):
            raise ValueError(f"unclosed choice in {source!r}")
        at += 1
        if source[at - 1] == "]":
            return branches, at


def _render(
    parts: list[Part],
    rng: random.Random,
    slots: Mapping[str, list[Template]],
    given: Mapping[str, str],
    out: list[str],
) -> None:
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, tuple):
            out.append(MARK)
            name = part[0]
            if name in given:
                out.append(given[name])
            else:
                options = slots[name]
                _render(options[int(rng.random() * len(options))].parts, rng, slots, given, out)
        else:
            out.append(MARK)
            _render(part[int(rng.random() * len(part))], rng, slots, given, out)


class Phrasebook:
    """All blocks of one language.

    Attributes:
        slots: named lists of small templates.
        events: code -> voice ("any", "business", "customs", "short") -> templates.
        hints: code -> sentences that hold a word of the catalogue.
        shared: section -> templates, sections named as in the YAML file.
        raw: everything else in the file, as read.
    """

    def __init__(self, tag: str, raw: dict[str, Any]) -> None:
        self.tag = tag
        self.slots = {name: _templates(lines) for name, lines in raw["slots"].items()}
        for name, lines in raw["goods"].items():
            self.slots[f"goods_{name}"] = _templates(lines)
        self.events = {
            code: {voice: _templates(lines) for voice, lines in voices.items()}
            for code, voices in raw["events"].items()
        }
        self.hints = {code: _templates(lines) for code, lines in raw["hints"].items()}
        self.shared = {name: _templates(lines) for name, lines in raw["shared"].items()}
        self.raw = raw

    def fill(self, template: Template, rng: random.Random, given: Mapping[str, str]) -> str:
        """Fill a template and mend the joints of the language; no capital is added."""
        text = template.render(rng, self.slots, given)
        for pattern, mended in _JOINTS.get(self.tag, ()):
            text = pattern.sub(mended, text)
        text = _AFTER_STOP.sub(lambda found: found[1] + found[2].upper(), text)
        text = _SPACES.sub(" ", text.replace(MARK, "")).strip()
        return _BEFORE.sub(r"\1", text)

    def sentence(self, template: Template, rng: random.Random, given: Mapping[str, str]) -> str:
        """Fill a template as a sentence: a capital first, a full stop where none is."""
        text = self.fill(template, rng, given)
        if not text:
            return text
        return text[0].upper() + text[1:] + ("" if _STOPPED.search(text) else ".")


def _templates(lines: str) -> list[Template]:
    """Compile a block of lines, one template a line."""
    return [Template(line.strip()) for line in lines.splitlines() if line.strip()]


@lru_cache(maxsize=8)
def load_phrasebook(tag: str) -> Phrasebook:
    """Load the blocks of a language ("en", "fr", "es")."""
    return Phrasebook(tag, read_yaml(Path(__file__).parent / "blocks" / f"{tag}.yaml"))
