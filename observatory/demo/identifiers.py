"""Made-up identifiers: names, firms, numbers.

Telephone numbers come from ranges kept for fiction where a country has one, e-mail addresses from
``example`` domains, account numbers from bank codes nobody has; check digits are right in most.
Names are built from syllables, a different one for each serial number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

# Split at import: as lists of strings these would fill a screen.
_HEADS: tuple[str, ...] = tuple(
    re.findall(
        r"\w+",
        "Bar Cal Dor Fen Gal Hov Jor Kel Lan Mar Nor Ost Pel Quer Ros Sal Tor Ul Var Wen Yal Zor "
        "Brel Cren Drav Fros Gri Kros Plen Stav",
    )
)
_MIDDLES: tuple[str, ...] = tuple(
    re.findall(r"\w+", "a e i o u an en in or al el ir as et om ar av ed il un")
)
_TAILS: tuple[str, ...] = tuple(
    re.findall(
        r"\w+",
        "dane vik mira tello rand beck quist lova nard thane wick mundo zana fort gard dini sky "
        "bourne lero nova rist tane vall dorf mont",
    )
)
_FIRST = {
    "en": "Adela Bram Corin Dessa Edmar Farida Gilbert Hanno Imre Joslyn Kwami Lorne Mabel Nils "
    "Orla Percy Quentin Rosalba Samir Tamsin Ursel Viktor Wilma Yusra Zeno Amadi Brigid Clement "
    "Doreen Ebo",
    "fr": "Aristide Bérénice Célestin Diane Évariste Fanta Gaspard Honorine Isidore Josette "
    "Kouamé Léonce Mireille Narcisse Odile Prosper Quentin Rosine Séverin Thècle Ursule Valère "
    "Wilfried Yvette Zénon Amadou Brice Clarisse Désiré Edwige",
    "es": "Abundio Belinda Cástulo Dalmira Eleuterio Fidelia Gervasio Hilaria Isauro Jacinta "
    "Liborio Maruja Nicanor Olalla Pancracio Quintín Rufina Saturnino Telma Ubaldo Venancio "
    "Wenceslao Yolanda Zacarías Amparo Benigno Crisanta Donato Elvira Froilán",
}
_TITLES = {
    "en": ("Mr", "Mrs", "Inspector", "Officer", "Chief"),
    "fr": ("M.", "Mme", "l'inspecteur", "l'agent", "le chef"),
    "es": ("el señor", "la señora", "el inspector", "el vista", "el jefe"),
}
_FIRMS = {
    "en": ("{} Freight Ltd", "{} & Sons Clearing", "{} Logistics", "{} Trading Co", "{} Shipping"),
    "fr": ("{} Transit SARL", "Ets {}", "{} Logistique SA", "Société {} et Fils", "{} Maritime"),
    "es": ("{} Aduanas SA", "Transportes {}", "{} Logística SL", "Comercial {}", "Naviera {}"),
}
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
KINDS = ("phone", "email", "account", "container", "plate", "declaration", "person", "firm")
_WEIGHTS = (17, 10, 6, 15, 13, 14, 17, 8)


def kind(rng: random.Random) -> str:
    """Choose a kind of identifier."""
    return rng.choices(KINDS, _WEIGHTS)[0]


def surname(serial: int) -> str:
    """Give the surname of a serial number; 15,000 follow before one comes again."""
    space = len(_HEADS) * len(_MIDDLES) * len(_TAILS)
    place = serial * 7919 % space  # 7919 is prime and shares no factor with the space
    place, head = divmod(place, len(_HEADS))
    tail, middle = divmod(place, len(_MIDDLES))
    return _HEADS[head] + _MIDDLES[middle] + _TAILS[tail]


def made_up(what: str, tag: str, serial: int, rng: random.Random) -> str:
    """Make one identifier of kind ``what`` in the manner of language ``tag``.

    Raises:
        KeyError: no such kind or language.
    """
    if what == "person":
        return _person(tag, serial, rng)
    if what == "firm":
        return rng.choice(_FIRMS[tag]).format(surname(serial))
    return {
        "phone": _phone,
        "email": _email,
        "account": _account,
        "container": _container,
        "plate": _plate,
        "declaration": _declaration,
    }[what](tag, serial, rng)


def _person(tag: str, serial: int, rng: random.Random) -> str:
    name = surname(serial)
    form = rng.random()
    if form < 0.4:
        return f"{rng.choice(_FIRST[tag].split())} {name}"
    if form < 0.6:
        return f"{rng.choice(_LETTERS)}. {name}"
    return f"{rng.choice(_TITLES[tag])} {name}"


def _digits(rng: random.Random, count: int) -> str:
    return f"{rng.randrange(10**count):0{count}d}"


def _phone(tag: str, _serial: int, rng: random.Random) -> str:
    # Ranges kept for drama: Ofcom (United Kingdom), NANP 555-01XX, ARCEP (France).
    fiction = {
        "en": (
            f"+44 7700 900{_digits(rng, 3)}",
            f"+1 202 555 01{_digits(rng, 2)}",
            f"07700 900 {_digits(rng, 3)}",
            f"020 7946 0{_digits(rng, 3)}",
        ),
        "fr": (
            f"+33 6 39 98 {_digits(rng, 2)} {_digits(rng, 2)}",
            f"06 39 98 {_digits(rng, 2)} {_digits(rng, 2)}",
            f"01.99.00.{_digits(rng, 2)}.{_digits(rng, 2)}",
        ),
        "es": (
            f"+34 600 000 {_digits(rng, 3)}",
            f"+1 305 555 01{_digits(rng, 2)}",
            f"900-555-{_digits(rng, 4)}",
            f"+52 55 5555 {_digits(rng, 4)}",
        ),
    }
    return rng.choice(fiction[tag])


def _email(_tag: str, serial: int, rng: random.Random) -> str:
    domain = rng.choice(("example.org", "example.com", "example.net", "mail.example"))
    shape = rng.choice(("{0}.{1}", "{0}{1}", "{1}_{0}", "{0}-{1}"))
    name = shape.format(surname(serial).lower(), rng.choice("abcdeghjklmnprst"))
    return f"{name}{rng.choice(('', str(rng.randrange(100))))}@{domain}"


def _account(tag: str, _serial: int, rng: random.Random) -> str:
    country, body = {
        "en": ("GB", f"ZZZZ000000{_digits(rng, 8)}"),
        "fr": ("FR", f"9999900000{_digits(rng, 11)}00"),
        "es": ("ES", f"99990000{_digits(rng, 12)}"),
    }[tag]
    # ISO 13616: letters become 10..35, country and check digits go last, mod 97 must be 1.
    number = "".join(str(int(sign, 36)) for sign in body + country + "00")
    plain = f"{country}{98 - int(number) % 97:02d}{body}"
    if rng.random() < 0.5:
        return plain
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def _container(_tag: str, _serial: int, rng: random.Random) -> str:
    body = "".join(rng.choices(_LETTERS, k=3)) + "U" + _digits(rng, 6)
    # ISO 6346: letters count from 10 and skip multiples of 11; weights are powers of two.
    values = [n for n in range(10, 39) if n % 11]
    total = sum(
        (values[ord(sign) - 65] if sign.isalpha() else int(sign)) << place
        for place, sign in enumerate(body)
    )
    check = total % 11 % 10 if rng.random() < 0.85 else rng.randrange(10)
    if rng.random() < 0.6:
        return f"{body}{check}"
    return f"{body[:4]} {body[4:]}{rng.choice(('-', ' '))}{check}"


def _plate(tag: str, _serial: int, rng: random.Random) -> str:
    pick = "".join(rng.choices(_LETTERS, k=5))
    forms = {
        "en": (
            f"{pick[:2]}{_digits(rng, 2)} {pick[2:5]}",
            f"{pick[:3]} {_digits(rng, 3)}{pick[3]}",
        ),
        "fr": (f"{pick[:2]}-{_digits(rng, 3)}-{pick[2:4]}", f"{_digits(rng, 4)} {pick[:2]} 01"),
        "es": (f"{_digits(rng, 4)} {pick[:3]}", f"{pick[:3]}-{_digits(rng, 3)}"),
    }
    return rng.choice(forms[tag])


def _declaration(tag: str, _serial: int, rng: random.Random) -> str:
    year = rng.randrange(23, 27)
    letter = rng.choice("CLIES")
    forms = {
        "en": (f"{letter} {_digits(rng, 5)}", f"{year}MX{_digits(rng, 10)}A{rng.randrange(10)}"),
        "fr": (f"{letter}{_digits(rng, 5)}", f"IM4 {_digits(rng, 6)}/{year}"),
        "es": (f"{year}{_digits(rng, 3)}IC04{_digits(rng, 6)}{letter}", f"DUA {_digits(rng, 7)}"),
    }
    return rng.choice(forms[tag])
