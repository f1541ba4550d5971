"""The pages of the site that are read: the front page, the notebooks, the guide for teachers."""

from pathlib import Path


def write(folder: Path) -> None:
    """Write the pages to a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
