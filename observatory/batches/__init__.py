"""Batches: closed sets carried from an intake host to the analysis host, as one signed file."""
