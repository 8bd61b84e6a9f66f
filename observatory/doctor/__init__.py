"""The doctor: what on this machine would undo the promises, and what to change."""
