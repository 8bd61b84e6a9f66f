"""``python -m observatory`` is the command ``observatory``."""

from observatory.cli import main

main()
