"""The course as a folder of static files, which any web server can show: pages to read, and JupyterLab in the browser.

`pages` writes the pages, `lite` the part in which the notebooks run.
"""

from pathlib import Path

COURSE = "course"
"""The folder of the site in which the notebooks run."""


def build(folder: Path, pyodide: Path | None = None) -> None:
    """Write the site.

    Parameters
    ----------
    folder : where to; it is made if it is not there.
    pyodide : a folder with the files of Pyodide; without it they are fetched from where Pyodide publishes them.
    """
    from . import lite, pages

    pages.write(folder)
    lite.write(folder / COURSE, pyodide)
