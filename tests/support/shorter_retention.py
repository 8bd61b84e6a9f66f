"""A policy that keeps less, signed by both sides and in force: for tests of what retention does."""

from crypto.sides import SIDES
from crypto.signing import SigningKey
from observatory import policy
from observatory.audit import Kind
from observatory.instance import Instance

PASSPHRASE = "an old passphrase of nine words"


def keep_only(instance, shares, months):
    """Put a policy in force that keeps reports for so many months; return the instance anew."""
    rules = instance.policy.proposal(retention_months=months)
    keys = [SigningKey.load(shares / f"{side}-signer-1.json", PASSPHRASE) for side in SIDES]
    after = instance.policy.followed_by(rules, [key.sign(rules) for key in keys])
    after.write(instance.folder / policy.FILE_NAME)
    facts = {"policy": after.fingerprint, "version": after.version}
    instance.audit.record(Kind.POLICY_INSTALLED, facts)
    return Instance.open(instance.folder)
