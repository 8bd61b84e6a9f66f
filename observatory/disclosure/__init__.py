"""The only door from Raw to Safe."""
