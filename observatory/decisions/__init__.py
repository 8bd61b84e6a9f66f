"""What both sides do together: found an observatory, open a run."""
