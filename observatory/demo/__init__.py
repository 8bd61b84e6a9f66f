"""A made-up corpus and its answer key."""
