"""Locked shares: a custodian's words under the custodian's own passphrase, the heading clear.

A file alone is then of no use, whoever copies it before it is printed. The heading is bound to the
words: a file whose heading was edited does not open.
"""

from __future__ import annotations

import base64
import json
import textwrap

from crypto import passphrase as passphrases
from crypto import shares
from crypto.passphrase import LockError, PassphraseError
from crypto.shares import ShareError
from observatory.custody.heading import read_heading
from observatory.custody.sheets import ShareSheet, between

FORMAT = "jio-locked-share/v1"
START, END = "locked:", "end of lock"
PADDED_BYTES = 384
"""The words are padded to this, so that the file's length tells nothing about them."""

_COLUMNS = 64

_TEXT = """\
JOINT INTEGRITY OBSERVATORY
Share of one custodian, locked under the custodian's own passphrase.

{heading}

Locked:
{locked}
End of lock

WHAT TO DO
1. Take this file with you, on a medium of your own, and have it deleted here.
2. Print its words on a machine that is on no network, and lock the paper away:
     observatory key sheet {name}.txt sheet.pdf
   If both the file's passphrase and the paper are lost, so is this share.
3. Compare the root above with that of the other custodians now, and with the
   one that is shown before each run. If they differ, the rules or the signers
   were exchanged: stop, and unlock nothing.
4. For a run, bring this file and its passphrase, or the paper.
5. If it is lost, or file and passphrase were seen by others, tell both sides.
"""


def lock(sheet: ShareSheet, passphrase: str) -> str:
    """Return the text of a file that holds a sheet's words under a passphrase.

    Raises:
        ShareError: the passphrase is too short.
    """
    padded = sheet.share.mnemonic.encode().ljust(PADDED_BYTES)
    try:
        locked = passphrases.lock(padded, passphrase, sheet.heading.to_json(FORMAT))
    except PassphraseError as error:
        raise ShareError(f"{sheet.heading.name}: {error}") from error
    secret = json.dumps({name: locked[name] for name in ("kdf", "cipher")}, sort_keys=True)
    coded = base64.b64encode(secret.encode()).decode()
    return _TEXT.format(
        heading=sheet.heading.to_text(FORMAT),
        locked="\n".join(textwrap.wrap(coded, _COLUMNS)),
        name=sheet.heading.name,
    )


def unlock(text: str, passphrase: str, *, label: str) -> ShareSheet:
    """Return the sheet that :func:`lock` locked; ``label`` names it in messages.

    Raises:
        ShareError: no locked share, a wrong passphrase, or altered.
    """
    head, body = between(text, START, END, label)
    heading = read_heading(head, label)
    try:
        locked = json.loads(base64.b64decode("".join(body), validate=True))
        bound = heading.to_json(FORMAT)
        padded = passphrases.unlock({**locked, **bound}, passphrase)
    except PassphraseError as error:
        raise ShareError(f"{label}: {error}.") from None
    except (LockError, ValueError, TypeError, RecursionError):
        raise ShareError(
            f"{label}: the locked words cannot be read; give the file as it was handed out."
        ) from None
    return ShareSheet(label, shares.parse(padded.decode(), label), heading)
