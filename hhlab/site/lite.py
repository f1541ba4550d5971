"""The part of the site in which the notebooks run: JupyterLite, with Python and this package in the browser."""

from pathlib import Path


def write(folder: Path, pyodide: Path | None = None) -> None:
    """Write JupyterLite with the notebooks to a folder.

    Parameters
    ----------
    folder : where to; it is made if it is not there.
    pyodide : a folder with the files of Pyodide; without it they are fetched from where Pyodide publishes them.
    """
    raise NotImplementedError
