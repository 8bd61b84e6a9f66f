"""Who may come in: the roll by passkey, the matrix of rights, sessions; no one else."""
