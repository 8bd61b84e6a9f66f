"""What each language needs: one module a language, found by its tag.

A new analysis language is one module here that defines ``LANGUAGE``, plus its cues in the
catalogue and its allow-list.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from nlp.tokens import fold, plain, words

UNDETERMINED = "und"

# Shorter texts say too little about their language: they take the commonest one of the corpus.
_MINIMUM_WORDS = 3


@dataclass(frozen=True, slots=True)
class Language:
    """Word lists of one language; all words folded.

    Attributes:
        tag: BCP 47 tag.
        stop: words that carry no topic; never at the edge of a phrase.
        shared: words that most complaints share; weighed down, never a phrase alone.
        complaint: stems or words that tell a complaint from advertising.
        shop: words and phrases of selling, weighed by how sure they are (0 to 1).
        complaints: prototype sentences of complaints, own wording.
        adverts: prototype sentences of advertising, own wording.
    """

    tag: str
    stop: frozenset[str]
    shared: frozenset[str]
    complaint: frozenset[str]
    shop: dict[str, float] = field(hash=False)
    complaints: tuple[str, ...]
    adverts: tuple[str, ...]


def word_set(text: str) -> frozenset[str]:
    """A frozen set of the folded words of a literal."""
    return frozenset(fold(word) for word in text.split())


def weights(text: str) -> dict[str, float]:
    """Weights of phrases, from lines such as "0.9: free shipping, shop now"."""
    result = {}
    for line in text.strip().splitlines():
        weight, _, phrases = line.partition(":")
        result.update({phrase.strip(): float(weight) for phrase in phrases.split(",")})
    return result


@lru_cache(maxsize=1)
def available() -> tuple[str, ...]:
    """Tags of the languages that have a module, sorted."""
    return tuple(sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_")))


@lru_cache(maxsize=64)
def get(tag: str) -> Language | None:
    """The language of a tag, or None where it has no module."""
    if tag not in available():
        return None
    language = import_module(f"nlp.languages.{tag}").LANGUAGE
    assert isinstance(language, Language)  # noqa: S101  a programming error, not an input
    return language


@lru_cache(maxsize=1)
def everywhere() -> Language:
    """All languages at once, for a text whose own is undetermined."""
    known = [language for tag in available() if (language := get(tag)) is not None]
    return Language(
        tag=UNDETERMINED,
        stop=frozenset().union(*(each.stop for each in known)),
        shared=frozenset().union(*(each.shared for each in known)),
        complaint=frozenset().union(*(each.complaint for each in known)),
        shop={word: weight for each in known for word, weight in each.shop.items()},
        complaints=tuple(line for each in known for line in each.complaints),
        adverts=tuple(line for each in known for line in each.adverts),
    )


def of(tag: str) -> Language:
    """The language of a tag; all of them together where the tag has no module."""
    return get(tag) or everywhere()


def detect(texts: Sequence[str]) -> list[str]:
    """The language of each text: "en", "fr", ... or "und".

    ``py3langid`` reads texts of three words or more. It is unsure of a short title, so a guess
    under a probability of .9 (.5 from eight words on), or outside the languages that make up at
    least 1 in 50 of the sure guesses, becomes the language whose stop and shared words the text
    uses most, else the commonest. Each text's tag therefore leans on the corpus, but not on its
    order.
    """
    guesses = [_guess(text) for text in texts]
    sure = Counter(tag for tag, probability in guesses if probability >= 0.9)
    total = sum(sure.values())
    common = {tag for tag, count in sure.items() if count * 50 >= total}
    fallback = max(sorted(sure), key=lambda tag: sure[tag], default=UNDETERMINED)
    result = []
    for text, (tag, probability) in zip(texts, guesses, strict=True):
        if not words(text):
            result.append(UNDETERMINED)
        elif tag in common and probability >= (0.5 if len(words(text)) >= 8 else 0.9):
            result.append(tag)
        elif probability >= 0.999 and len(words(text)) >= 12:
            result.append(tag)  # a long, sure text of a rare language is what it seems
        else:
            result.append(_by_vocabulary(text) or fallback)
    return result


def _guess(text: str) -> tuple[str, float]:
    """Tag and probability of one text by py3langid; und where it is too short."""
    bare = plain(text)
    if len(words(bare)) < _MINIMUM_WORDS:
        return UNDETERMINED, 0.0
    tag, probability = _identifier().classify(bare.lower()[:2000])
    return str(tag), float(probability)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    build: Any = LanguageIdentifier.from_model_file
    return build(MODEL_FILE, norm_probs=True)


def _by_vocabulary(text: str) -> str | None:
    """The language whose stop, shared and complaint words occur most; None on a tie or none."""
    present = {fold(word) for word in words(text)}
    counts = sorted(
        (
            (len(present & (lang.stop | lang.shared | lang.complaint)), tag)
            for tag in available()
            if (lang := get(tag)) is not None
        ),
        reverse=True,
    )
    if not counts or counts[0][0] == 0 or (len(counts) > 1 and counts[0][0] == counts[1][0]):
        return None
    return counts[0][1]
