# ruff: noqa: E501  (a pattern is read best on one line)
"""Scrubbing: whatever points at one person, firm, vehicle or consignment leaves the text.

Recall comes first: a number is scrubbed by its shape, and a wrong check digit never saves it
(a reporter who mistypes a container number still names that container). Amounts of money and
dates are no identifiers and stay. Names of people are not found here: the phrase door deals with
them by an allow-list, which fails closed.

Every pattern is bounded and starts only where a word starts, so the time is linear in the text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nlp.tokens import fold

_CURRENCIES = (
    "rs|inr|usd|eur|gbp|cfa|fcfa|f\\.?cfa|xaf|xof|ngn|ghs|kes|ksh|kshs|tzs|ugx|zar|mzn|aoa|brl|cop|mxn|pen|gtq|"
    "ars|clp|crowns?|coronas?|couronnes?|frs?|chf|mad|dzd|tnd|egp|xcd|rupees?|ruppees?|rupaye|dollars?|euros?|pounds?|francs?|naira|cedis?|shillings?|"
    "rand|pesos?|soles|quetzales|lempiras|reais|kwanzas?|meticais|dirhams?|dinars?|lakhs?|lacs?|"
    "crores?|millions?|millones|milh[õo]es|thousand|mille?|bucks"
)
_AMOUNT = r"\d{1,12}(?:[.,' \u00a0\u202f]\d{2,3}){0,5}(?:[.,]\d{1,2})?"
_TOP = (
    "com|org|net|info|biz|edu|gov|int|mil|io|co|ai|app|dev|me|tv|eu|uk|us|in|fr|es|pt|de|it|nl|be|ch|at|"
    "br|mx|ar|cl|pe|gt|cm|ci|sn|ng|gh|ke|tz|ug|za|ma|tn|dz|eg|ru|cn|jp|kr|au|nz|ca|pl|cz|se|no|dk|fi|"
    "gr|ro|hu|ie|lk|bd|pk|ae|sa|tr|ir|site|online|shop|store|xyz|club|link|top|pro|live|mobi|ly|gl|be"
)
_INDIA = (
    "AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|"
    "SK|TN|TR|TS|UK|UP|WB"
)
_NUMBERED = (
    "no|nos|num|nr|n°|nº|number|num[ée]ro|n[úu]mero|ref|r[ée]f|reference|r[ée]f[ée]rence|referencia|file|dossier|"
    "expediente|declaration|d[ée]claration|declaraci[óo]n|declara[çc][ãa]o|pedimento|dum|duca|dua|sad|entry|"
    "bill of entry|be|shipping bill|manifest|b/?l|awb|lta|invoice|facture|factura|fatura|plate|"
    "receipt|quittance|recibo|permit|licen[cs]e|passport|passeport|pasaporte|badge|matricule|"
    "account|acct|a/c|compte|cuenta|conta|card|id|token|application|appl|seal|container|truck|vehicle"
)

# Order matters: at one place the first that fits wins, and what stays comes before what goes.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("keep_token", r"⟨[a-z]{1,20}⟩"),
    ("url", r"(?<![^\W_])(?:https?://|ftp://|www\.)[^\s<>⟨⟩\"]{1,2000}"),
    ("email", r"(?<![\w.%+-])[\w.%+'-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
    (
        "email",
        r"(?<![\w.%+-])[\w.%+-]{1,64}\s?[\[(]\s?(?:at|arobase|arroba)\s?[\])]\s?[\w.-]{1,80}",
    ),
    ("email", r"(?<![\w.%+-])[\w.%+-]{1,64}\sat\s[\w-]{1,63}\sdot\s(?:com|org|net|fr|in|es)\b"),
    ("handle", r"(?<![\w.])@(?=[\w.]{0,37}[^\W\d]{3})[\w.]{2,40}"),
    (
        "url",
        rf"(?<![\w.@-])(?:[a-z0-9-]{{1,63}}\.){{1,5}}(?<=[a-z0-9-]{{3}}\.)(?:{_TOP})(?![\w.-]\w)(?:/[^\s<>⟨⟩\"]{{0,500}})?",
    ),
    ("address", r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\d)"),
    ("address", r"(?<![\w:])(?:[0-9a-f]{1,4}[:-]){5,7}[0-9a-f]{1,4}(?![\w:])"),
    (
        "keep_money",
        rf"(?<!\w)(?:(?:{_CURRENCIES})\.?\s?:?\s?|[$€£¥₹₦]\s?){_AMOUNT}(?:/[-=]+|/(?!\w))?(?:k|m|bn)?(?!\w)",
    ),
    (
        "keep_money",
        rf"(?<![\w.,]){_AMOUNT}(?:k|m|bn)?\s?(?:/[-=]+\s?)?(?:(?:{_CURRENCIES}|(?-i:F))(?![^\W_])|[$€£¥₹₦%])",
    ),
    ("keep_money", r"(?<![\w.,/-])[1-9]\d{0,2}(?:\.\d{3}){0,3}\.000(?![\w,/-]|[ .-]\d)"),
    ("keep_money", r"(?<![\w.,/-])\d{1,12}(?:,\d{2,3}){0,5}/[-=]{1,2}(?!\w)"),
    ("keep_money", r"(?<![\w.,/-])\d{1,3}(?:,\d{2,3}){1,5}(?:\.\d{1,2})?(?![\w,]|[-/.]\d)"),
    (
        "keep_date",
        r"(?<![\w./-])(?:\d{1,2}([-/.])\d{1,2}\1(?:19|20)?\d{2}|(?:19|20)\d{2}([-/.])\d{1,2}\2\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?(?![\w/-])",
    ),
    ("keep_date", r"(?<![\w./-])(?:19|20)\d{2}\s?[-/–]\s?(?:(?:19|20)\d{2}|\d{2})(?![\w/-])"),
    ("keep_range", r"(?<![\w.,/-])[1-9]\d{1,5}\s[-–]\s?[1-9]\d{0,5}00(?![\w,/-]|[ .-]\d)"),
    ("keep_size", r"(?<!\w)\d{1,5}\s?[x*×]\s?\d{1,5}(?!\w)"),
    (
        "masked",
        r"(?<!\w)[xX]{2,}(?:[\s/.-]{1,2}(?:[xX]{2,}|\d{2,4}(?=[/.-]|\s?[xX]{2})))*(?:/\d{2,4})?(?!\w)",
    ),
    ("imo", r"(?<!\w)IMO[\s:.#-]{0,3}(?:no|number|n°|nº)?[\s:.#-]{0,3}\d{6,8}(?!\w)"),
    ("container", r"(?<!\w)[A-Z]{3}[\s-]?[UJZR][\s-]?\d{3}[\s-]?\d{3}[\s-]?\d?(?!\w)"),
    (
        "iban",
        r"(?<!\w)[A-Z]{2}\d{2}(?:[A-Z0-9]{10,30}|(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,4})?)(?!\w)",
    ),
    ("declaration", r"(?<!\w)\d{2}[A-Z]{2}[A-Z0-9]{12,15}(?!\w)"),
    (
        "plate",
        rf"(?<!\w)(?-i:(?:{_INDIA}))[ .-]{{0,2}}\d{{1,2}}[ .-]{{0,2}}(?-i:[A-Z]{{0,3}})[ .-]{{0,2}}\d{{3,4}}(?!\w)",
    ),
    (
        "plate",
        r"(?<!\w)(?-i:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{3} ?\d{3}[A-Z]|[A-Z]{3}-\d{3,4}|\d{3,4}[ -][A-Z]{3}|[A-Z]{3}[ -]\d{2,4}[A-Z]|\d{1,4}[ -][A-Z]{2,3}[ -]\d{2})(?!\w)",
    ),
    ("entry", rf"(?<!\w)(?-i:[A-Z])[ -]?\d{{4,6}}(?!\w|[.,]\d|\s?(?:{_CURRENCIES})(?!\w))"),
    ("entry", r"(?<!\w)(?-i:DUA|DUM|DUCA|SAD|MRN|DAU|DI|DDU|BL|AWB|LTA)[ -]?\d{4,16}(?!\w)"),
    ("plate", r"(?<!\w)(?-i:[A-Z]{1,3})[ -]\d{2,5}[ -](?-i:[A-Z]{1,3})(?:[ -]\d{1,3})?(?!\w)"),
    (
        "numbered",
        rf"(?<!\w)(?:{_NUMBERED})[.:#]?\s?(?:no|number|n°|nº)?[.:#]?\s?[#:]?\s?(?:[A-Z]{{1,5}}[ /-]?)?\d[\dA-Z/.-]{{3,40}}(?!\w|\s?(?:{_CURRENCIES})(?!\w))",
    ),
    (
        "keep_money",
        r"(?<![\w.,/+-])[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3}){0,2}[ \u00a0\u202f]?000(?![\w,/-]|[ .-]\d)",
    ),
    ("keep_money", r"(?<![\w.,/+-])[1-9]\d{3,5}0{3}(?![\w,/-]|[ .-]\d)"),
    (
        "phone",
        r"(?<![\w.])(?<!\d[,/])(?:\+|\(\+?)?\d(?:[\s().–/-]{0,3}\d){6,17}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w])",
    ),
    ("number", r"(?<![\w.,])\d(?:[ .-]?\d){6,60}(?!\w)"),
    ("number", r"(?<!\w)\d{7,200}"),
    ("reference", r"(?<![^\W_])[A-Z0-9]{1,40}(?:[-/_][A-Z0-9]{1,40}){0,8}(?![^\W_])"),
)


@lru_cache(maxsize=1)
def _scanner() -> tuple[re.Pattern[str], tuple[str, ...]]:
    """All patterns as one alternation, so that a text is read once."""
    parts, kinds = [], []
    shift = 0
    for position, (kind, pattern) in enumerate(_PATTERNS):
        own = re.compile(pattern, re.IGNORECASE).groups
        offset = shift + 1
        parts.append(f"(?P<k{position}>{_renumber(pattern, offset)})")
        kinds.append(kind)
        shift += own + 1
    return re.compile("|".join(parts), re.IGNORECASE), tuple(kinds)


def _renumber(pattern: str, offset: int) -> str:
    """Back references moved by the groups before a pattern in the alternation."""
    return re.sub(r"\\([12])(?!\d)", lambda m: f"\\{int(m.group(1)) + offset}", pattern)


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A text without identifiers, and how many of each kind were found."""

    text: str
    found: Mapping[str, int]


def scrub(text: str) -> Scrubbed:
    """Replace identifiers by placeholders such as "⟨phone⟩"; masked runs (XXXX) are dropped.

    Scrubbing twice gives the same text as scrubbing once.
    """
    found: Counter[str] = Counter()
    # A replacement can put what stood around it side by side; three passes settle it in practice,
    # and the bound keeps the time linear whatever the text.
    for _ in range(6):
        scrubbed, counts = _scan(text)
        found += counts
        if scrubbed == text:
            break
        text = scrubbed
    return Scrubbed(text, dict(sorted(found.items())))


def _scan(text: str) -> tuple[str, Counter[str]]:
    """One pass over a text."""
    pattern, kinds = _scanner()
    found: Counter[str] = Counter()
    shouted = sum(c.isupper() for c in text) > 2 * sum(c.islower() for c in text)

    def replacement(match: re.Match[str]) -> str:
        assert match.lastgroup is not None  # noqa: S101  every alternative is a named group
        kind = kinds[int(match.lastgroup[1:])]
        if kind.startswith("keep") or not _is_identifier(kind, match.group(), shouted=shouted):
            return match.group()
        kind = "reference" if kind in {"numbered", "entry"} else kind
        found[kind] += 1
        return " " if kind == "masked" else f"⟨{kind}⟩"

    return pattern.sub(replacement, text), found


def _is_identifier(kind: str, found: str, *, shouted: bool) -> bool:
    """Whether what a pattern found is an identifier after all."""
    digits = sum(c.isdigit() for c in found)
    if kind == "plate":
        return _is_plate(found, shouted=shouted)
    if kind == "url":
        return "/" in found or fold(found.split(".")[-2]) not in _words()
    if kind == "entry":
        return not (found[0] in "IA" and not found[1].isalpha() and found.endswith("00")) and (
            found[1].isalpha() or not found.endswith("000")
        )
    if kind == "iban":
        return digits >= 6
    if kind == "declaration":
        return digits >= 5
    if kind == "container":
        return found[:3].isupper() or (digits >= 7 and fold(found[:4]) not in _words())
    if kind == "phone":
        return digits >= 7
    if kind == "numbered":
        return _is_numbered(found)
    if kind == "reference":
        return _is_reference(found, digits)
    return True


def _is_numbered(found: str) -> bool:
    """A number after "file", "licence" and the like, unless it looks like a price of it."""
    number = found.rsplit(maxsplit=1)[-1]
    marked = re.search(r"(?:\b(?:nos?|num|number|ref)\b|[#:°º])", found, re.IGNORECASE)
    mixed = any(c.isalpha() for c in number) and _ORDINAL.fullmatch(number) is None
    return bool(marked or mixed or not number.rstrip("/-.").endswith("00"))


def _is_plate(found: str, *, shouted: bool) -> bool:
    """Not "RS 500 TO" nor "OF 200 BY": letter groups that are words or units are no plate."""
    letters = re.findall(r"[A-Za-z]+", found)
    indian = letters[0] in _INDIA.split("|")
    if indian and len(letters) > 1 and found[-4:].isdigit():
        return True
    if re.fullmatch(r"[A-Z]{2}-\d{3}-[A-Z]{2}", found):
        return True
    if re.fullmatch(
        r"[A-Z]{2}\d{2} ?[A-Z]{3}", found
    ):  # British: only words tell it from an amount
        return fold(letters[0]) != "rs" and fold(letters[1]) not in _words()
    if any(fold(group) in _units() for group in letters):
        return False
    if any(len(group) > 1 and fold(group) in _small_words() for group in letters):
        return False
    if len(letters) == 1:
        return len(letters[0]) == 3 or indian or found[0].isdigit()
    if len(letters[-1]) > 1 and fold(letters[-1]) in _words():
        return False
    return not (shouted and " " in found and len(letters[-1]) == 3)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Words of all languages that a pattern must not take for a part of an identifier."""
    from nlp.languages import everywhere

    every = everywhere()
    return every.stop | every.shared | every.complaint


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    from nlp.languages import get

    english = get("en")
    return _units() | (english.stop if english is not None else frozenset())


def _units() -> frozenset[str]:
    return frozenset(
        [
            "rs",
            "inr",
            "usd",
            "eur",
            "gbp",
            "cfa",
            "xaf",
            "xof",
            "rc",
            "gst",
            "fir",
            "noc",
            "kg",
            "km",
            "hrs",
            "cc",
            "mt",
        ]
    )


_MIXED = re.compile(r"[A-Za-z]+|\d+")
_ORDINAL = re.compile(
    r"\d+(?:st|nd|rd|th|er|e|eme|ème|o|a|am|pm|h|hrs?|kg|kgs|km|kms|tons?|mt|cc|ft|cm|mm|gb|mg|ml|yrs?|rs|inr|k|lakhs?|lacs?|cr)",
    re.IGNORECASE,
)


def _is_reference(found: str, digits: int) -> bool:
    """A letter and digit mixture long enough to name one thing; words, years and sizes are not."""
    if not any(c.isalpha() for c in found):
        return digits >= 7 and not re.fullmatch(r"(?:\d{1,4}[/-]){1,2}\d{1,4}", found)
    if _ORDINAL.fullmatch(found) or digits < 4:
        return False
    parts = _MIXED.findall(found)
    longest = max((len(part) for part in parts if part.isdigit()), default=0)
    wordy = [part for part in parts if part.isalpha() and len(part) >= 4]
    if _GLUED_WORDS.fullmatch(found) and not found.isupper():
        return False
    year = re.fullmatch(r"[A-Za-z]+[-_/]?(?:19|20)\d\d|(?:19|20)\d\d[-_/]?[A-Za-z]+", found)
    if year is not None and not found.isupper():
        return False
    if wordy and digits < 6 and longest < 5 and not any(sep in found for sep in "-/_"):
        return False  # an amount glued to a word: "paid500rupees", "rs5000only"
    return _money_glued(found) is None


_GLUED_WORDS = re.compile(
    r"\d{1,6}[-_/]?(?:(?:as|for|to|and|per|in|by|from|only|is|was|de|pour|por|para|of)|[a-zA-Z]{4,})(?:[-_/][a-zA-Z]{3,})*"
)
_GLUED = re.compile(
    rf"(?:(?:{_CURRENCIES})\d{{1,9}}[a-z]*|\d{{1,9}}(?:{_CURRENCIES})[a-z]*)", re.IGNORECASE
)


def _money_glued(found: str) -> re.Match[str] | None:
    return _GLUED.fullmatch(found)


def kinds() -> Iterator[str]:
    """The kinds that :func:`scrub` counts, each once."""
    return iter(
        sorted(
            {kind for kind, _ in _PATTERNS if not kind.startswith("keep")} - {"numbered", "entry"}
        )
    )
