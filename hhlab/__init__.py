"""hhlab: take the action potential apart.

Units everywhere: mV, ms, uA/cm2, mS/cm2, uF/cm2, mM, degC; cm along an axon, um for diameters. Outward current is
positive.
"""

# A public name is imported when it is first used, so `import hhlab` takes no time, and `hhlab doctor` works where a
# package is broken. The list of names is `__init__.pyi`, which type checkers and editors read as well.

# Nor is any other module imported here: under `python -m hhlab`, the current folder is first among the places where
# Python looks for modules, until `__main__` has seen to that.


def _home() -> dict[str, str | None]:
    """The module of each public name; None where the name is a module itself."""
    import ast
    import pathlib

    listed = ast.parse(pathlib.Path(__file__).with_suffix(".pyi").read_text("utf-8"))
    return {each.name: line.module for line in listed.body if isinstance(line, ast.ImportFrom) for each in line.names}


def __getattr__(name: str) -> object:
    import importlib

    home = _home()
    if name == "__all__":
        found: object = sorted(home)
    elif name in home:
        module = importlib.import_module(f".{home[name] or name}", __name__)
        found = getattr(module, name) if home[name] else module
    else:
        raise AttributeError(f"hhlab has no {name}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(_home())
