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
