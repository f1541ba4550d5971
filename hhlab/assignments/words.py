"""The sentences of `words.toml`, which students read about their answers."""

from ..texts import sentences

say = sentences(__file__)
"""The sentence of a name, such as "number.no_unit", with its values put in."""
