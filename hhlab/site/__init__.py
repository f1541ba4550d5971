"""The course as a folder of static files, which any web server can show: pages to read, and JupyterLab in the browser.

`pages` writes the pages, `lite` the part in which the notebooks run.
"""

import importlib.util
from pathlib import Path

NEEDED = ("jupyterlite_core", "latex2mathml", "nbconvert", "pdoc")
COURSE = "course"
"""The folder of the site in which the notebooks run."""


def build(folder: Path, pyodide: Path | None = None) -> None:
    """Write the site.

    Parameters
    ----------
    folder : where to; it is made if it is not there.
    pyodide : a folder with the files of Pyodide; without it they are fetched from where Pyodide publishes them.

    Raises
    ------
    ValueError
        If a package that makes the site is missing, or `lite` lacks something.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ValueError(f"what makes the site is not installed ({', '.join(missing)}): pip install 'hhlab[site]'")
    from . import lite, pages

    lite.write(folder / COURSE, pyodide)
    pages.write(folder)
