"""One-time sign-in links of a made-up instance; only a hash of each is kept, as a file's name."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING

from observatory.errors import NotAllowedError, ResourceError

if TYPE_CHECKING:
    from pathlib import Path

    from observatory.instance import Instance

FOLDER = "access"
LINK_SECONDS = 24 * 60 * 60


def one_time_path(instance: Instance) -> str:
    """Make a path of the members' pages that signs in once, within a day.

    Raises:
        NotAllowedError: the instance holds real reports; its members sign in otherwise.
        ResourceError: the instance's folder cannot be written.
    """
    if not instance.made_up:
        raise NotAllowedError(
            "A sign-in link opens made-up instances only. Members of a real observatory sign in "
            "with passkeys, which this version does not have yet."
        )
    token = secrets.token_urlsafe(32)
    path = _path(instance.folder, token)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise ResourceError(
            f"The sign-in link cannot be kept in {path.parent}: {error.strerror}."
        ) from error
    return f"/sign-in?token={token}"


def redeem(folder: Path, token: str) -> bool:
    """Use up a link's token; True the first time and within its day.

    Removing the file decides: of two at once, one fails.
    """
    path = _path(folder, token)
    try:
        made = path.stat().st_mtime
        path.unlink()
    except OSError:
        return False
    return time.time() - made < LINK_SECONDS


def _path(folder: Path, token: str) -> Path:
    return folder / FOLDER / hashlib.sha256(token.encode()).hexdigest()
