"""The texts of claims, verdicts and misconceptions, from the files beside this module that need no Python to write.

A text is found by the id that heads it in square brackets: the number of a claim, such as `[5]`, a misconception, such
as `[M1]`, or what `verdicts.toml` lists. An id stands in one file only and stays the same for ever. Wherever a line
ends inside three quotation marks, one space is read. A name in braces, such as `{number}`, is the place of a value.
"""

from pathlib import Path

from ..texts import TextFiles

HERE = Path(__file__).parent
MEASURED_IN = HERE / "measured.toml"
WORDING = TextFiles(*sorted(set(HERE.glob("*.toml")) - {MEASURED_IN}))
"""All texts by id."""
MEASURED = TextFiles(MEASURED_IN)
"""Measurements on real cells, a list for each claim, by its number."""
