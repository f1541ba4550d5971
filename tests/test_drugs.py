"""Blockers close a fraction of one kind of channel, and nothing else."""

import numpy as np
import pytest

import hhlab as hh
from hhlab.cells import Cell
from hhlab.drugs import BLOCKED, BLOCKS

KINDS = [hh.AfterpotentialCell, hh.Barnacle, hh.Neuron, hh.SinoatrialNode, hh.Squid, hh.ThalamicRelay, hh.Ventricle]


class Leaky(Cell):
    """A membrane with nothing but a leak."""

    dt = 0.01

    def _own_channels(self):
        return (hh.Channel("L", 0.3, -65.0),)


@pytest.mark.parametrize("fraction", [0, 0.25, 0.5, 1])
@pytest.mark.parametrize(("drug", "channel"), [("TTX", "Na"), ("TEA", "K")])
def test_a_fraction_is_blocked(cell, drug, channel, fraction):
    g = f"g_{channel}"
    treated = hh.blocked(cell, drug, fraction)
    assert treated == cell.replace(**{g: getattr(cell, g) * (1 - fraction)})
    assert cell.parameters()[g].value == type(cell)().parameters()[g].value


def test_what_is_blocked_carries_no_current():
    rec = hh.simulate(hh.blocked(hh.blocked(hh.Squid(), "TTX"), "TEA"), hh.Step(20))
    assert not rec.I["Na"].any()
    assert not rec.I["K"].any()
    assert hh.measure.spikes(rec).size == 0
    assert repr(rec.cell) == "Squid(g_Na=0, g_K=0)"


@pytest.mark.parametrize("drug", BLOCKS)
def test_every_drug_has_a_cell_to_act_on(drug):
    """Each of its targets is a channel of some cell of the course, or what a drug of that name stops."""
    known = {channel.name for kind in KINDS for channel in kind().channels} | set(BLOCKED)
    assert set(BLOCKS[drug]) <= known


def test_one_drug_may_block_several_channels():
    assert hh.blocked(hh.AfterpotentialCell(g_NaP=0.1), "TTX") == hh.AfterpotentialCell(g_Na=0, g_NaP=0)
    assert hh.blocked(hh.ThalamicRelay(), "cobalt", 0.5) == hh.ThalamicRelay(P_T=40)


def test_doses_add_up():
    twice = hh.blocked(hh.blocked(hh.Squid(), "TTX", 0.5), "TTX", 0.5)
    assert twice == hh.Squid(g_Na=30)


def test_ouabain_leaves_the_rest_of_the_pump():
    half = hh.blocked(hh.PumpCell(), "ouabain", 0.5)
    assert half == hh.PumpCell(ouabain=0.5)
    assert hh.blocked(half, "ouabain", 0.5).ouabain == pytest.approx(0.75)
    assert hh.simulate(half, None, 1).I["pump"][0] == pytest.approx(0.25)
    assert not hh.simulate(hh.blocked(half, "ouabain"), None, 1).I["pump"].any()


@pytest.mark.parametrize("share", [0.3, 1])
def test_pronase_leaves_a_share_that_inactivates(share):
    """As two kinds of channels side by side, one of them without the gate h."""
    treated = hh.blocked(hh.Squid(), "pronase", share)
    m = hh.Squid().channels[0].gates[0]
    two_kinds = hh.Squid(g_Na=120 * (1 - share)).plus(hh.Channel("open", 120 * share, 50, (m,)))
    whole, parts = (hh.simulate(each, hh.Shock(15), 20) for each in (treated, two_kinds))
    assert np.abs(whole.V - parts.V).max() < 1e-6
    assert whole.I["Na"] == pytest.approx(parts.I["Na"] + parts.I["open"], abs=1e-5)
    assert hh.blocked(treated, "pronase", 0.5).pronase == pytest.approx(1 - 0.5 * (1 - share))


def test_a_channel_of_one_s_own_can_be_blocked():
    cell = Leaky().plus(hh.Channel("K", 5, -77))
    assert hh.blocked(cell, "TEA", 0.2).g_K == pytest.approx(4)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((hh.PumpCell(), "pronase"), r"^pronase blocks an inactivation, which this PumpCell does not have$"),
        ((hh.Squid(), "TTY"), r"^hhlab knows no drug TTY; did you mean TTX\?$"),
        ((hh.Squid(), "coffee"), r"^hhlab knows no drug coffee; it has TTX, TEA, .*ouabain, pronase$"),
        ((hh.Squid(), ["TTX"]), r"^\['TTX'\] is not the name of a drug: give one such as 'TTX'$"),
        ((hh.Squid(), None), "^None is not the name of a drug"),
        ((hh.Squid(), "TTX", 1.01), r"^fraction = 1\.01 is outside 0 to 1: give a value in this range$"),
        ((hh.Squid(), "TTX", -0.1), r"^fraction = -0\.1 is outside"),
        ((hh.Squid(), "TTX", np.nan), r"^fraction = nan is outside"),
        ((hh.Squid(), "TTX", "all"), "^fraction = 'all' is not a number"),
        ((Leaky(), "TTX"), "^TTX blocks channel Na, which this Leaky does not have$"),
        ((hh.Squid(), "ouabain"), "^ouabain blocks the pump, which this Squid does not have$"),
        (("Squid", "TTX"), "^'Squid' is not a cell: give one such as"),
    ],
)
def test_what_cannot_be_blocked(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        hh.blocked(*given)
