"""Recordings of real cells: from arrays, texts and ABF, measured, plotted and held beside a model."""

import pickle
import sys
import time

import numpy as np
import pytest

import hhlab as hh
from hhlab.views import VIEWS

t = np.round(np.arange(0, 60, 0.05), 10)
V = -65 + 105 * np.exp(-(((t - 20) / 0.8) ** 2)) - 10 * np.exp(-(((t - 26) / 3) ** 2))  # mV: known in closed form
I = np.where((t >= 15) & (t < 18), 30.0, 0.0)  # uA/cm2  # noqa: E741
MINE = hh.Recorded(t, V, I, name="cell 7")


def test_measured_by_the_same_functions():
    """Against the closed form: exp(-(x / 0.8)^2) is 65 / 105 at the crossing of 0, and 0.5 at half amplitude."""
    assert hh.measure.spikes(MINE) == pytest.approx([20 - 0.8 * np.sqrt(np.log(105 / 65))], abs=0.002)
    assert hh.measure.peak(MINE)[0] == pytest.approx(40 - 10 * np.exp(-4), abs=0.01)
    assert hh.measure.half_width(MINE) == pytest.approx(2 * 0.8 * np.sqrt(np.log(2)), abs=0.02)
    assert hh.measure.undershoot(MINE) == pytest.approx((-75, 26), abs=0.01)
    steepest = 105 / 0.8 * np.sqrt(2) * np.exp(-0.5)
    assert hh.measure.upstroke(MINE)[0] == pytest.approx(steepest, rel=0.005)
    taken_off, when = hh.measure.take_off(MINE, slope=20)
    x = (20 - when) / 0.8
    assert 105 / 0.8 * 2 * x * np.exp(-(x**2)) == pytest.approx(20, rel=0.02)
    assert taken_off == pytest.approx(-65 + 105 * np.exp(-(x**2)), abs=0.1)
    assert hh.measure.rest(MINE.cell) == pytest.approx(-65, abs=0.01)
    slope = np.sum(list(hh.measure.attribution(MINE).values()), axis=0)
    assert slope == pytest.approx(np.gradient(V, t), abs=1e-9)


def test_what_a_model_recorded_is_measured_alike():
    rec = hh.simulate(hh.Squid(), hh.Step(20))
    mine = hh.Recorded(rec.t, rec.V, rec.stimulus)
    assert mine.cell.rest()["V"] == pytest.approx(-64.996, abs=1e-3)
    for measure in (hh.measure.peak, hh.measure.half_width, hh.measure.undershoot, hh.measure.duration):
        assert measure(mine) == pytest.approx(measure(rec), abs=1e-9)
    assert hh.measure.upstroke(mine)[0] == pytest.approx(hh.measure.upstroke(rec)[0], rel=0.005)


def test_its_stimulus_drives_a_model():
    rec = hh.simulate(hh.Squid(), hh.Step(30, 15, 3), 60)
    driven = hh.simulate(hh.Squid(), MINE.waveform, 60)
    assert hh.measure.spikes(driven) == pytest.approx(hh.measure.spikes(rec), abs=0.05)
    assert driven.stimulus.max() == 30


def test_uneven_times_and_a_constant_interval():
    kept = np.random.default_rng(1).random(t.size) < 0.7
    uneven, even = hh.Recorded(t[kept] + 1000, V[kept]), hh.Recorded(0.05, V)
    assert uneven.t[0] == 0
    expected = hh.measure.spikes(even) - (t[kept][0])
    assert hh.measure.spikes(uneven) == pytest.approx(expected, abs=0.02)
    assert hh.measure.half_width(uneven) == pytest.approx(hh.measure.half_width(even), abs=0.05)


def test_rest_is_the_median_before_the_stimulus_or_the_first_spike_unless_said():
    drifting = V + np.where(t > 30, 20, 0.0)
    assert hh.Recorded(t, drifting).cell.rest()["V"] == pytest.approx(-65, abs=0.01)
    assert hh.Recorded(t, drifting, rest=-70).cell.rest()["V"] == -70
    stepped = np.where(t < 15, -80.0, V)
    assert hh.Recorded(t, stepped, I).cell.rest()["V"] == -80


def test_a_part_has_times_of_its_own():
    part = MINE.part(10, 30)
    assert (part.t[0], part.t[-1], part.name) == (0, pytest.approx(20), "cell 7")
    assert hh.measure.spikes(part) == pytest.approx(hh.measure.spikes(MINE) - 10)
    assert part.stimulus.max() == 30


def test_units_are_said():
    volts = hh.Recorded(t / 1000, V / 1000, t_unit="s", V_unit="V")
    assert volts.t == pytest.approx(t)
    assert pytest.approx(V) == volts.V
    assert pytest.approx(V) == hh.Recorded(t, V * 1000, V_unit="uV").V
    assert hh.Recorded(t, V, I * 10, I_unit="pA", area=1000).stimulus == pytest.approx(I)  # 100 pA on 1000 um2: 10
    assert hh.Recorded(t, V, I / 100, I_unit="nA", area=1000).stimulus == pytest.approx(I)
    assert hh.Recorded(t, np.full(t.size, 0.2), V_unit="mV").V[0] == 0.2


def test_density():
    """1 um2 is 1e-8 cm2 and 1 pA is 1e-6 uA, so 1 pA on 1 um2 is 100 uA/cm2."""
    assert hh.density(1, 1) == pytest.approx(100)
    assert hh.density([0.1, -0.2], area=2000, unit="nA") == pytest.approx([5, -10])
    cell = hh.Neuron()
    amplitude = float(hh.density(50, area=2000))
    assert hh.simulate(cell, hh.Step(amplitude, 5, 100)).stimulus.max() == pytest.approx(2.5)


@pytest.mark.parametrize("view", [v for v in VIEWS if v not in ("space and time", "electrodes", "along the axon")])
def test_held_beside_a_model_in_every_view(view):
    model = hh.simulate(hh.Squid(), hh.Step(20), 30)
    assert hh.plot({"model": model, "cell 7": MINE}, view).png
    if view != "current against V":
        assert hh.plot(MINE, view).png


def test_in_words():
    assert repr(hh.plot(MINE)).startswith("There is 1 spike at 19.45 ms: its peak is 39.8 mV")
    assert repr(MINE) == "<Recorded cell 7: 59.95 ms, 1200 samples, V -75.0 to 39.8 mV, stimulus 0 to 30 uA/cm2>"


def test_a_bench_holds_it_with_its_name():
    bench = hh.explore(hh.Squid(), hh.Step(20), ("voltage", "gates"), knobs=("g_Na",), beside=MINE)
    assert bench.held == {"A": MINE}
    assert bench.shown["held"] == {"A": "A: cell 7"}
    assert "g_Na" not in bench.shown["table"]
    row = bench.shown["table"].partition("<th scope=row>A</th>")[2]
    assert row.startswith("<td>1</td><td>39.8")
    bench.hold()
    bench.set(g_Na=100)
    assert bench.shown["held"] == {"A": "A: cell 7", "B": "B: g_Na 120"}
    assert bench.picture.png
    bench.drop("A")
    assert list(bench.held) == ["B"]
    exec(bench.code, {})


@pytest.mark.parametrize(("cell", "beside", "told"), [
    (hh.Squid(), [MINE] * 5, "^beside= has 5 recordings, but a bench holds 4: leave some out$"),
    (hh.Squid(), [1], "^1 is not a recording: give what simulate returned$"),
    (hh.Squid(), 1, "^1 is not a recording"),
    (hh.Axon(), MINE, "^beside= holds recordings of a cell, and this bench shows an axon"),
])  # fmt: skip
def test_what_a_bench_cannot_hold(cell, beside, told):
    with pytest.raises(ValueError, match=told):
        hh.explore(cell, beside=beside)


def test_it_travels(tmp_path):
    again = pickle.loads(pickle.dumps(MINE))
    assert (again.name, again.V.tolist(), again.stimulus.tolist()) == ("cell 7", V.tolist(), I.tolist())
    MINE.to_csv(tmp_path / "mine.csv")
    read = hh.Recorded.read(tmp_path / "mine.csv")
    assert read.V.tolist() == V.tolist()
    assert read.stimulus.tolist() == I.tolist()
    assert list(read.to_dataframe()) == ["t (ms)", "V (mV)", "stimulus (uA/cm2)", "I_membrane (uA/cm2)"]


def text_of(*columns, heading="", separator=",", comma=False, end="\n"):
    rows = [separator.join(f"{x:.6g}" for x in row) for row in zip(*columns, strict=True)]
    body = end.join(rows)
    return heading + (body.replace(".", ",") if comma else body) + end


TEXTS = {
    "plain": (text_of(t, V, heading="t (ms),V (mV)\n"), {}),
    "spreadsheet": (text_of(t, V, heading="Zeit [ms];Vm [mV]\n", separator=";", comma=True), {}),
    "tabs": (text_of(t / 1000, V / 1000, heading="time/s\tVm/V\n", separator="\t"), {}),
    "tabs and commas": (text_of(t / 1000, V, heading="time_s\tVm_mV\n", separator="\t", comma=True, end="\r\n"), {}),
    "spaces": (text_of(t, V, separator="  "), {"t": 1, "V": 2, "t_unit": "ms", "V_unit": "mV"}),
    "spaces and commas": (text_of(t, V, separator=" ", comma=True), {"t": 1, "V": 2, "t_unit": "ms", "V_unit": "mV"}),
    "units below": (text_of(t / 1000, V, heading="made by hand\n\nTime,Vm\n(s),(mV)\n"), {}),
    "notes": (text_of(t, V, heading='ATF\t1.0\n8\t2\n"Signals"\n"Time (ms)"\t"Trace #1 (mV)"\n', separator="\t"), {}),
    "a current": (text_of(t, I * 10, V, heading="t (ms),I (pA),V (mV)\n"), {"area": 1000}),
    "a current without area": (text_of(t, I, V, heading="t (ms),I (pA),V (mV)\n"), {}),
    "several": (text_of(t, V - 9, V, heading="t (ms),soma (mV),axon (mV)\n"), {"V": "axon"}),
    "counted": (text_of(V, t, heading="a,b\n"), {"t": 2, "V": 1, "t_unit": "ms", "V_unit": "mV"}),
    "old line ends": (text_of(t, V, heading="t (ms),V (mV)\r", end="\r"), {}),
    "a blank column": (text_of(t, V, heading="t (ms);V (mV);\n", separator=";").replace("\n", ";\n"), {}),
}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_texts_of_any_sensible_shape(kind, encoding, tmp_path):
    text, asked = TEXTS[kind]
    (tmp_path / "cell.csv").write_text(text, encoding=encoding, newline="")
    rec = hh.Recorded.read(tmp_path / "cell.csv", **asked)
    assert rec.t == pytest.approx(t, abs=1e-9)
    assert pytest.approx(V, abs=1e-3) == rec.V
    assert rec.name == "cell"
    assert rec.stimulus.max() == pytest.approx(30 if kind == "a current" else 0)


def test_micro_signs_and_latin_letters(tmp_path):
    (tmp_path / "c.csv").write_bytes("t (µs);V (mV)\n".encode("latin-1") + b"0;-65\n50;-64\n100;-63\n")
    assert hh.Recorded.read(tmp_path / "c.csv").t.tolist() == pytest.approx([0, 0.05, 0.1])


NO_UNITS = text_of(t, V, heading="a,b\n")


@pytest.mark.parametrize(("text", "asked", "told"), [
    ("", {}, "^c.csv has no numbers in its first 200 lines: give one with columns of times and of V$"),
    ("just words\nand more\n", {}, "^c.csv has no numbers in its first 200 lines"),
    ("-65\n-64\n-63\n", {}, r"^c.csv has one column of numbers: a recording needs times, too; .*Recorded\(0.05, V\)"),
    ("V (mV)\n-65.0\n-64.0\n", {}, "^c.csv has one column of numbers"),
    (NO_UNITS, {}, "^c.csv has no column for t, a time: say which one, such as t=2, of 1 'a', 2 'b'$"),
    (NO_UNITS, {"t": 1}, "^column 1 of c.csv has no unit: say it, such as t_unit='ms'$"),
    (NO_UNITS, {"t": 1, "t_unit": "ms"}, "^c.csv has no column for V, a voltage"),
    (NO_UNITS, {"t": "c", "t_unit": "ms"}, "^c.csv has no column for t, a time"),
    (NO_UNITS, {"t": 3, "t_unit": "ms"}, "^c.csv has no column for t, a time"),
    (NO_UNITS, {"t": 1, "V": 2, "t_unit": "mV", "V_unit": "mV"}, "^t_unit = 'mV' is not a unit of a time: give one"),
    (NO_UNITS, {"t": 1, "V": 2, "t_unit": "ms", "V_unit": "bananas"}, "^V_unit = 'bananas' is not a unit of a voltage"),
    (text_of(t, V, V, heading="t (ms),a (mV),b (mV)\n"), {}, "^c.csv has 2 columns for V, a voltage: say which one"),
    ("t (ms),V (mV)\n0,0,-65,2\n0,05,-65,3\n", {}, "^c.csv has 4 numbers in a line below 2 names: commas separate"),
    ("t (ms),V (mV)\n0,-65\n1,oops\n", {}, "^c.csv has something else than numbers in line 3: fill or delete"),
    ("t (ms),V (mV)\n0,-65\n1,\n2,-65\n", {}, "^c.csv has something else than numbers in line 3"),
    ("t (ms),V (mV)\n0,-65\n1\n2,-65\n", {}, "^c.csv has something else than numbers in "),
    ("t (ms),V (mV)\n0,-65\n1,nan\n", {}, "^V = nan mV is not finite: leave it out, or give a finite number$"),
    ("t (ms),V (mV)\n0,-65\n1,inf\n", {}, "^V = inf mV is not finite"),
    ("t (ms),V (mV)\n0,-65\n", {}, r"^t has the shape \(1,\): give a row of 2 to"),
    ("t (ms),V (mV)\n0,-65\n1,-65\n", {"t": 0}, "^c.csv has no column for t, a time: say which one, such as t=2"),
    ("t (ms),V (mV)\n0,-65\n2,-65\n1,-65\n", {}, "^t = 2 ms is followed by 1 ms: times must rise"),
    ("t (ms),V (mV)\n0,-65\n1,6500\n", {}, "^V = 6500 mV is outside -500 to 500 mV: give a value in this range$"),
    ("a\0b\0c", {}, "^c.csv is not a text file: export the recording as CSV, or as ABF"),
])  # fmt: skip
def test_hostile_texts_are_refused_in_one_sentence(text, asked, told, tmp_path):
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=told) as refused:
        hh.Recorded.read(tmp_path / "c.csv", **asked)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("made", "told"), [
    (lambda: hh.Recorded(t / 1000, V), "^the samples are 5e-05 ms apart, which is very little: write t_unit='s' if "
                                       "times are in s"),
    (lambda: hh.Recorded(t, V / 1000), "^V goes from -0.075 to 0.0398.* mV, which is very little: write V_unit='V' if "
                                       "it is in V"),
    (lambda: hh.Recorded(t, V[1:]), "^V has 1199 values for 1200 times: give as many of each$"),
    (lambda: hh.Recorded(t, V, I[:5]), "^I has 5 values for 1200 times"),
    (lambda: hh.Recorded(t, V, I, I_unit="pA"), "^I is in pA: give the area of the membrane in um2 as area="),
    (lambda: hh.Recorded(t, V, I, I_unit="mV"), "^I_unit = 'mV' is not a unit of a current per area"),
    (lambda: hh.Recorded(["a"], V), r"^t = \['a'\] are not numbers"),
    (lambda: hh.Recorded(t, None), "^V = None are not numbers|^V = nan"),
    (lambda: hh.Recorded(t, np.where(t == 30, np.nan, V)), "^V = nan mV is not finite: leave it out, or give a finite "
                                                           "number$"),
    (lambda: hh.Recorded(t, V, rest=-900), "^rest = -900 mV is outside -200 to 200 mV: give a value in this range$"),
    (lambda: hh.Recorded(0, V), "^t = 0 ms is followed by 0 ms"),
    (lambda: MINE.part(100, 200), "^there are no samples from 100 to 200 ms: choose moments before the end of this "
                                  "recording at 59.95 ms$"),
    (lambda: hh.Recorded.read("nowhere.csv"), "^there is no file nowhere.csv: give its path from the folder /"),
    (lambda: hh.density(1, 0), "^area = 0 um2 is outside 0.001 to"),
    (lambda: hh.density(1, 1, "mV"), "^unit = 'mV' is not a unit of a current: give one such as 'uA'$"),
    (lambda: hh.plot(MINE, "current against V"), "^nobody knows which currents a recorded cell would have at another "
                                                 "V"),
    (lambda: hh.measure.ledger(MINE), "^a recording of a real cell does not show its ions"),
    (lambda: hh.measure.release(MINE), "does not follow calcium"),
    (lambda: MINE.gate["m"], "^this recording has no gate m"),
])  # fmt: skip
def test_what_cannot_be_is_said_in_one_sentence(made, told):
    with pytest.raises(ValueError, match=told):
        made()


def test_a_large_text_is_read_and_measured_in_seconds(tmp_path):
    n = 400_000
    long = np.arange(n) * 0.05
    line = "".join(
        f"{a:.3f}\t{b:.5f}\n" for a, b in zip(long, -65 + 100 * np.exp(-(((long % 100) - 50) ** 2)), strict=True)
    )
    (tmp_path / "long.txt").write_text("t (ms)\tV (mV)\n" + line)
    begun = time.monotonic()
    rec = hh.Recorded.read(tmp_path / "long.txt")
    assert len(hh.measure.spikes(rec)) == 200
    assert time.monotonic() - begun < 20


def test_abf(tmp_path):
    writer = pytest.importorskip("pyabf.abfWriter")
    writer.writeABF1(np.array([V, V - 3]), str(tmp_path / "two.abf"), 20000, "mV")
    rec = hh.Recorded.read(tmp_path / "two.abf", sweep=2)
    assert rec.t[1] == pytest.approx(0.05, abs=1e-6)
    assert pytest.approx(V - 3, abs=0.05) == rec.V
    with pytest.raises(ValueError, match=r"^two\.abf has 2 sweeps, and sweep = None is none: give sweep=1 to 2$"):
        hh.Recorded.read(tmp_path / "two.abf")
    with pytest.raises(ValueError, match="sweep = 3 is none"):
        hh.Recorded.read(tmp_path / "two.abf", sweep=3)
    writer.writeABF1(np.array([V, V]), str(tmp_path / "clamp.abf"), 20000, "pA")
    with pytest.raises(ValueError, match=r"^clamp.abf has no column for V, a voltage: say which one"):
        hh.Recorded.read(tmp_path / "clamp.abf", sweep=1)


@pytest.mark.parametrize("content", [b"", b"ABF2" + bytes(100), b"no ABF at all"])
def test_a_damaged_abf_is_said(content, tmp_path):
    pytest.importorskip("pyabf")
    (tmp_path / "bad.abf").write_bytes(content)
    with pytest.raises(ValueError, match=r"^bad\.abf cannot be read as ABF"):
        hh.Recorded.read(tmp_path / "bad.abf")


def test_without_pyabf_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "a.abf").write_bytes(b"ABF2")
    monkeypatch.setitem(sys.modules, "pyabf", None)
    with pytest.raises(ValueError, match=r"^a.abf is read by pyabf, which is missing: pip install 'hhlab\[abf\]'$"):
        hh.Recorded.read(tmp_path / "a.abf")


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        (['"t (ms)","V (mV)"', '"0","-65.5"', '"0.1","-64"'], [[0, 0.1], [-65.5, -64]]),
        (["t (ms);V (mV)", '"0,0";"-65,5"', '"0,1";"-64,0"'], [[0, 0.1], [-65.5, -64]]),
        (["t (ms),V (mV)", '0,"-65.5"', '0.1,"-64"'], [[0, 0.1], [-65.5, -64]]),
    ],
)
def test_numbers_in_quotation_marks(tmp_path, lines, columns):
    file = tmp_path / "quoted.csv"
    file.write_text("\n".join(lines))
    mine = hh.Recorded.read(file)
    assert [mine.t.tolist(), mine.V.tolist()] == columns


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: MINE.part("a", 3), "the moment = 'a' is not a number: give one from"),
        (lambda: MINE.part(0, [3]), "the moment = "),
        (lambda: hh.Recorded(t, V, V_unit=["mV"]), r"V_unit = \['mV'\] is not a unit of a voltage"),
        (lambda: hh.Recorded(t, V, I, I_unit={}), "I_unit = {} is not a unit"),
        (lambda: hh.Recorded(t, V, name=7), "name = 7 is not a text: give one such as 'cell 7'"),
        (lambda: hh.Recorded(t, V + 0j), "V = .* are not numbers"),
        (lambda: hh.Recorded.read(7), "7 is not the name of a file: give one such as 'cell7.csv'"),
        (lambda: hh.Recorded.read(None), "None is not the name of a file"),
        (lambda: hh.density(1, 1, unit=["pA"]), r"unit = \['pA'\] is not a unit"),
        (lambda: hh.single_channels(hh.simulate(hh.Squid(), hh.Step()), ["Na"]), "channel"),
    ],
)
def test_odd_arguments_get_a_sentence(make, told):
    with pytest.raises(ValueError, match=told):
        make()
