"""The way into `kartka`."""

import gc


def main() -> None:
    """The command, loaded without looks for garbage: what modules make stays, and looking through it again and again
    would be a fifth of the start. It is never looked through later either."""
    gc.disable()
    from adapters.app.cli import main as command

    gc.freeze()
    gc.enable()
    command()
