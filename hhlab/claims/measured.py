"""What was measured on real cells, to stand beside the numbers of the model: a text for each claim that has any."""

from pathlib import Path
from typing import Any

from ..texts import read

FILE = Path(__file__).with_name("measured.toml")


def _sentences(sentence: str, **by_claim: list[dict[str, Any]]) -> dict[int, str]:
    """All measurements of a claim as one text, by the number of the claim."""
    return {
        int(number): " ".join(" ".join(sentence.format(**each) for each in measurements).split())
        for number, measurements in by_claim.items()
    }


MEASURED = _sentences(**read(FILE))
"""The text by the number of a claim."""
