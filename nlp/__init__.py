"""Text to topics; knows no web, no database and no catalogue."""
