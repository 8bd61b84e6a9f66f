"""Who may come in. For now: a one-time sign-in link, and on a made-up instance only."""
