"""Members' pages: what many reports say together, and how to read it."""
