"""The database edge: declarative base, engine and migrations; each room owns its models."""
