"""Modus operandi and measures, versioned, with sources."""
