"""What a recording holds, by name, and how it leaves the house."""

import contextlib
import csv
import io
import pickle

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hhlab as hh
from hhlab import kernel, kernel_arrays
from hhlab.recording import KEEP_ALL, KEEP_SPIKES, KEEP_V
from hhlab.simulation import simulate_many


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


@pytest.mark.parametrize("height", [100.0, 1000.0])
def test_thinning_draws_the_same_curve(rec, height):
    from hhlab.lab.drawing import RANGE, thinned

    t, V = thinned(rec.t, rec.V, height)
    assert t.size < rec.t.size / 3
    assert (V.min(), V.max()) == pytest.approx((rec.V.min(), rec.V.max()), abs=height / RANGE)
    assert np.all(np.diff(t) >= 0)
    assert np.interp(rec.t, t, V) == pytest.approx(rec.V, abs=height / RANGE)


MINE = hh.Channel("A", 5, -77, hh.Gate("s", inf=lambda V: 0.5 + 0 * V, tau=lambda V: 1 + 0 * V))
KEPT = {
    "step": hh.simulate(hh.Squid(), hh.Step(20), 8),
    "warm and frozen": hh.simulate(hh.Squid(T=18.5, g_K=30.25), hh.Shock(15), 4, freeze="n"),
    "many at once": hh.simulate(hh.Squid(), hh.Ramp(5, 1, 2, 3) + hh.Train(10, count=2) + hh.Shock(-5, 3), 9, every=7),
    "from another state": hh.simulate(hh.Squid(), t_stop=2, start={"V": -80, "K.n": 0.4}, reset={"h": 1.5}, dt=0.004),
    "numbers of NumPy": hh.simulate(
        hh.Squid(T=np.float64(9)), t_stop=np.float64(2), start={"V": np.float64(-80), "K.n": np.array(0.5)},
        reset={"h": np.float64(1.5)}, dt=np.float64(0.02), freeze=np.array(["m"]),
    ),
    "a leak more": hh.simulate(hh.Squid().plus(hh.Channel("B", 1.5, -60)), hh.Step(5), 3),
    "a channel more": hh.simulate(hh.Squid().plus(MINE).replace(g_A=2), hh.Step(5), 3),
}  # fmt: skip


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_what_was_written_is_read_back(kept, tmp_path):
    kept.to_csv(tmp_path / "ap.csv")
    again = hh.Recording.from_csv(tmp_path / "ap.csv", kept.cell if kept.cell._added else None)
    for one, other in [(again.t, kept.t), (again.V, kept.V), (again.gate_values, kept.gate_values)]:
        assert np.array_equal(one, other)
    for name in kept.I:
        assert np.array_equal(again.I[name], kept.I[name])
    assert np.array_equal(again.stimulus, kept.stimulus)
    assert (again.cell, repr(again.protocol), again.settings) == (kept.cell, repr(kept.protocol), kept.settings)
    assert (repr(again), again.csv()) == (repr(kept), kept.csv())


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text], ids=["CRLF", "BOM"]
)
def test_editors_may_change_line_ends_and_put_a_mark(rec, change, tmp_path):
    (tmp_path / "ap.csv").write_text(change(rec.csv().replace("\r\n", "\n")), encoding="utf-8", newline="")
    assert np.array_equal(hh.Recording.from_csv(tmp_path / "ap.csv").V, rec.V)


def by_a_spreadsheet(text, delimiter, point):
    """A CSV as a spreadsheet saves it that took commas for borders of cells: quotes, and all rows of one length."""
    rows = list(csv.reader(text.splitlines()))
    columns = max(map(len, rows))
    saved = io.StringIO(newline="")
    writer = csv.writer(saved, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC if point == "." else csv.QUOTE_MINIMAL)
    for row in rows:
        cells = row if row[0].startswith(("#", "t (ms)")) else [cell.replace(".", point) for cell in row]
        writer.writerow(cells + [""] * (columns + 1 - len(row)))
    writer.writerow([""] * (columns + 1))
    return saved.getvalue()


@pytest.mark.parametrize(("delimiter", "point"), [(",", "."), (";", ","), ("\t", ","), (";", ".")])
@pytest.mark.parametrize("kept", [KEPT["many at once"], KEPT["from another state"]], ids=["sum", "state"])
def test_a_spreadsheet_may_save_it_again(kept, delimiter, point, tmp_path):
    (tmp_path / "ap.csv").write_text(by_a_spreadsheet(kept.csv(), delimiter, point), encoding="utf-8", newline="")
    again = hh.Recording.from_csv(tmp_path / "ap.csv")
    assert np.array_equal(again.V, kept.V)
    assert np.array_equal(again.I["Na"], kept.I["Na"])
    assert (repr(again), again.settings) == (repr(kept), kept.settings)


def test_a_thousand_stimuli(tmp_path):
    many = sum((hh.Step(0.1, 0.01 * n, 0.5) for n in range(1, 1000)), hh.Step(0.1, 0, 0.5))
    rec = hh.simulate(hh.Squid(), many, 12)
    assert len(repr(rec)) < 1000
    assert len(repr(many)) < 500
    assert repr(many).endswith("+ ... (994 more)")
    assert many.in_words().endswith(" and 994 more")
    rec.to_csv(tmp_path / "ap.csv")
    again = hh.Recording.from_csv(tmp_path / "ap.csv")
    assert np.array_equal(again.stimulus, rec.stimulus)
    assert again.csv() == rec.csv()


def test_what_was_read_is_frozen_and_can_be_worked_with(rec, tmp_path):
    rec.to_csv(tmp_path / "ap.csv")
    again = hh.Recording.from_csv(tmp_path / "ap.csv")
    with pytest.raises(ValueError, match="read-only"):
        again.V[0] = 0
    assert hh.measure.spikes(again) == pytest.approx(hh.measure.spikes(rec))
    assert repr(hh.plot(again, "voltage", "currents", "gates")) == repr(hh.plot(rec))
    assert hh.simulate(again.cell, again.protocol, 5, start=again).V[0] == rec.V[-1]


def test_channels_of_one_s_own_need_the_cell(tmp_path):
    kept = KEPT["a channel more"]
    kept.to_csv(tmp_path / "ap.csv")
    refused(tmp_path / "ap.csv", "or cell= if its cell has channels of your own")
    with pytest.raises(
        ValueError, match=r"is a recording of Squid\(\)\.plus\(A: g=2, E=-77\), not of .*g=5.*: give that cell$"
    ):
        hh.Recording.from_csv(tmp_path / "ap.csv", hh.Squid().plus(MINE))
    refused(
        tmp_path / "ap.csv",
        "is not a recording that hhlab wrote, or something in it was changed: give",
        without(kept, "A.s"),
        kept.cell,
    )
    with pytest.raises(ValueError, match="'Squid' is not a cell: give one such as"):
        hh.Recording.from_csv(tmp_path / "ap.csv", "Squid")


def without(rec, gate):
    return rec.csv().replace(f"{gate} (share)", "x (share)").encode()


def refused(path, sentence="is not a recording that hhlab wrote", content=None, cell=None):
    """Reading is refused in one sentence."""
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=sentence) as error:
        hh.Recording.from_csv(path, cell)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300 + len(str(path))


GOOD = KEPT["step"].csv().encode()
HEAD, ROWS = GOOD[: GOOD.index(b"t (ms)")], GOOD[GOOD.index(b"t (ms)") :].splitlines(keepends=True)
DAMAGED = {
    "empty": b"",
    "binary": bytes(range(256)) * 50,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 500,
    "a table from elsewhere": b"time,voltage\n0,-65\n1,-64\n",
    "facts only": HEAD,
    "no rows": HEAD + ROWS[0],
    "one row": HEAD + b"".join(ROWS[:2]),
    "no facts": b"".join(ROWS),
    "no names of columns": HEAD + b"".join(ROWS[1:]),
    "half a row": GOOD[:-60],
    "a row too long": GOOD.replace(b"\r\n", b",5\r\n", 3),
    "a word for a number": GOOD.replace(b"\r\n0.01,", b"\r\nsoon,"),
    "an empty place": GOOD.replace(b"\r\n0.01,", b"\r\n,"),
    "no number": GOOD.replace(b"\r\n0.01,", b"\r\nnan,"),
    "infinity": GOOD.replace(b"\r\n0.01,", b"\r\n0.01,inf"),
    "times that go back": HEAD + ROWS[0] + b"".join(ROWS[:0:-1]),
    "a huge field": GOOD + b"x" * 200_000 + b"\r\n",
    "a gate less": without(KEPT["step"], "K.n"),
    "UTF-16": GOOD.decode().encode("utf-16"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_in_a_sentence(content, tmp_path):
    refused(tmp_path / "ap.csv", content=content)


HOSTILE = {
    "a call": "__import__('os').system('touch x')",
    "a call inside": "Squid(g_Na=__import__('os').system('touch x'))",
    "a call of a method": "Squid().replace(g_Na=open('x', 'w').write('x'))",
    "a comprehension": "[open('x', 'w') for _ in [1]]",
    "a lambda": "(lambda: open('x', 'w'))()",
    "a statement": "import os; os.mkdir('x')",
    "an attribute": "Squid.__init__.__globals__",
    "names": "Squid(**globals())",
    "by position": "Squid(5)",
    "a class of Python": "open(file='x', mode='w')",
    "nothing": "",
    "not concrete": "Cell()",
    "no number": "Squid(T='warm')",
    "too warm": "Squid(T=400)",
    "infinite": "Squid(g_Na=1e999)",
    "unknown parameter": "Squid(x=1)",
    "a sum of cells": "Squid() + Squid()",
    "a difference": "Step() - Step()",
    "a zero byte": "Squid(\0)",
    "a tower": "Squid(g_Na=10**10**10)",
    "deep nesting": "(" * 5000 + "Squid()" + ")" * 5000,
    "deep nesting of signs": "-" * 100_000 + "1",
    "deep nesting of lists": "Squid(g_Na=" + "[" * 90 + "]" * 90 + ")",
    "a long sum": " + ".join(["Step()"] * 20_000),
    "a long number": "Squid(g_Na=" + "9" * 5000 + ")",
    "a long attribute": "a" + ".a" * 20_000,
}


@pytest.mark.parametrize("fact", ["cell", "stimulus", "freeze", "start", "dt"])
@pytest.mark.parametrize("expression", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_expression_is_refused_and_not_run(fact, expression, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    facts = [line for line in HEAD.decode().splitlines() if not line.startswith(f"# {fact}:")]
    content = "\n".join([*facts, f"# {fact}: {expression}", ""]).encode() + b"".join(ROWS)
    refused(tmp_path / "ap.csv", content=content)
    assert [path.name for path in tmp_path.iterdir()] == ["ap.csv"]


@pytest.mark.parametrize("cell", ["Step()", "Protocol()", "Nothing()", "'Squid()'"])
def test_a_stimulus_is_no_cell_and_the_other_way_round(cell, tmp_path):
    refused(tmp_path / "a.csv", content=GOOD.replace(b"cell: Squid()", f"cell: {cell}".encode()))
    stimulus = HEAD.replace(b"stimulus: Step()", b"stimulus: Squid()")
    refused(tmp_path / "b.csv", content=stimulus + b"".join(ROWS))


@settings(max_examples=200, deadline=None)
@example(0, b"\xff")
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=8))
def test_any_damage_is_read_or_refused(tmp_path_factory, at, bytes_there):
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(GOOD[:at] + bytes_there + GOOD[at + len(bytes_there) :])
    with contextlib.suppress(ValueError):
        again = hh.Recording.from_csv(path)
        assert np.isfinite(again.V).all()
        assert repr(again)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        hh.Recording.from_csv(tmp_path / "none.csv")


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("made", [hh.Squid(), hh.ThalamicRelay(), hh.PumpCell()], ids=repr)
def test_what_was_not_kept_is_simulated_again_bit_by_bit(made, every):
    stimuli = [hh.Step(a, 1.03, 30) + hh.Shock(5, 7.013) + hh.Shock(20, 12) for a in np.linspace(0, 40, 9)]
    whole, with_V, brief = (
        simulate_many([made], stimuli, 40, every=every, keep=keep) for keep in (KEEP_ALL, KEEP_V, KEEP_SPIKES)
    )
    for some, kept in ((with_V, KEEP_V), (brief, KEEP_SPIKES)):
        for rec, one in zip(whole, some, strict=True):
            assert hh.measure.spikes(one) == pytest.approx(hh.measure.spikes(rec), rel=1e-12)
            assert one.keep == kept
        for rec, one in zip(whole, some, strict=True):
            assert np.array_equal(hh.measure.spikes(one, -20), hh.measure.spikes(rec, -20))
            assert np.array_equal(one.V, rec.V)
            assert one.keep == KEEP_V
        for rec, one in zip(whole, some, strict=True):
            assert np.array_equal(one.gate_values, rec.gate_values)
            assert np.array_equal(one.pool_values, rec.pool_values)
            assert (one.end, one.keep) == (rec.end, KEEP_ALL)
        with pytest.raises(AttributeError, match="no attribute 'v'"):
            some[0].v  # noqa: B018


def test_all_that_were_simulated_together_are_simulated_again_once(monkeypatch):
    brief = simulate_many([hh.Squid()], [hh.Step(size) for size in range(5)], 20, keep=KEEP_SPIKES)
    runs, run = [], kernel.run
    monkeypatch.setattr(kernel, "run", lambda *given: runs.append(given) or run(*given))
    assert len({rec.gate["m"].max() for rec in brief}) == 5
    assert len({rec.V.max() for rec in brief}) == 5
    assert len(runs) == 1


def test_more_spikes_than_there_is_room_for_are_still_all_found(monkeypatch):
    stimuli = [hh.Step(0, 0, 1), hh.Step(20, 0, 100)]
    times = [hh.measure.spikes(rec) for rec in simulate_many([hh.Squid()], stimuli, 100)]
    monkeypatch.setattr(kernel_arrays, "MOST_SPIKES", 3)
    brief = simulate_many([hh.Squid()], stimuli, 100, keep=KEEP_SPIKES)
    assert len(times[1]) > 3
    assert all(np.array_equal(hh.measure.spikes(rec), exact) for rec, exact in zip(brief, times, strict=True))


def test_a_brief_recording_travels_whole():
    (rec,) = simulate_many([hh.Squid()], [hh.Step(20)], 20, keep=KEEP_SPIKES)
    there = pickle.loads(pickle.dumps(rec))
    assert np.array_equal(there.V, rec.V)
    assert np.array_equal(hh.measure.spikes(there), hh.measure.spikes(hh.simulate(hh.Squid(), hh.Step(20), 20)))
