"""How the command `hhlab` begins: in a Python that imports only what is installed, whatever the current folder holds.

Until that is so, nothing is imported here that Python has not loaded already.
"""

import os
import site
import sys


def main() -> int:
    """Run the command; its exit code. A Python that would import from elsewhere is replaced by one that does not."""
    if sys.flags.ignore_environment and sys.flags.safe_path:
        from .cli import main as run

        return run()
    if not sys.flags.safe_path:
        del sys.path[0]
    return _again([sys.executable, *_isolated(), "-m", "hhlab", *sys.argv[1:]])


def _isolated() -> list[str]:
    """The options of such a Python; processes that it starts for its own work inherit them.

    What users install for themselves alone is out of its reach, unless this package is part of that.
    """
    own = bool(site.ENABLE_USER_SITE) and __file__.startswith(os.path.join(str(site.USER_SITE), ""))
    text = ["-X", "utf8"] if sys.flags.utf8_mode else []
    return [*(["-E", "-P"] if own else ["-I"]), *(["-B"] if sys.flags.dont_write_bytecode else []), *text]


def _again(command: list[str]) -> int:
    """Become another program; where this cannot be, wait for its exit code."""
    if os.name == "posix":
        os.execv(command[0], command)
    import subprocess

    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 1


if __name__ == "__main__":
    sys.exit(main())
