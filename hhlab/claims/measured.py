"""What was measured on real cells, in words, to stand beside the numbers of the model."""

from collections.abc import Mapping, Sequence
from typing import Any

SENTENCE = "Measured: {quantity}: {value} {unit} ({conditions}). Source: {source}; read in {read_at}."


def measured_in_words(measurements: Sequence[Mapping[str, Any]]) -> str:
    """All measurements that stand beside a claim as one text; "" without any."""
    return " ".join(" ".join(SENTENCE.format(**each) for each in measurements).split())
