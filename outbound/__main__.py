"""`python -m outbound` is `outbound`."""

from outbound.cli import main

main()
