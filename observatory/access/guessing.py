"""Guessing: whether a password is among the first ten thousand million that somebody would try.

The package zxcvbn is asked, which asks nobody: it carries 30,000 passwords of stolen lists, the
commonest words and names of English, and keyboards, and counts what it takes to come upon a
password by putting those together, dates, repeats and figures for letters included. Source:
Wheeler (2016), zxcvbn: Low-Budget Password Strength Estimation, USENIX Security.
"""

from __future__ import annotations

import re

from zxcvbn import zxcvbn

FEWEST_GUESSES = 10**10
"""What zxcvbn calls very unguessable: no quick work even for whoever took the database."""
LOOKED_AT = 72
"""Characters that are judged: longer ones take too long, and the first alone must do."""

_ALSO = (
    "passwort motdepasse contrasena contraseña senha пароль йцукен qwertzuiop azertyuiop "
    "abcdefgh abcdefghijkl changeme customs customer douane aduana alfandega таможня observatory "
    "observatoire observatorio integrity integrite integridad jointintegrity "
    "jointintegrityobservatory customspassword mypassword newpassword thepassword passphrase "
    "correcthorsebatterystaple iloveyousomuch"
)
"""This place's words and keyboards, and what the package's lists leave out."""


def soon_guessed(password: str, person: str) -> bool:
    """Tell whether a password takes fewer than :data:`FEWEST_GUESSES` guesses.

    Args:
        password: as normalised.
        person: the pseudonym, which whoever guesses may know.
    """
    known = [*_ALSO.split(), person]
    # With and without what parts its words: a famous sentence is one guess however it is written.
    spellings = (password, re.sub(r"[\s_.-]", "", password))
    return any(
        zxcvbn(one[:LOOKED_AT], user_inputs=known)["guesses"] < FEWEST_GUESSES for one in spellings
    )
