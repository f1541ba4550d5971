"""Channels as data, and the library of published channels: a file for each ion, for the heart and for nodes of Ranvier.

To add a channel, publish its gates in one of these files; nothing else in the package has to change.
"""

from .calcium import HVA, RELAY_T, t_type
from .channel import Channel
from .frog import FROG_K, FROG_NA, FROG_P
from .heart import NODE_H, NODE_K, NODE_NA, NODE_S, VENTRICLE_NA, VENTRICLE_S, VENTRICLE_X1
from .library import Published, channel_table, library
from .mammalian_node import MAMMALIAN_NODE_K, MAMMALIAN_NODE_NA
from .potassium import BK, KV1, KV2, KV7, NEURON_K, SK, SQUID_K, traub_potassium
from .sodium import NAP, NEURON_NA, SQUID_NA, traub_sodium

__all__ = [
    "BK", "FROG_K", "FROG_NA", "FROG_P", "HVA", "KV1", "KV2", "KV7", "MAMMALIAN_NODE_K", "MAMMALIAN_NODE_NA",
    "NAP", "NEURON_K", "NEURON_NA", "NODE_H", "NODE_K", "NODE_NA", "NODE_S",
    "RELAY_T", "SK", "SQUID_K", "SQUID_NA", "VENTRICLE_NA", "VENTRICLE_S", "VENTRICLE_X1", "Channel", "Published",
    "channel_table", "library", "t_type", "traub_potassium", "traub_sodium",
]  # fmt: skip
