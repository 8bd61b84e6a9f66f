"""Cues: phrases by which people tell of a known practice, found as they are really written.

Words are folded and lightly stemmed; small gaps and one slip of the pen in longer words are
forgiven.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nlp.languages import Language, everywhere, get
from nlp.tokens import fold, folded, stem

_GAP = 2  # words that may stand between two content words of a cue
_SLIP = 6  # letters from which one slip is forgiven


@dataclass(frozen=True, slots=True)
class Definition:
    """What a code means and how people say it.

    Attributes:
        code: short identifier.
        name: a few words.
        text: one sentence.
        cues: by language tag, phrases people use.
        weak: folded cues that say too little alone.
        examples: sentences as people tell it, in any language.
    """

    code: str
    name: str
    text: str
    cues: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weak: frozenset[str] = frozenset()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue ready for matching: stems in order, and which gaps are allowed between them."""

    column: int
    stems: tuple[str, ...]
    strength: float
    exact: bool


def prepare(definitions: Sequence[Definition], tag: str) -> Iterator[Cue]:
    """The cues of one language, ready for matching."""
    language = get(tag) or everywhere()
    for column, definition in enumerate(definitions):
        weak = {" ".join(folded(cue)) for cue in definition.weak}
        for cue in definition.cues.get(tag, ()):
            row = folded(cue)
            content = [word for word in row if word not in language.stop and len(word) > 1]
            if not row:
                continue
            exact = len(content) < 2 and len(row) > 1
            chosen = row if exact else (content or row)
            strength = 0.2 if " ".join(row) in weak else _strength(content, language, exact=exact)
            yield Cue(column, tuple(stem(word) for word in chosen), strength, exact)


def _strength(content: Sequence[str], language: Language, *, exact: bool) -> float:
    """What a cue is worth by its words that complaints do not share anyway."""
    telling = [w for w in content if w not in language.shared and w not in language.complaint]
    if exact:
        return 0.5
    if not telling:
        return 0.2 if len(content) < 2 else 0.4
    return 0.5 if len(telling) == 1 and len(content) > 1 else 0.6


Index = Mapping[str, list[Cue]]


def by_first(cues: Iterator[Cue]) -> dict[str, list[Cue]]:
    """Cues by their first stem."""
    index: dict[str, list[Cue]] = defaultdict(list)
    for cue in cues:
        index[cue.stems[0]].append(cue)
    return dict(index)


def all_cues(index: Index) -> Iterator[Cue]:
    """Every cue of an index."""
    for cues in index.values():
        yield from cues


def matches(row: list[tuple[str, ...]], cues: Index) -> Iterator[Cue]:
    """Cues that occur in a text: their stems in order, with small gaps unless exact."""
    for start, readings in enumerate(row):
        for reading in readings:
            for cue in cues.get(reading, ()):
                if _follows(row, start, cue):
                    yield cue


def _follows(row: list[tuple[str, ...]], start: int, cue: Cue) -> bool:
    """Whether the rest of a cue stands after its first stem."""
    place = start
    for wanted in cue.stems[1:]:
        reach = 1 if cue.exact else 1 + _GAP
        ahead = range(place + 1, min(place + 1 + reach, len(row)))
        found = next((i for i in ahead if wanted in row[i]), None)
        if found is None:
            return False
        place = found
    return True


class Reader:
    """Reads a text as stems of the cues' vocabulary, forgiving one slip in longer words."""

    def __init__(self, vocabulary: set[str]) -> None:
        self._known = vocabulary
        self._slips: dict[str, set[str]] = defaultdict(set)
        for word in vocabulary:
            if len(word) >= _SLIP:
                for form in _deletions(word):
                    self._slips[form].add(word)
        self._reading = lru_cache(maxsize=100_000)(self._read)

    def read(self, text: str) -> list[tuple[str, ...]]:
        """For each word the cue stems it may stand for; () where it is none."""
        return [self._reading(word) for word in folded(text)]

    def _read(self, word: str) -> tuple[str, ...]:
        own = stem(fold(word))
        if own in self._known:
            return (own,)
        if len(own) < _SLIP or word in _familiar():
            return ()
        near = set(self._slips.get(own, ()))
        for form in _deletions(own):
            near |= self._slips.get(form, set())
            if form in self._known and len(form) >= _SLIP:
                near.add(form)
        return tuple(sorted(w for w in near if w[0] == own[0] and _one_slip(own, w)))


@lru_cache(maxsize=1)
def _familiar() -> frozenset[str]:
    """Words that are themselves words, so no slip for another ("charge" is not "change")."""
    every = everywhere()
    return every.stop | every.shared | every.complaint


def _deletions(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter was added, dropped or changed, or two neighbours were swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) == len(b):
        odd = [i for i in range(len(a)) if a[i] != b[i]]
        swapped = (
            len(odd) == 2
            and odd[1] == odd[0] + 1
            and a[odd[0]] == b[odd[1]]
            and a[odd[1]] == b[odd[0]]
        )
        return len(odd) == 1 or swapped
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
