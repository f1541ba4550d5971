"""The claims: experiments that give a number for each part, lines that turn them into verdicts, code that runs."""

import functools
import itertools
import math
import re
from dataclasses import replace

import numpy as np
import pytest

import hhlab as hh
from hhlab.cells import Cell
from hhlab.claims import MISCONCEPTIONS, Finding, Part, Verdict, find, table
from hhlab.claims.claim import EXPERIMENTS, FIRST, LAST, claim, plain, rounded
from hhlab.claims.measured import measured_in_words
from hhlab.claims.wording import MEASURED, WORDING
from hhlab.parameters import pretty
from hhlab.texts import TextFiles
from hhlab.views import VIEWS

HOLDS, PARTLY, FAILS = Verdict
NUMBERS = sorted(EXPERIMENTS)
LONGEST_CODE = 16
MOST_RECORDINGS = 5

EXPECTED = {
    1: (HOLDS, {"excess": 0.001432, "negative": -10.59}),
    2: (HOLDS, {"sodium": 6.319, "potassium": 20}),
    3: (HOLDS, {"sodium": 76.26, "potassium": 69.9, "kept": 0}),
    4: (HOLDS, {"ratio": 1.496, "negative": 7.046}),
    5: (FAILS, {"comes_back": 0.08922, "share": 0.265}),
    6: (HOLDS, {"potassium": 4.484, "sodium": 10.75, "chloride": 1.072, "permeability": 13.47}),
    7: (PARTLY, {"place": 16.67, "other_channels": 18.49}),
    8: (FAILS, {"neuron": 7.871, "muscle": 0.6286, "freely": 9.817}),
    9: (PARTLY, {"leak": 113.9, "near": 23.33, "follows": 34.93}),
    10: (PARTLY, {"neuron": 1.925, "muscle": 0, "axon": 10.62, "others": 51.06}),
    11: (HOLDS, {"threshold": 0.03056, "all": 0.01608}),
    12: (PARTLY, {"dies_out": 0.001498, "up_to_threshold": 82}),
    13: (HOLDS, {"opening": 100, "half": 35.03}),
    14: (PARTLY, {"below": 0.4172, "potassium": 90.13, "near_50": 16.06}),
    15: (FAILS, {"begins": -43.29, "reached": 25.57}),
    16: (FAILS, {"chloride": -1.413}),
    17: (HOLDS, {"order": 3.742, "for_a_moment": 98.94, "slightly_at_first": 9.404, "lasting": 100}),
    18: (HOLDS, {"order": 29.42, "size_of_K": 13.83, "size_of_Na": 14.27}),
    19: (HOLDS, {"ends": 98.94, "inactivation": 100}),
    20: (HOLDS, {"takes_away": 97.25, "restores": 159.5, "voltage": 58.11, "duration": 1.456}),
    21: (PARTLY, {"potassium": 4.154, "sodium": 24.05, "together": 24.09, "node": 1.061}),
    22: (PARTLY, {"axon": 109.5, "neuron": 111, "node": 8.427}),
    23: (HOLDS, {"absolute": math.inf, "relative": 1.55}),
    24: (PARTLY, {"behind": 1, "from_the_middle": 2, "capped": 11.48, "by_gates": 55.63}),
    25: (HOLDS, {"does_not_weaken": 0.01619, "renewed": 0.9179}),
    26: (HOLDS, {"axon": 83.74, "neuron": 96.22}),
    27: (HOLDS, {"BK": 20.61, "T": 8.534, "SK": 5.243, "still_open": 32.14}),
    28: (FAILS, {"neuron": 353.9, "axon": 8.806}),
    29: (PARTLY, {"AHP": 2.389, "ADP": 2.43, "again": 5}),
    30: (PARTLY, {"after_a_spike": 5.064e-05, "always": 80.6, "pump": 5.423e-05, "leak": 51.58}),
    31: (PARTLY, {"no_gate": 0, "conductance": 2.261}),
    32: (FAILS, {"shut": 0.01948, "only_in_the_spike": 98.04, "inactivate": 4.153}),
    33: (HOLDS, {"BK_AHP": 21.31, "BK_calcium": 99.98, "SK_calcium": 99.77, "SK_lasts": 89.46}),
    34: (HOLDS, {"carries": 35.16, "slower": 13.95, "flows_slower": 4.969, "lasts": 19.92}),
    35: (PARTLY, {"heart": 101.5, "thalamus": 7.025, "glands": 100}),
    36: (HOLDS, {"gradient": 2e04, "force": 161}),
    37: (PARTLY, {"answers": 6, "burst": 10.18}),
    38: (PARTLY, {"channels": 0.7746, "lasting": 100, "membrane": 81.66}),
    39: (HOLDS, {"starts": 13.14}),
    40: (PARTLY, {"rate": 1.59, "not_larger": 82.13, "full_size": 73.72}),
    41: (PARTLY, {"node": 98.56, "neuron": 36.64, "squid": 11.23}),
    42: (HOLDS, {"only_negative": 25.41, "stable": 433, "does_not_conduct": 3.797}),
    43: (FAILS, {"not_before": 8.303}),
    44: (FAILS, {"reopen": 0}),
    45: (HOLDS, {"release": 13.82, "slows": 83.75, "threshold": 23.08}),
    46: (PARTLY, {"peak": 82.24, "rest": 16.67, "potassium": 90.18, "little_potassium": 17.67}),
}
"""Verdict, and the number of each part. Independent numbers for many are in `test_claim_parts.py` and
`test_claims_by_scipy.py`."""

TOO_CLOSE = {(37, "burst")}

TOLERANCE = {"rel": 0.01, "abs": 0.05}

FEW_K = {"g_K": 3.6, "g_L": 3, "E_L": -65}
NO_INACTIVATION = {"pronase": 1}
OTHERWISE = [
    (1, "PumpCell", {"diameter": 0.2, "C": 10}), (2, "gallery", {"Na_in": 440, "Na_out": 10}),
    (3, "PumpCell", {"diameter": 400}), (4, "PumpCell", {"g_Cl": 5}), (6, "gallery", {"P_K": 0}),
    (7, "gallery", {"P_K": 0.05}), (8, "gallery", {"P_Cl": 1000}), (9, "gallery", {"P_Na": 0, "P_Cl": 0}),
    (10, "gallery", {"P_Na": 100, "P_Cl": 0}), (11, "Axon", {"membrane": hh.Squid(g_Na=0)}),
    (12, "Squid", {"g_K": 2}), (13, "Squid", {"g_Na": 0, "E_L": 40, "g_L": 5}), (14, "Squid", FEW_K),
    (15, "Squid", {"E_Na": 80}), (17, "Squid", NO_INACTIVATION), (18, "Squid", {"E_K": -70}),
    (19, "Squid", NO_INACTIVATION), (20, "Squid", NO_INACTIVATION), (21, "Squid", NO_INACTIVATION),
    (22, "Squid", {"g_L": 10, "E_L": -65}), (23, "Squid", {"E_K": -66}), (25, "Axon", {"membrane": hh.Squid(g_Na=0)}),
    (26, "Squid", {"E_K": -62}), (27, "AfterpotentialCell", {"g_M": 0.5}), (27, "AfterpotentialCell", {"g_K": 60}),
    (30, "SquidWithPumps", {"g_K": 15}),
    (31, "GoldmanCell", {"K_out": 139}), (32, "AfterpotentialCell", {"E_L": -30}),
    (33, "AfterpotentialCell", {"g_M": 0.5}),
    (34, "Barnacle", {"C": 0.1}), (35, "Ventricle ThalamicRelay", {"g_Na": 0}),
    (36, "Squid", {"E_Na": 150}), (37, "ThalamicRelay", {"P_T": 0}), (39, "Squid", {"T": 27}),
    (40, "Squid", {"g_Na": 400}), (41, "Neuron", {"g_K": 3}), (41, "Squid", FEW_K), (43, "Squid", {"E_K": -65.3}),
    (45, "NerveEnding", {"domain": 5}), (46, "Neuron", {"g_KL": 0.2}),
]  # fmt: skip
"""Claims, and membranes of which a part of what is claimed is not so true, or so false, as of the usual one."""

EVERYWHERE = {5, 16, 24, 28, 29, 38, 42, 44}
"""Claims of which every membrane tried says the same; 24 and 42 have tests of their own."""


@pytest.fixture(scope="module", params=NUMBERS, ids=str)
def finding(request):
    return find(request.param).run()


@pytest.fixture(scope="module")
def usual():
    """What a claim finds as it is, by its number."""
    return functools.cache(lambda number: find(number).run())


@pytest.fixture(params=NUMBERS, ids=str)
def each(request):
    return find(request.param)


def test_numbers_and_verdict(finding):
    verdict, numbers = EXPECTED[finding.claim.number]
    assert finding.numbers.keys() == finding.claim.parts.keys() == numbers.keys()
    for part, number in numbers.items():
        assert finding.numbers[part] == pytest.approx(number, **TOLERANCE), part
    assert finding.verdict == verdict


@pytest.mark.parametrize(("number", "names", "changes"), OTHERWISE, ids=str)
def test_parts_have_other_verdicts_where_the_membrane_is_another(number, names, changes, monkeypatch, usual):
    before = usual(number).verdicts
    for name in names.split():
        kind = getattr(hh, name)
        gallery = name == "gallery" and {each: cell.replace(**changes) for each, cell in kind.items()}
        monkeypatch.setattr(hh, name, gallery or functools.partial(kind, **changes))
    assert find(number).run().verdicts != before


@pytest.mark.parametrize("T", [6.3, 12, 18.5])
def test_verdicts_are_the_same_at_any_temperature_that_the_card_does_not_name(each, T, monkeypatch, usual):
    """A claim whose experiment is at one temperature says so, and gives it to the cell."""
    squid, axon, before = hh.Squid, hh.Axon, usual(each.number).verdicts
    monkeypatch.setattr(hh, "Squid", functools.partial(squid, T=T))
    monkeypatch.setattr(hh, "SquidWithPumps", functools.partial(hh.SquidWithPumps, T=T))
    if "°C" not in each.asks:
        monkeypatch.setattr(hh, "Axon", lambda membrane=None, **given: axon(membrane or squid(T=T), **given))
    assert each.run().verdicts == before


def test_a_part_of_claim_33_fails_where_BK_does_not_read_calcium(monkeypatch):
    class Voltage(hh.AfterpotentialCell):
        def _own_channels(self):
            own = {channel.name: channel for channel in super()._own_channels()}
            return tuple((own | {"BK": hh.Channel("BK", 2, self.E_K, own["K"].gates, "K")}).values())

    monkeypatch.setattr(hh, "AfterpotentialCell", Voltage)
    found = find(33).run()
    assert found.claim.parts["BK_calcium"].verdict(found.numbers["BK_calcium"]) == FAILS


def test_claim_24_is_of_one_way_in_an_axon_that_conducts_on_one_side_only(monkeypatch):
    usual = hh.Axon
    monkeypatch.setattr(hh, "Axon", lambda *given, **more: usual(*given, **more).locally(6, 7.5, g_Na=0))
    verdicts = find(24).run().verdicts
    assert verdicts["behind"] == verdicts["from_the_middle"] == HOLDS


def test_claim_42_fails_where_inactivation_does_not_read_V(monkeypatch):
    """Channels that leave the inactivated state at any V are neither stable in it nor need a negative V."""

    class Squid(hh.Squid):
        def _own_channels(self):
            own = {channel.name: channel for channel in super()._own_channels()}
            m, _ = own["Na"].gates
            h = hh.Gate("h", inf=lambda V: 0.5 + 0.01 * np.tanh(-V), tau=lambda V: 1 + 0 * V)
            return tuple((own | {"Na": replace(own["Na"], gates=(m, h))}).values())

    monkeypatch.setattr(hh, "Squid", Squid)
    found = find(42).run()
    assert found.verdict == FAILS
    assert {*found.verdicts.values()} == {FAILS}


@pytest.fixture
def halved(monkeypatch):
    """Every cell with half of its time step."""
    kinds = [Cell]
    for kind in kinds:
        kinds += kind.__subclasses__()
        usual = vars(kind).get("dt")
        if isinstance(usual, property):
            monkeypatch.setattr(kind, "dt", property(lambda self, usual=usual: usual.__get__(self) / 2))
        elif usual:
            monkeypatch.setattr(kind, "dt", usual / 2)


def test_the_verdict_is_the_same_with_the_step_halved(each, halved):
    assert each.run().verdict == EXPECTED[each.number][0]


def test_what_is_shown(finding):
    assert 1 <= len(finding.recordings) <= MOST_RECORDINGS
    assert all(isinstance(rec, hh.Recording | hh.AxonRecording) for rec in finding.recordings.values())
    assert finding.views
    assert set(finding.views) <= set(VIEWS)


def test_rows_of_the_table(finding):
    """A row a part: what it says, its number, its line with the reason, and its verdict."""
    parts = finding.claim.parts
    assert [name for name, part in parts.items() if part.core] == [finding.claim.core]
    for (name, part), row in zip(parts.items(), finding.rows, strict=True):
        says, number, line, verdict = row
        assert says == part.says + " (the main part)" * part.core
        assert number == f"{part.number}: {plain(rounded(float(finding.numbers[name])))} {pretty(part.unit)}".strip()
        assert line == f"{part.line}: {part.because}"
        found = part.verdict(finding.numbers[name])
        words = found.words if found else "too close to call"
        assert verdict == words + ", as the model was made like this" * part.given


def test_which_numbers_are_too_close_to_their_lines(finding):
    number = finding.claim.number
    assert {(number, name) for name, found in finding.verdicts.items() if not found} == {
        close for close in TOO_CLOSE if close[0] == number
    }


def test_code_runs_alone_and_prints_the_numbers(each, capsys, usual):
    names: dict[str, object] = {}
    exec(each.code, names)
    numbers = usual(each.number).numbers
    assert names["numbers"] == numbers
    printed = [f"{name}: {numbers[name]:.4g} {part.unit}" for name, part in each.parts.items()]
    assert capsys.readouterr().out.splitlines() == printed


def test_code_is_short_and_reads_well(each):
    lines = each.code.splitlines()
    work = [line for line in lines if line and not line.startswith(("import", "print"))]
    assert len(work) <= LONGEST_CODE + 2
    assert max(map(len, lines)) <= 110
    assert "import hhlab as hh" in lines
    assert lines[-1].startswith("hh.plot(")
    assert not re.search(r"return|claim|Result|\b_", each.code)


def test_words(each):
    for sentence in (each.statement, each.asks, each.why):
        assert re.fullmatch(r"[A-Z][^\n]*[^.]\.", sentence), sentence
        assert "  " not in sentence
    assert "n this model" in each.why
    assert 2 <= len(re.findall(r"\.(?= [A-Z]|$)", each.why)) <= 7
    assert len(each.why.split()) <= 120
    for part in each.parts.values():
        assert re.fullmatch(r"[A-Z0-9−][^\n]*[^.]\.", part.says), part.says
        assert not re.search(r"[.\n]$|  ", part.number + part.because)
        assert math.isfinite(part.at_least) or math.isfinite(part.at_most)
        assert part.at_least <= part.at_most
    assert set(each.texts) <= {"S0", "S1", "S2", "S3"}
    if each.misconception:
        assert each.number in MISCONCEPTIONS[each.misconception].claims


def test_every_claim_has_its_tests():
    assert sorted(EXPECTED) == NUMBERS
    assert {*NUMBERS} == {number for number, *_ in OTHERWISE} | EVERYWHERE
    assert [*range(FIRST, LAST + 1)] == NUMBERS


def test_every_claim_stands_in_a_notebook(root):
    texts = [path.read_text() for path in (root / "notebooks").glob("0*.ipynb")]
    groups = itertools.chain(*(re.findall(r"hh\.claim\(([\d, ]+)\)", text) for text in texts))
    assert {int(number) for group in groups for number in group.split(",")} == {*NUMBERS}


def test_misconceptions():
    assert list(MISCONCEPTIONS) == [f"M{number}" for number in range(1, 17)]
    for each in MISCONCEPTIONS.values():
        assert each.text.endswith(".")
        assert each.shown_by
        assert all(FIRST <= number <= LAST for number in each.claims)


def test_table_has_a_row_a_claim_and_runs_nothing(monkeypatch):
    monkeypatch.setattr("hhlab.simulate", None)
    rows = table()
    assert list(rows.index) == NUMBERS
    assert list(rows.columns) == ["claim", "texts", "experiment", "decides", "rule", "misconception"]
    assert rows.loc[11, "texts"] == "S0, S1, S2"
    assert rows.loc[11, "rule"] == "5 % or less"
    assert rows.loc[11, "misconception"] == "M8"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (99, "claim = 99 is outside 1 to 46"),
        (0, "claim = 0 is outside 1 to 46"),
        ("five", "claim = 'five' is not a whole number: give one from 1 to 46"),
        (5.5, "claim = 5.5 is not a whole number: give one from 1 to 46"),
    ],
)
def test_a_number_that_is_no_claim(number, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        find(number)


def test_every_claim_that_has_texts_has_an_experiment():
    assert sorted(EXPERIMENTS) == [number for number in range(FIRST, LAST + 1) if str(number) in WORDING]
    assert find(np.int64(11)).number == 11


def test_a_claim_is_registered_once():
    with pytest.raises(ValueError, match="claim 11 has the experiment all_or_none already"):
        claim(11)(find(11).experiment)
    with pytest.raises(ValueError, match="claim = 99 is outside 1 to 46"):
        claim(99)(find(11).experiment)


def test_the_id_of_a_verdict_is_apart_from_its_wording():
    """Work logs keep the id; older ones have the wording of then."""
    ids = {"holds": "holds", "partly": "holds partly", "fails": "does not hold"}
    assert {verdict.value: verdict.words for verdict in Verdict} == ids
    for verdict, old in zip(Verdict, ("holds", "holds partly", "does not hold"), strict=True):
        assert Verdict.from_text(verdict.value) is Verdict.from_text(old) is verdict
    assert [Verdict.from_text(nonsense) for nonsense in ("", "HOLDS", None, 5, [], {})] == [None] * 6


def test_an_id_has_its_texts_in_one_file(tmp_path):
    (tmp_path / "a.toml").write_text('[5]\nwhy = """\nOne\n  line."""\n')
    assert TextFiles(tmp_path / "a.toml") == {"5": {"why": "One line."}}
    (tmp_path / "b.toml").write_text('[5]\nwhy = "Another."\n')
    with pytest.raises(ValueError, match=r"^b\.toml: \[5\] stands in another file too"):
        TextFiles(tmp_path / "a.toml", tmp_path / "b.toml")


def test_every_text_belongs_to_something():
    assert WORDING.keys() == {*map(str, NUMBERS), *MISCONCEPTIONS, "verdict", "sentence", "part", "line", "number"}


def part(**given):
    return Part("It rises.", "rise of V", "uA/cm2", "the wording", **given)


@pytest.mark.parametrize(
    ("given", "line"),
    [({"at_least": -5}, "\N{MINUS SIGN}5 µA/cm² or more"), ({"at_most": 30}, "30 µA/cm² or less")],
)  # fmt: skip
def test_a_line_in_words(given, line):
    assert part(**given).line == line
    assert part(**given, core=True).stated == ("It rises. (the main part)", "rise of V", line)


@pytest.mark.parametrize(
    ("given", "number", "verdict"),
    [({"at_least": 100}, 105.0, HOLDS), ({"at_least": 100}, 104.9, None), ({"at_least": 100}, 95.1, None),
     ({"at_least": 100}, 95.0, FAILS), ({"at_most": 100}, 95.0, HOLDS), ({"at_most": 100}, 99.0, None),
     ({"at_most": 100}, 105.0, FAILS), ({"at_least": -10}, -10.4, None), ({"at_least": 1}, 1, HOLDS),
     ({"at_least": 2}, np.int64(1), FAILS), ({"at_least": 2}, np.int64(2), HOLDS), ({"at_most": 0}, 1e-9, FAILS),
     ({"at_most": 0}, -1e-9, HOLDS), ({"at_least": 10}, math.inf, HOLDS), ({"at_most": 10}, math.inf, FAILS)],
)  # fmt: skip
def test_the_verdict_on_a_part(given, number, verdict):
    """Within 5 % of its line a number is too close to call, unless it is a count."""
    assert part(**given).verdict(number) == verdict


def test_no_number_has_no_verdict():
    with pytest.raises(ValueError, match="nan is not a number"):
        part(at_most=1).verdict(math.nan)


@pytest.mark.parametrize(
    ("core", "other", "verdict"),
    [(2.0, 2.0, HOLDS), (2.0, 0.0, PARTLY), (2.0, 1.0, PARTLY), (1.0, 2.0, PARTLY), (0.0, 2.0, FAILS)],
)
def test_the_verdict_on_a_claim(core, other, verdict):
    """All parts: it holds; not the core: it does not hold; else it holds partly, also where one is too close."""
    parts = {"core": part(at_least=1, core=True), "other": part(at_least=1)}
    found = Finding(replace(find(22), parts=parts), {"core": core, "other": other}, {}, ())
    assert found.verdict == verdict
    assert found.number == core
    assert [row[3] == "too close to call" for row in found.rows] == [core == 1, other == 1]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (2.67e-15, "0"), (-1e-14, "0"), (1e-6, "1e\N{MINUS SIGN}06"),
     (51.7292, "51.7"), (-13.4257, "\N{MINUS SIGN}13.4"), (1456.84, "1457"), (0.012345, "0.0123"),
     (100.00000000004, "100"), (math.inf, "more than was tried")],
)  # fmt: skip
def test_numbers_in_words(number, text):
    assert plain(rounded(number)) == text


def test_peaks_behind_claim_21():
    peaks = [hh.measure.peak(rec)[0] for rec in find(21).run().recordings.values()]
    assert peaks == pytest.approx([40.41, 47.76, 44.26, 48.92], abs=0.01)


def test_a_warm_patch_is_graded_as_claim_11_tells():
    """A third of a millivolt of shocks, 4.5 % of the threshold, at 18.5 degC; less than 0.02 mV at 6.3 degC."""
    warm, cold, size = hh.Squid(T=18.5), hh.Squid(), hh.measure.threshold(hh.Squid(), shock=True)
    for cell, low, high in ((warm, 7.380 - 0.01, 7.713 + 0.01), (cold, size - 0.01, size + 0.01)):
        heights = [hh.measure.peak(hh.simulate(cell, hh.Shock(mV), 20))[0] for mV in (low, high)]
        assert heights[0] < -50
        assert heights[1] > 20
    assert -50 < hh.measure.peak(hh.simulate(warm, hh.Shock(7.5), 20))[0] < 20


def test_plateau_and_width_behind_claim_21():
    held = find(21).run().recordings["n frozen"]
    assert held.V[-1] == pytest.approx(-13.4, abs=0.1)
    assert hh.measure.half_width(held) == pytest.approx(5.5, abs=0.05)


def test_times_above_zero_behind_claim_21():
    """With h frozen V stays above 0 mV; with n frozen it comes down late, to a plateau."""
    recs = find(21).run().recordings
    assert recs["h frozen"].V[-1] > 0 > recs["n frozen"].V[-1] > -20
    assert recs["both frozen"].V[-1] == pytest.approx(48.92, abs=0.01)


def test_what_remains_of_the_undershoot_in_claim_26():
    """Resetting the sodium channels too leaves hardly any undershoot."""
    (begins,) = find(26).run().recordings["K closed"].settings["reset"].values()
    cell = hh.Squid()
    rec = hh.simulate(cell, hh.Shock(15, 1), 25, reset=dict.fromkeys(cell.gate_names, begins))
    assert hh.measure.rest(cell) - hh.measure.undershoot(rec)[0] < 0.3


def test_each_change_behind_claim_27():
    """V at the three afterpotentials without the channel of each: higher, lower, higher."""
    recs = find(27).run().recordings
    found = hh.measure.afterpotentials(recs["intact"])
    turns = {"BK": found.fast_AHP, "T": found.ADP, "SK": found.medium_AHP}
    assert [mV for mV, _ in turns.values()] == pytest.approx([-72.5, -67.4, -82.4], abs=0.05)
    for (name, (V, ms)), change in zip(turns.items(), (21.3, -14.7, 16.2), strict=True):
        rec = recs[f"g_{name} = 0"]
        fall = rec.t[(rec.t > hh.measure.spikes(rec)[0]) & (rec.V < -20)][0]
        assert np.interp(fall + ms, rec.t, rec.V) - V == pytest.approx(change, abs=0.2)
        assert hh.measure.afterpotentials(rec).fall == pytest.approx(fall, abs=0.005)


def test_the_leak_behind_claim_31_is_the_one_of_goldman():
    (rec,) = find(31).run().recordings.values()
    assert rec.current_at("K", np.array([-100.0, -60, 0]), 0) == pytest.approx([-0.251, 2.62, 13.1], rel=3e-3)
    assert rec.current_at("ohmic", np.array([0.0]), 0) == pytest.approx(0.061 * 95.02, rel=1e-3)


def test_calcium_opens_both_channels_of_claim_33():
    recs = find(33).run().recordings
    assert recs["cobalt"].g["SK"].max() < 0.01 * recs["intact"].g["SK"].max()
    assert recs["cobalt"].g["BK"].max() < 0.01 * recs["intact"].g["BK"].max()
    assert recs["iberiotoxin"].conc["Ca_in"].max() > 2 * recs["intact"].conc["Ca_in"].max()
    assert hh.measure.spikes(recs["iberiotoxin"]).size == 3


def test_the_squid_axon_of_which_claim_32_tells():
    """Its potassium channels conduct more than half at rest; n stays high while V is held up, and falls afterwards."""
    (held,) = hh.clamp(hh.Squid(), hh.Clamp(to=0, duration=40, prepulse=(-65, 5), tail=(-65, 15)))
    n = held.gate["K.n"]
    assert n[(held.t > 10) & (held.t < 45)].min() > 0.6
    assert n[-1] < 0.45
    assert held.g["K"][0] / held.cell.g_K == pytest.approx(0.0102, abs=1e-4)
    at_rest = [g[0] for g in hh.simulate(hh.Squid(), None, 1).g.values()]
    assert at_rest[1] / sum(at_rest) == pytest.approx(0.3669 / (0.01062 + 0.3669 + 0.3), abs=2e-4)


def test_sodium_conductance_behind_claim_38():
    rec = find(38).run().recordings["spike"]
    lowest = (rec.g["Na"] / rec.g["Na"][0]).min()
    assert 0.001 < lowest < 0.01


def test_rates_behind_claim_40():
    weak, strong, single = (hh.measure.spikes(rec) for rec in find(40).run().recordings.values())
    assert single.size == 1
    assert 1000 / np.diff(weak)[-1] == pytest.approx(68.32, rel=0.002)
    assert 1000 / np.diff(strong)[-1] > 100


@pytest.mark.parametrize(
    ("cell", "gap", "h", "n"), [(hh.Squid(), 5, math.inf, 4.19), (hh.Squid(**FEW_K), 5.8, 1.79 / 1.01, math.inf)]
)
def test_absolute_periods_behind_claim_41(cell, gap, h, n):
    """Neither membrane answers ten times the threshold; at 5 ms n restores the squid axon, and h the one with few K."""
    found = [float(hh.measure.refractory(cell, gap, reset=gates)) for gates in ((), ("h",), ("n",))]
    assert found == pytest.approx([math.inf, h, n], rel=0.01)


def test_measurements_have_numbers_sources_and_where_they_were_read():
    """Each stands at its claim; a claim of which nothing was read has none."""
    for number, measurements in MEASURED.items():
        told = measured_in_words(find(int(number)).measured)
        assert told.count("Measured: ") == len(measurements)
        for each in measurements:
            assert each.keys() == {"quantity", "value", "unit", "conditions", "source", "read_at"}
            assert all(str(each[key]).strip() for key in each.keys() - {"unit"}), each
            assert all(str(part) in told for part in each.values())
    assert {str(number) for number in NUMBERS if find(number).measured} == MEASURED.keys()
    assert len(MEASURED) >= 10
