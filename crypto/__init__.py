"""Sealing, custody and signing; knows no web and no database."""
