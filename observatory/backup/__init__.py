"""Backups: closed weeks only, each month under its own key, whole or refused."""
