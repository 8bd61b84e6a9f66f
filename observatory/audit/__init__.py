"""The audit log: what was done, in a tree that only grows and whose heads both sides sign."""

from observatory.audit.entries import Entry, Kind
from observatory.audit.heads import Head
from observatory.audit.log import AuditLog
from observatory.audit.signed_heads import AuditError

__all__ = ["AuditError", "AuditLog", "Entry", "Head", "Kind"]
