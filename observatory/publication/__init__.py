"""Documents and exports, made from Safe products and nothing else."""
