"""What a recording holds, by name, and how it leaves the house."""

import csv

import numpy as np
import pytest

import hhlab as hh


@pytest.fixture(scope="module")
def rec():
    return hh.simulate(hh.Squid(), hh.Step(20), 20)


def test_traces_by_name(rec):
    n = rec.t.size
    assert n == 2001
    assert rec.V.shape == rec.gate["Na.m"].shape == rec.g["Na"].shape == rec.I["K"].shape == rec.stimulus.shape == (n,)
    assert rec.gate["m"] is rec.gate["Na.m"]
    assert list(rec.gate) == ["Na.m", "Na.h", "K.n"]
    assert list(rec.I) == ["Na", "K", "L"]
    assert rec.units["I"] == "uA/cm2"
    assert rec.g["L"] == pytest.approx(np.full(n, 0.3))


def test_it_is_frozen(rec):
    with pytest.raises(ValueError, match="read-only"):
        rec.V[0] = 0
    with pytest.raises(AttributeError):
        rec.V = rec.t


def test_what_is_derived_is_frozen_too(rec):
    for array in (rec.I["Na"], rec.g["K"], rec.stimulus):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(TypeError):
        rec.units["V"] = "kV"


def test_it_says_how_it_was_made():
    rec = hh.simulate(hh.Squid(), hh.Step(20), 20, freeze="n", reset={"h": 8})
    assert "freeze ('n',), reset {'h': 8}" in repr(rec)
    assert rec.described()["dt"] == "0.01"
    again = hh.simulate(rec.cell, rec.protocol, 5, start=rec)
    assert again.V[0] == rec.V[-1]


def test_stimulus_of_a_long_train_is_quick():
    train = hh.Train(20, 5, 0.5, interval=5, count=4000)
    t = np.arange(0, 20_000, 0.01)
    assert train.current(t).sum() * 0.01 == pytest.approx(20 * 0.5 * 3999, rel=1e-3)


def test_wrong_names_are_explained(rec):
    with pytest.raises(ValueError, match="no channel Ka; did you mean K"):
        rec.I["Ka"]
    with pytest.raises(ValueError, match=r"no gate x; it has Na\.m, Na\.h, K\.n"):
        rec.gate["x"]


def test_dataframe(rec):
    table = rec.to_dataframe()
    assert table["I_Na (uA/cm2)"].to_numpy() == pytest.approx(rec.I["Na"])
    assert table.attrs["g_K"] == "36.0 mS/cm2"
    assert table.attrs["made by"].startswith("hhlab ")


def test_csv_reads_back_to_the_last_digit(rec, tmp_path):
    rec.to_csv(tmp_path / "ap.csv")
    lines = (tmp_path / "ap.csv").read_text().splitlines()
    facts = [line for line in lines if line.startswith("#")]
    rows = list(csv.DictReader(lines[len(facts) :]))
    assert "# T: 6.3 degC" in facts
    assert np.array_equal([float(row["V (mV)"]) for row in rows], rec.V)


def test_its_words(rec):
    assert "20 uA/cm2 for 0.5 ms at 5 ms" in repr(rec)


def test_pictures(rec, tmp_path):
    picture = hh.plot({"a": rec, "b": rec}, "voltage", "stimulus", "currents", "conductances", "gates")
    picture.save(tmp_path / "ap.svg")
    bundle = picture._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert "1 spike" in bundle["text/plain"]
    with pytest.raises(ValueError, match="no view voltages; did you mean voltage"):
        hh.plot(rec, "voltages")
    with pytest.raises(ValueError, match="no recording"):
        hh.plot([])


def test_thinning_keeps_every_extreme(rec):
    from hhlab.plots import thinned

    t, V = thinned(rec.t, rec.V, 200)
    assert t.size < rec.t.size / 3
    assert (V.min(), V.max()) == (rec.V.min(), rec.V.max())
    assert np.all(np.diff(t) >= 0)
