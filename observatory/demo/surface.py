"""What hands do to words: misspellings, capitals, lost accents, message style, broken grammar.

All functions take and give a text; characters of the private use area (placeholders of
identifiers) pass through unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_WORD = re.compile(r"[^\W\d_]{4,}")
_NEAR = {
    "a": "s", "b": "v", "c": "v", "d": "f", "e": "r", "f": "g", "g": "h", "h": "j", "i": "o",
    "j": "k", "k": "l", "l": "k", "m": "n", "n": "m", "o": "p", "p": "o", "r": "t", "s": "d",
    "t": "y", "u": "i", "v": "b", "w": "e", "x": "c", "y": "u", "z": "x",
}  # fmt: skip
_HABITS = {
    "en": (
        ("ei", "ie"), ("receipt", "reciept"), ("customs", "custums"), ("officer", "oficer"),
        ("officer", "officier"), ("receive", "recieve"), ("their", "there"), ("goods", "good"),
        ("container", "contener"), ("clearance", "clearence"), ("definitely", "definately"),
        ("until", "untill"), ("because", "becoz"), ("which", "wich"), ("inspector", "inspecter"),
        ("declaration", "declartion"), ("warehouse", "warehose"), ("tt", "t"), ("ss", "s"),
        ("than", "then"), ("government", "goverment"), ("again", "agian"), ("paid", "payed"),
    ),
    "fr": (
        ("ç", "c"), ("mm", "m"), ("douane", "douanne"), ("inspecteur", "inspécteur"),
        ("reçu", "ressu"), ("toujours", "toujour"), ("marchandise", "marchandize"),
        ("conteneur", "containeur"), ("c'est", "ses"), ("payer", "payé"), ("demandé", "demander"),
        ("bureau", "buro"), ("dossier", "dosier"), ("quelque", "quelle que"), ("sans", "sens"),
        ("ph", "f"), ("nn", "n"), ("eau", "au"), ("parce que", "parceque"), ("ces", "ses"),
    ),
    "es": (
        ("v", "b"), ("b", "v"), ("hac", "ac"), ("hab", "ab"), ("cc", "c"), ("qu", "k"),
        ("aduana", "haduana"), ("ll", "y"), ("contenedor", "contenedro"), ("recibo", "resivo"),
        ("hasta", "asta"), ("dij", "dig"), ("ce", "se"), ("z", "s"), ("exp", "esp"),
        ("oficial", "ofisial"), ("porque", "por que"), ("había", "abia"), ("gi", "ji"),
    ),
}  # fmt: skip
_SHORT = {
    "en": {
        "you": "u", "are": "r", "please": "pls", "because": "bcoz", "and": "n", "to": "2",
        "before": "b4", "with": "wit", "the": "d", "people": "ppl", "customs": "cstms",
        "container": "cont", "for": "4", "officer": "ofcr", "tomorrow": "tmrw", "your": "ur",
        "money": "mony", "something": "sth", "they": "dey", "without": "w/out",
    },
    "fr": {
        "que": "ke", "pour": "pr", "avec": "avc", "vous": "vs", "nous": "ns", "pas": "pa",
        "quand": "kan", "toujours": "tjrs", "beaucoup": "bcp", "dans": "ds", "c'est": "c",
        "tout": "tt", "parce": "pcq", "argent": "argen", "j'ai": "g", "bureau": "buro",
        "sans": "ss", "quelqu'un": "qqn", "même": "mm", "fait": "fé",
    },
    "es": {
        "que": "q", "por": "x", "para": "pa", "porque": "xq", "también": "tb", "de": "d",
        "con": "cn", "aduana": "adu", "tengo": "tngo", "dinero": "dnero", "cuando": "cdo",
        "mucho": "mxo", "siempre": "smpre", "nada": "na", "está": "sta", "hacer": "acer",
        "bueno": "bno", "mañana": "mñn", "todo": "to", "quiere": "kiere",
    },
}  # fmt: skip
_DROPPED = {
    "en": re.compile(r"\b(?:the|a|an|was|were|is|are|have|has|had|of) ", re.IGNORECASE),
    "fr": re.compile(r"(?<!['\w])(?:le|la|les|de|du|des|un|une|ne|à) ", re.IGNORECASE),
    "es": re.compile(r"\b(?:el|la|los|las|de|del|un|una|a|que|se) ", re.IGNORECASE),
}
_BENT = {
    "en": {
        "asked": "ask", "told": "tell", "wanted": "want", "said": "say", "came": "come",
        "gave": "give", "did not": "no", "does not": "not", "cannot": "no can", "took": "take",
        "paid": "pay", "called": "call", "refused": "refuse", "went": "go", "their": "they",
        "goods": "the goods", "money": "moneys", "very": "too much", "nobody": "no any person",
    },
    "fr": {
        "m'a demandé": "il demander moi", "nous a": "a nous", "j'ai": "moi j'ai", "ont": "a",
        "sont": "est", "étaient": "était", "nous avons": "nous on a", "refuse": "refuser",
        "demande": "demander", "voulait": "veut", "disait": "dit", "pendant": "dans",
        "personne": "pas personne", "beaucoup": "trop", "cela": "ça là", "nos": "notre",
    },
    "es": {
        "me pidió": "él pedir a mí", "nos pidieron": "ellos pide", "tenía": "tiene",
        "estaba": "está", "pidió": "pide", "dijo": "dice", "quería": "quiere", "nuestra": "nuestro",
        "pagué": "yo pago", "pagamos": "nosotros paga", "fue": "es", "eran": "es", "muy": "mucho",
        "nadie": "ningún persona",
    },
}  # fmt: skip


def misspell(text: str, tag: str, rng: random.Random) -> str:
    """Misspell one word in twelve or so, in the ways of the language and of keyboards."""
    habits = [pair for pair in _HABITS[tag] if pair[0] in text]
    for wrong in rng.sample(habits, k=min(len(habits), rng.randint(1, 3))):
        text = text.replace(*wrong, rng.randint(1, 2))
    words = list(_WORD.finditer(text))
    spoiled = rng.sample(words, k=min(len(words), max(1, len(words) // 14)))
    for word in sorted(spoiled, key=lambda found: -found.start()):
        text = text[: word.start()] + _slip(word.group(), rng) + text[word.end() :]
    return text


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    how = rng.randrange(4)
    if how == 0:  # two letters change places
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if how == 1:  # one is lost
        return word[:at] + word[at + 1 :]
    if how == 2:  # one is doubled
        return word[:at] + word[at] + word[at:]
    return word[:at] + _NEAR.get(word[at], word[at]) + word[at + 1 :]


def bare(text: str) -> str:
    """Take the accents away, as keyboards without them do."""
    split = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))


def message(text: str, tag: str, rng: random.Random) -> str:
    """Write as a telephone message: small letters, few stops, short forms for some words."""
    short = _SHORT[tag]
    words = [
        short[word] if word in short and rng.random() < 0.55 else word
        for word in text.lower().split(" ")
    ]
    text = " ".join(words)
    stop = rng.choice((" ", " ", ".. ", ", "))
    text = re.sub(r"[.;!] +", stop, text).rstrip(".")
    return bare(text) if rng.random() < 0.7 else text


def broken(text: str, tag: str, rng: random.Random) -> str:
    """Write as one who learned the language late: small words lost, verbs unbent."""
    text = _DROPPED[tag].sub(lambda found: "" if rng.random() < 0.38 else found.group(), text)
    for right, bent in _BENT[tag].items():
        if right in text and rng.random() < 0.7:
            text = re.sub(rf"\b{right}\b", bent, text)
    return text


def shout(text: str, rng: random.Random) -> str:
    """Put an angry person's marks on a text: exclamations and a few capitals."""
    text = re.sub(r"\.(?= |$)", lambda _: rng.choice((".", ".", "!", "!!", "...")), text)
    words = text.split(" ")
    for at, word in enumerate(words):
        if len(word) > 4 and rng.random() < 0.06:
            words[at] = word.upper()
    return " ".join(words)
