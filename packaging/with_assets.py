"""Setuptools' build backend, which builds no wheel without the built style sheets and scripts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403  # PEP 517: this module is the backend

STATIC = Path(__file__).parents[1] / "observatory/static"


def build_wheel(*arguments: Any, **settings: Any) -> str:
    """Build a wheel, once every asset is there and is the one that was listed.

    Raises:
        SystemExit: an asset is missing or differs; ``make assets`` builds them.
    """
    sums = STATIC / "SHA256SUMS"
    if not sums.is_file():
        raise SystemExit("observatory/static holds no built assets. Run: make assets")
    for line in sums.read_text("utf-8").splitlines():
        digest, name = line.split(maxsplit=1)
        asset = STATIC / name
        if not asset.is_file() or hashlib.sha256(asset.read_bytes()).hexdigest() != digest:
            raise SystemExit(f"observatory/static/{name} is not the built one. Run: make assets")
    wheel: str = build_meta.build_wheel(*arguments, **settings)
    return wheel
