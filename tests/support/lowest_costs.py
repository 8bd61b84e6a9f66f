"""The lowest costs of stretching that a file may state.

Stretching is slow on purpose; tests that are not about it take the least.
"""

LOWEST_COSTS = {"iterations": 1, "lanes": 1, "memory_kib": 1024}
