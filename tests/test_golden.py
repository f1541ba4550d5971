"""Ring 4: traces of a day on which all other rings passed. A change here needs a reason.

`python tests/test_golden.py` writes the file anew, with today's date.
"""

import datetime
import json
from pathlib import Path

import pytest

import hhlab as hh

FILE = Path(__file__).with_name("golden.json")
SAMPLES = slice(0, None, 100)
TRACES = {
    "squid, pulse": lambda: hh.simulate(hh.Squid(), hh.Step(20), 30),
    "squid, 18.5 degC, train": lambda: hh.simulate(hh.Squid(T=18.5), hh.Train(40, 1, 0.3, 7.7, 4), 30),
    "squid, shock off the grid, n held": lambda: hh.simulate(hh.Squid(), hh.Shock(15, 1.2345), 20, freeze="n"),
    "squid, ramp, h reset": lambda: hh.simulate(hh.Squid(), hh.Ramp(8, 1, 9, hold=20), 30, reset={"Na.h": 21.5}),
    "neuron with Kv1.1 and Kv2.1": lambda: hh.simulate(hh.Neuron(g_Kv1=3, g_Kv2=5), hh.Step(20, 1, 20), 40),
    "afterpotentials": lambda: hh.simulate(hh.AfterpotentialCell(), hh.Step(12, 1, 1), 60),
    "burster without SK": lambda: hh.simulate(hh.AfterpotentialCell.burster().replace(g_SK=0), hh.Step(15, 1, 1), 60),
    "relay cell, rebound": lambda: hh.simulate(hh.ThalamicRelay(), hh.Step(-1, 0, 100), 300),
    "barnacle": lambda: hh.simulate(hh.Barnacle(), hh.Step(100, 5, 300), 400),
    "barnacle, saddle-node": lambda: hh.simulate(hh.Barnacle.saddle_node(), hh.Step(50, 5, 300), 400),
    "beta cell": lambda: hh.simulate(hh.BetaCell(), None, 8000, every=5),
    "sino-atrial node": lambda: hh.simulate(hh.SinoatrialNode(), None, 800),
    "ventricle": lambda: hh.simulate(hh.Ventricle(), hh.Step(25, 10, 2), 400, every=4),
    "squid with pumps": lambda: hh.simulate(hh.SquidWithPumps(diameter=1), hh.Train(60, 1, 0.2, 10, 3), 40),
    "axon, two impulses meet": lambda: hh.propagate(
        hh.Axon(length=5), [(hh.Step(800, 0.2, 0.2), 0.0), (hh.Step(800, 0.2, 0.2), 5.0)], t_stop=5
    ).at(2.0),
    "myelinated axon": lambda: hh.propagate(hh.MyelinatedAxon(), hh.Step(6000, 0.1, 0.1), t_stop=3).at(1.0),
}


@pytest.mark.parametrize("name", TRACES)
def test_golden_trace(name):
    saved = json.loads(FILE.read_text())
    assert datetime.date.fromisoformat(saved["date"])
    rec = TRACES[name]()
    assert rec.V[SAMPLES].tolist() == pytest.approx(saved[name], abs=1e-6)


if __name__ == "__main__":
    golden = {name: [round(float(V), 8) for V in trace().V[SAMPLES]] for name, trace in TRACES.items()}
    FILE.write_text(json.dumps({"date": datetime.date.today().isoformat()} | golden, indent=0) + "\n")
