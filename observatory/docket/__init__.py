"""The docket: proposals with the approvals that came in, as they were given.

Nothing that stands here is believed: whoever acts on it verifies every proof again.
"""

from observatory.docket.store import MOST_PROPOSALS, Docket, Proposal

__all__ = ["MOST_PROPOSALS", "Docket", "Proposal"]
