"""hhlab: take the action potential apart.

Units everywhere: mV, ms, uA/cm2, mS/cm2, uF/cm2, mM, degC; cm along an axon, um for diameters. Outward current is
positive.
"""

# A public name is imported when it is first used, so `import hhlab` takes no time, and `hhlab doctor` works where a
# package is broken. The list of names is `__init__.pyi`, which type checkers and editors read as well.

import ast
import importlib
import pathlib

_LIST = ast.parse(pathlib.Path(__file__).with_suffix(".pyi").read_text("utf-8"))
_HOME = {each.name: line.module for line in _LIST.body if isinstance(line, ast.ImportFrom) for each in line.names}
"""The module of each public name; None where the name is a module itself."""

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"hhlab has no {name}")
    module = importlib.import_module(f".{_HOME[name] or name}", __name__)
    found = getattr(module, name) if _HOME[name] else module
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
