"""The two sides, in the order of their share groups."""

from __future__ import annotations

from typing import Literal

Side = Literal["customs", "business"]
SIDES: tuple[Side, Side] = ("customs", "business")
