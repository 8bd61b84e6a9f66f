"""Bona fide tokens: they prove "a trader" or "an official" and nothing more (docs/tokens.md)."""
