"""Registers: facts that people enter, apart from reports; both sides decide on each."""
