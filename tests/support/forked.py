"""The command `kartka`, loaded once: each run is a fork of this process, as fresh as a new one but for the loading.

Reads a JSON object a line (words, folder, environment, the files for its three streams), answers with the exit code.
"""

import json
import os
import sys
import traceback
from typing import Any

from adapters.app.cli import main


def run(asked: dict[str, Any]) -> None:
    """In the child: the command, as the program runs it, then the end of the process."""
    code: object = 1
    try:
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        for number, (path, flags) in enumerate(
            zip(asked["streams"], (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)
        ):
            os.dup2(os.open(path, flags), number)
        sys.stdin = os.fdopen(0, closefd=False)
        sys.argv = ["kartka", *asked["words"]]
        main()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
