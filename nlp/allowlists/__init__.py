"""Words that may be shown, one list a language; see README.md for sources and licences."""
