"""Sweeps: tidy, the same on every executor, and plain about what goes wrong."""

import _thread
import functools
import multiprocessing
import os
import re
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import hhlab as hh
from hhlab import parallel

SQUID, PULSE = hh.Squid(), hh.Step(20, 1, 0.5)
WIDE = {"T": [6.3, 18.5], "g_Na": np.linspace(90, 150, 6), "amplitude": range(5, 45, 10)}


def pool(workers=1):
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def dying_at_100(rec):
    if rec.cell.g_Na == 100:
        os._exit(1)
    return rec.V.max()


def wide(executor=None):
    measures = [hh.measure.peak, hh.measure.half_width, hh.measure.spikes]
    return hh.sweep(SQUID, PULSE, over=WIDE, measure=measures, t_stop=8, executor=executor)


def same(one, other):
    assert one.drop(columns="spikes").equals(other.drop(columns="spikes"))
    assert all(map(np.array_equal, one["spikes"], other["spikes"]))
    assert one.attrs == other.attrs


def test_a_row_a_run_as_one_by_one():
    table = wide()
    assert list(table.columns) == ["T", "g_Na", "amplitude", "peak_V", "peak_t", "half_width", "spikes"]
    assert len(table) == 2 * 6 * 4
    assert table["T"].is_monotonic_increasing
    for row in table.itertuples():
        rec = hh.simulate(hh.Squid(T=row.T, g_Na=row.g_Na), hh.Step(row.amplitude, 1, 0.5), 8)
        assert (row.peak_V, row.peak_t) == pytest.approx(hh.measure.peak(rec), rel=1e-9)
        assert row.spikes == pytest.approx(hh.measure.spikes(rec), rel=1e-9)
        assert row.half_width == pytest.approx(hh.measure.half_width(rec), rel=1e-9, nan_ok=True)


def test_units_and_what_stayed_the_same_travel_along():
    told = wide().attrs
    assert told["units"] == {
        "T": "degC", "g_Na": "mS/cm2", "amplitude": "uA/cm2", "peak_V": "mV", "peak_t": "ms", "half_width": "ms",
        "spikes": "ms",
    }  # fmt: skip
    assert (told["cell"], told["stimulus"], told["t_stop"]) == (repr(SQUID), repr(PULSE), 8)


def test_threads_of_its_own_give_the_same(monkeypatch):
    monkeypatch.setattr(sys.modules["hhlab.sweeps"], "cores", lambda: 1)
    alone = wide()
    monkeypatch.setattr(sys.modules["hhlab.sweeps"], "cores", lambda: 3)
    same(wide(), alone)


@pytest.mark.parametrize("executor", [lambda: ThreadPoolExecutor(2), pool], ids=["threads", "processes"])
def test_every_executor_gives_the_same(executor):
    with executor() as given:
        same(wide(given), wide())


@pytest.mark.slow
def test_dask_gives_the_same():
    distributed = pytest.importorskip("distributed")
    mine = SQUID.plus(hh.Channel("A", 5, -77, hh.Gate("a", inf=lambda V: 1 / (1 + np.exp(-V - 50)), tau=lambda V: 1)))
    peaks = functools.partial(
        hh.sweep, mine, PULSE, over={"g_A": range(8), "amplitude": range(0, 60, 3)},
        measure={"top": lambda rec: rec.V.max(), "late": lambda rec: rec.gate["A.a"][-1]},
    )  # fmt: skip
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        same(wide(client.get_executor()), wide())
        assert peaks(executor=client.get_executor()).equals(peaks())
        assert len(client.run(os.getpid)) == 2
        with pytest.raises(ValueError, match=r"client.get_executor"):
            wide(client)


def test_measurements_that_look_at_more_in_some_runs_than_in_others():
    """In blocks whose last run has no spike only the times of spikes are kept at first."""
    looking = {"n": lambda rec: hh.measure.spikes(rec).size, "width": hh.measure.half_width,
               "h": lambda rec: rec.gate["h"].min() if rec.crossings(0.0).size else 1.0}  # fmt: skip
    table = hh.sweep(SQUID, PULSE, over={"amplitude": range(40, -1, -1)}, measure=looking, t_stop=12)
    for row in table.itertuples():
        rec = hh.simulate(SQUID, hh.Step(row.amplitude, 1, 0.5), 12)
        assert (row.n, row.width) == pytest.approx(
            (hh.measure.spikes(rec).size, hh.measure.half_width(rec)), nan_ok=True
        )
        assert row.h == pytest.approx(rec.gate["h"].min() if row.n else 1.0)


@pytest.mark.parametrize(
    ("measure", "columns"),
    [
        (lambda rec: rec.V.max(), ["value"]),
        ({"top": lambda rec: rec.V.max(), "n": lambda rec: hh.measure.spikes(rec).size}, ["top", "n"]),
        (hh.measure.peak, ["peak_V", "peak_t"]),
        ({"top": hh.measure.peak}, ["top_V", "top_t"]),
        (lambda rec: {"a": 1, "b": (2, 3)}, ["value_a", "value_b_1", "value_b_2"]),
        (lambda rec: np.eye(2), ["value_1_1", "value_1_2", "value_2_1", "value_2_2"]),
        (lambda rec: np.array(3.0), ["value"]),
        ([hh.measure.threshold, hh.measure.peak], ["threshold", "peak_V", "peak_t"]),
        (hh.measure.refractory_periods, [f"refractory_periods_{n}" for n in
                                         ("absolute", "relative", "supernormal", "least")]),
        (functools.partial(hh.measure.threshold, duration=1), ["threshold"]),
        (hh.measure.ledger, None),
    ],
)  # fmt: skip
def test_what_a_measurement_gives_becomes_columns(measure, columns):
    table = hh.sweep(SQUID, PULSE, over={"g_K": [36]}, measure=measure, t_stop=5)
    assert columns is None or list(table.columns) == ["g_K", *columns]
    assert set(table.dtypes.map(lambda kind: kind.kind)) <= set("bif")
    assert set(table.attrs["units"]) <= set(table.columns)


def test_spikes_explode_into_a_row_a_spike():
    table = hh.sweep(SQUID, hh.Step(0, 0, 60), over={"amplitude": [0, 10]}, measure=hh.measure.spikes, t_stop=60)
    rec = hh.simulate(SQUID, hh.Step(10, 0, 60), 60)
    rows = table.explode("spikes").dropna()
    assert list(rows["spikes"]) == pytest.approx(hh.measure.spikes(rec), rel=1e-9)
    assert set(rows["amplitude"]) == {10}


def test_a_piece_of_a_sum_is_numbered():
    pair = hh.Step(20, 1, 0.5) + hh.Step(20, 6, 0.5)
    late = {"late": lambda rec: rec.at(6.5)["V"]}
    table = hh.sweep(SQUID, pair, over={"amplitude_2": [0, 90]}, measure=late, t_stop=12)
    alone = hh.simulate(SQUID, hh.Step(20, 1, 0.5), 12).at(6.5)["V"]
    assert table["late"][0] == pytest.approx(alone, rel=1e-9)
    assert table["late"][1] > alone + 10


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"over": {"gNa": [1]}}, "has no parameter gNa; did you mean g_Na?"),
        ({"over": {"amplitud": [1]}}, "did you mean amplitude?"),
        ({"over": {}}, "give the values of each parameter by name"),
        ({"over": [1]}, "give the values of each parameter by name"),
        ({"over": {"g_Na": []}}, "g_Na has no values to sweep over"),
        ({"over": {"g_Na": [-3]}}, "g_Na = -3 mS/cm2 is outside 0 to 1000 mS/cm2"),
        ({"over": {"g_Na": "many"}}, "g_Na = 'many' are not numbers"),
        ({"over": {"g_Na": [np.nan]}}, "is not finite"),
        ({"over": {"g_Na": np.ones(2000), "g_K": np.ones(2000)}}, "4,000,000 runs are more than 1,000,000"),
        ({"measure": lambda rec: 1 / 0}, "measuring value at g_Na = 360 failed: ZeroDivisionError"),
        ({"measure": lambda rec: None}, "value gave None: it must give a number"),
        ({"measure": lambda rec: "high"}, "value gave 'high': it must give a number"),
        ({"measure": lambda rec: rec.V, "t_stop": 12}, "more than 1000: measure less"),
        ({"measure": lambda rec: rec.t[: int(rec.cell.g_Na / 100)]}, "value gave 3 numbers at g_Na = 360, but 1"),
        ({"measure": []}, "nothing to measure"),
        ({"measure": 3}, "3 is not a measurement"),
        ({"measure": [hh.measure.peak, 3]}, "3 is not a measurement"),
        ({"measure": [hh.measure.peak, hh.measure.peak]}, "the same name"),
        ({"measure": {"g_Na": hh.measure.half_width}}, "two columns have the same name"),
        ({"executor": 4}, "4 is not an executor"),
        ({"tstop": 4}, "did you mean t_stop?"),
        ({"t_stop": "long"}, "t_stop = 'long' is not a number"),
        ({"cell": 3}, "3 is not a cell"),
        ({"protocol": 3}, "3 is not a stimulus"),
    ],
)  # fmt: skip
def test_what_cannot_be_gets_a_sentence(asked, sentence):
    usual = {"cell": SQUID, "protocol": PULSE, "over": {"g_Na": [120, 360]}, "measure": hh.measure.peak, "t_stop": 5}
    with pytest.raises(ValueError, match=re.escape(sentence)):
        hh.sweep(**(usual | asked))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_sweep_gives_what_is_done(workers, monkeypatch):
    monkeypatch.setattr(sys.modules["hhlab.sweeps"], "cores", lambda: workers)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts tests in the background ignores it
    seen = []

    def interrupted(rec):
        seen.append(rec)
        if len(seen) == 20:
            _thread.interrupt_main()
        time.sleep(0.05 * (len(seen) >= 20))  # until the main thread has noticed
        return rec.V.max()

    with pytest.warns(
        RuntimeWarning, match=r"interrupted after \d+ of 64 runs: the table holds the runs that were done"
    ):
        table = hh.sweep(SQUID, PULSE, over={"amplitude": range(64)}, measure=interrupted, t_stop=20)
    assert 8 <= len(table) < 64
    whole = hh.sweep(SQUID, PULSE, over={"amplitude": range(64)}, measure=lambda rec: rec.V.max(), t_stop=20)
    assert table["interrupted"].isin(whole["value"]).all()


def test_a_sweep_whose_process_dies_keeps_what_is_done():
    over = {"g_Na": range(120, 90, -1)}
    with pool() as one, pytest.warns(RuntimeWarning, match=r"BrokenProcessPool.* after \d+ of 30 runs"):
        table = hh.sweep(SQUID, PULSE, over=over, measure=dying_at_100, t_stop=5, executor=one)
    assert list(table["g_Na"]) == list(range(120, 104, -1))
    with pool() as one, pytest.raises(ValueError, match=r"BrokenProcessPool.* after 0 of 1 runs: try executor=None"):
        hh.sweep(SQUID, PULSE, over={"g_Na": [100]}, measure=dying_at_100, t_stop=5, executor=one)


def test_cancelled_futures_and_a_closed_executor_get_a_sentence():
    def closing(rec):
        if rec.protocol.amplitude == 16:
            one.shutdown(wait=False, cancel_futures=True)
        return rec.V.max()

    over, one = {"amplitude": range(64)}, ThreadPoolExecutor(1)
    with pytest.warns(RuntimeWarning, match=r"CancelledError.* after 24 of 64 runs"):
        table = hh.sweep(SQUID, PULSE, over=over, measure=closing, t_stop=5, executor=one)
    assert list(table["amplitude"]) == list(range(24))
    with pytest.raises(ValueError, match=r"the executor failed .*shutdown.* after 0 of 64 runs"):
        hh.sweep(SQUID, PULSE, over=over, measure=hh.measure.peak, t_stop=5, executor=one)


def test_what_cannot_be_sent_to_a_process_gets_a_sentence():
    mine = SQUID.plus(hh.Channel("A", 5, -77, hh.Gate("a", inf=lambda V: 0.5 + 0 * V, tau=lambda V: 1 + 0 * V)))
    with pool() as one:
        with pytest.raises(ValueError, match="the cell cannot go to another process"):
            hh.sweep(mine, PULSE, over={"g_A": [1]}, measure=hh.measure.peak, executor=one)
        with pytest.raises(ValueError, match="value cannot go to another process"):
            hh.sweep(SQUID, PULSE, over={"g_Na": [1]}, measure=lambda rec: rec.V.max(), executor=one)


def test_a_bar_shows_only_where_it_takes_long(monkeypatch, capsys):
    wide()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(parallel, "PATIENCE", 0.0)
    wide()
    assert "/48" in capsys.readouterr().err
    assert "tqdm" in sys.modules
