"""The Joint Integrity Observatory: the service."""
