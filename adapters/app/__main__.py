"""`python -m adapters.app` is the command `kartka`."""

from adapters.app.cli import main

main()
