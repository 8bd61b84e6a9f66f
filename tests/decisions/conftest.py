"""Both sides at work: running the command, and signing with each side's first signer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from lowest_costs import LOWEST_COSTS

from crypto import passphrase
from crypto.signing import SigningKey
from observatory.cli import observatory
from observatory.decisions import signed_file
from observatory.decisions.founding import Founded

PASSPHRASE = "an old passphrase of nine words"


@pytest.fixture(autouse=True)
def _lowest_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "KDF", LOWEST_COSTS)


@pytest.fixture
def command(founded: Founded) -> Callable[..., str]:
    """Run a command on the instance of ``founded`` and return what it says, or raise its error."""

    def run(*arguments: object) -> str:
        done = CliRunner().invoke(
            observatory,
            ["--instance", str(founded.instance.folder), *map(str, arguments)],
            standalone_mode=False,
        )
        if done.exception is not None:
            raise done.exception
        return done.output

    return run


@pytest.fixture
def sign(founded: Founded) -> Callable[..., None]:
    """Sign a proposal for the given sides, both by default."""

    def signed(path: Path, *sides: str, number: int = 1) -> None:
        for side in sides or ("customs", "business"):
            file = founded.shares / f"{side}-signer-{number}.json"
            key = SigningKey.load(file, PASSPHRASE)
            signed_file.read(path).with_signature(key).write(path)

    return signed
