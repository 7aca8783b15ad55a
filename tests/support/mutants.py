"""The score of `make mutation`: of the changed lines that the types let pass, how many make a test fail."""

import json
import sys
from collections import Counter
from pathlib import Path

LEAST = 0.95
_SURVIVED, _KILLED, _TYPES = 0, {1, 3, -24, 36}, 37
"""How mutmut marks what became of a mutant; one that runs for ever (-24, 36) is stopped, and so noticed."""


def main() -> int:
    """Prints score and survivors; 1 when the score is too low, or when not every mutant was tried."""
    became: Counter[int | None] = Counter()
    survivors = []
    for file in sorted(Path("mutants/core").rglob("*.meta")):
        codes: dict[str, int | None] = json.loads(file.read_text())["exit_code_by_key"]
        became.update(codes.values())
        survivors += [name for name, code in codes.items() if code == _SURVIVED]
    killed = sum(became[code] for code in _KILLED)
    tried = killed + len(survivors)
    score = killed / tried if tried else 0.0
    print("\n".join(sorted(survivors)))
    print(f"{became[_TYPES]} mutants are type errors; of the {tried} others {killed} fail a test: {score:.1%}")
    print("why the survivors are left alone: tests/SURVIVORS.md")
    untried = became.total() - tried - became[_TYPES]
    if untried:
        print(f"{untried} were not tried to the end", file=sys.stderr)
    return int(score < LEAST or bool(untried))


if __name__ == "__main__":
    sys.exit(main())
