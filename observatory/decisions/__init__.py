"""What both sides decide: the policy they sign, and the opening of a run."""
