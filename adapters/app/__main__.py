"""`python -m adapters.app` is the command `kartka`."""

from adapters.app.start import main

main()
