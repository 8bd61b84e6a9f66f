"""The command ``observatory``, from its first moment; ``python -m observatory`` is the same."""

from __future__ import annotations

import sys

from observatory import stopping
from observatory.errors import Exit


def main() -> None:
    """Load the command and run it; whoever stops it while it loads is told so, too."""
    try:
        stopping.allow()
        from observatory import cli

        stopping.check()  # an interrupt can get lost in what is loaded
    except KeyboardInterrupt:
        stopping.end()
        sys.stderr.write(f"\nobservatory: {stopping.STOPPED}\n")
        sys.exit(Exit.UNEXPECTED)
    cli.main()


if __name__ == "__main__":
    main()
