"""`python -m vrrl` is the tool, where the wheel has it."""

import os
import pathlib
import sys


def main() -> None:
    tool = pathlib.Path(__file__).with_name("vrrl-tool")
    if not tool.exists():
        sys.exit("vrrl: this package has no tool in it. Fix: install the wheel that `make wheel` builds.")
    os.execv(tool, ["vrrl", *sys.argv[1:]])


if __name__ == "__main__":
    main()
