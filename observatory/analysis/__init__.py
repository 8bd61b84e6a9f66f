"""One run, pure: an iterable of envelopes in, Raw products out."""
