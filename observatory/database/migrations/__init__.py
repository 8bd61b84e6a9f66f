"""Migrations, forward from every released version."""
