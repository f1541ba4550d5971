"""The living membrane: what crosses is the charge of the recording, gates are single channels, dots follow a rule."""

import re
from pathlib import Path

import numpy as np
import pytest

import hhlab as hh
from hhlab.patch import OPEN, particles_at
from hhlab.texts import TextFiles
from hhlab.views import VIEWS, membrane, scene, words

VIEW = VIEWS["membrane"]
ELEMENTARY = 1.602176634e-19  # C
CHARGE = {"Na": 1, "K": 1, "Cl": -1, "Ca": 2, "": 1}
HOUR = 3_600_000  # ms
CLAMPED = hh.clamp(hh.Squid(), hh.Clamp(-65, [-21, 60], 10))
RECORDED = {
    "squid": hh.simulate(hh.Squid(), hh.Step(20), 30),
    "warm train": hh.simulate(hh.Squid(T=18.5), hh.Step(20, 5, 90), 100),
    "TTX": hh.simulate(hh.blocked(hh.Squid(), "TTX"), hh.Step(20), 30),
    "half of TEA": hh.simulate(hh.Squid(g_K=18), hh.Step(20), 30),
    "clamped": CLAMPED[0],
    "clamped beyond E_Na": CLAMPED[1],
    "afterpotentials": hh.simulate(hh.AfterpotentialCell(), hh.Step(20, 5, 1), 100),
    "relay": hh.simulate(hh.ThalamicRelay(), hh.Step(-1, 20, 200), 300),
    "beta cell": hh.simulate(hh.BetaCell(), None, 20_000),
    "node of the heart": hh.simulate(hh.SinoatrialNode(), None, 600),
    "node of a frog": hh.simulate(hh.FrogNode(), hh.Step(1000, 0.5, 0.12), 5),
    "pumps": hh.simulate(hh.SquidWithPumps(), hh.Step(60, 5, 0.2), 30),
    "poisoned for an hour": hh.simulate(hh.PumpCell(ouabain=1), None, HOUR),
    "axon": hh.propagate(hh.Axon(), hh.Step(1000, 0.5, 0.2), electrodes=(1, 4)),
}
EACH = pytest.mark.parametrize("recording", RECORDED.values(), ids=RECORDED)


def numbers(sent):
    return np.frombuffer(sent["bytes"], f"<{sent['kind']}")


def patches(recording, view=VIEW):
    """What a bench draws of a recording: of each place its recording, and what is sent of it."""
    told = view.told(recording)
    places = [rec for _, rec in scene.places(recording)]
    return told, list(zip(places, told["patches"], strict=True))


def dots(rec, name, z, ions):
    """The dots that have gone out through a kind of channel up to each sample, by the charge in the recording."""
    charge = np.concatenate(([0.0], np.cumsum(0.5 * (rec.I[name][1:] + rec.I[name][:-1]) * np.diff(rec.t))))
    return charge * 1e-9 * 1e-8 / (z * ELEMENTARY) / ions  # nC/cm2; 1e-8 cm2 is 1 um2


@EACH
def test_what_crosses_is_the_charge_in_the_recording_within_one_dot(recording):
    ions, (_, places) = scene.ions_per_dot(recording), patches(recording)
    for rec, patch in places:
        for_ion = {}
        for kind in patch["kinds"]:
            due, times = dots(rec, kind["name"], CHARGE[kind["ion"]], ions), numbers(kind["times"])
            assert np.all(np.diff(np.abs(times)) >= 0)
            until = np.searchsorted(np.abs(times), rec.t, "right")
            crossed = np.concatenate(([0.0], np.cumsum(np.sign(times))))[until]
            assert np.abs(crossed - due).max() <= 0.51
            for_ion.setdefault(kind["ion"], []).append((np.sign(times).sum(), due[-1]))
        for each in for_ion.values():
            drawn, charge = np.sum(each, axis=0)
            assert abs(drawn - charge) <= 0.5 * len(each) + 0.01


@EACH
def test_dots_go_the_way_of_the_current(recording):
    for rec, patch in patches(recording)[1]:
        for kind in patch["kinds"]:
            times, current = numbers(kind["times"]), rec.I[kind["name"]] / CHARGE[kind["ion"]]
            after = np.searchsorted(rec.t, np.abs(times)).clip(1, rec.t.size - 1)
            around = np.sign(times) * np.maximum(current[after] * np.sign(times), current[after - 1] * np.sign(times))
            assert np.all(around * times > 0)


@EACH
def test_dots_cross_through_channels_that_are_open_and_free(recording):
    """Where one of those that are drawn is open then, or within a few frames of it."""
    for patch in scene.patches(recording, None):
        for kind in patch.kinds:
            moment = np.round(np.abs(kind.times) / patch.rec.t[-1] * (scene.MOMENTS - 1)).astype(int)
            for k, c in zip(moment, kind.through, strict=True):
                near = kind.opened[:, max(k - scene.NEAR, 0) : k + scene.NEAR + 1]
                assert near[c].any() if c >= 0 else not near.any()
                assert c < 0 or kind.opened[c, k] or not kind.opened[:, k].any()


@EACH
def test_gates_are_drawn_as_the_particles_of_single_channels_are(recording):
    for rec, patch in patches(recording)[1]:
        for kind in patch["kinds"]:
            n = len(kind["free"])
            single = particles_at(rec, kind["name"], n, scene.moments(rec), seed=scene.SEED)
            states = numbers(kind["states"]).reshape(-1, scene.MOMENTS)
            assert len(states) == min(n, scene.FRONT)
            assert kind["particles"] == single.names
            for bit, each in enumerate(single.open):
                assert np.array_equal(states >> bit & 1, each[: scene.FRONT])
            opened = np.unpackbits(numbers(kind["opened"]).reshape(scene.MOMENTS, -1), axis=1, bitorder="little")
            assert np.array_equal(opened[:, :n].T, (single.states == OPEN) & np.array(kind["free"])[:, None])


def test_a_frozen_gate_does_not_jump():
    rec = hh.simulate(hh.Squid(), hh.Step(20), 30, freeze=("h",))
    (sodium, *_) = patches(rec)[1][0][1]["kinds"]
    states = numbers(sodium["states"]).reshape(-1, scene.MOMENTS)
    assert np.ptp(states >> 3 & 1, axis=1).max() == 0
    assert np.ptp(states & 7, axis=1).min() > 0


@pytest.mark.parametrize(
    ("ion", "mM", "count"),
    [("Na", 440, 88), ("Na", 12, 2), ("K", 4, 1), ("K", 0.1, 1), ("Cl", 560, 112), ("Ca", 2, 16), ("Ca", 1e-4, 3),
     ("Ca", 1e-3, 6), ("Ca", 1e-5, 0), ("Ca", 1e-9, 0)],
)  # fmt: skip
def test_dots_stand_for_concentrations_by_a_rule(ion, mM, count):
    assert scene.dots_of(ion, mM) == count


def test_dots_follow_concentrations_that_move():
    rec = RECORDED["poisoned for an hour"]
    for each in patches(rec)[1][0][1]["dots"]:
        inside = np.interp(scene.moments(rec), rec.t, rec.conc[f"{each['ion']}_in"])
        assert np.array_equal(numbers(each["inside"]), np.round(inside / 5))
        assert each["outside"] == round(rec.cell.pool[each["ion"]].outside / 5)


def test_calcium_stands_at_the_mouths_of_channels_that_read_it_there():
    domain, shell = ([d for d in patches(RECORDED["afterpotentials"])[1][0][1]["dots"] if d["ion"] == "Ca"])[::-1]
    assert (domain["mouths"], domain["outside"], shell["mouths"], shell["outside"]) == (("HVA", "BK"), 0, (), 16)
    most = RECORDED["afterpotentials"].conc["Ca_domain"].max()
    assert numbers(domain["inside"]).max() == pytest.approx(3 * np.log10(most / 1e-5), abs=1)


@pytest.mark.parametrize(
    ("cell", "potassium", "calcium"),
    [(hh.Squid(), (20, 400), None), (hh.Neuron(), (4, 140), None), (hh.ThalamicRelay(), (4, 140), (2, 4.55e-4)),
     (hh.Ventricle(), (5.4, 145), (1.8, 1.78e-4)), (hh.Barnacle(), (10, 345), (10, 1e-4)),
     (hh.FrogNode(), (2.5, 120), None)],
)  # fmt: skip
def test_every_cell_has_concentrations(cell, potassium, calcium):
    told = patches(hh.simulate(cell, None, 5))[1][0][1]["dots"]
    found = {each["ion"]: (each["mM"][0], numbers(each["mM"][1])[0]) for each in told}
    assert found["K"] == pytest.approx(potassium, rel=1e-4)
    assert found.get("Ca") == (calcium and pytest.approx(calcium, rel=0.02))


def test_the_pump_carries_three_out_and_two_in_with_each_turn():
    rec, ions = RECORDED["pumps"], scene.ions_per_dot(RECORDED["pumps"])
    pump = patches(rec)[1][0][1]["pump"]
    turned = dots(rec, "pump", 1, ions)
    out, into = (np.searchsorted(numbers(pump[ion]), rec.t, "right") for ion in ("Na", "K"))
    assert np.abs(out - turned).max() <= 0.51
    assert np.abs(into - (turned - 0.5)).max() <= 0.51
    assert turned[-1] == pytest.approx(pump["turned"])
    assert out[-1] > 5


def test_ouabain_sits_on_the_pump_and_stops_it():
    pump = patches(RECORDED["poisoned for an hour"])[1][0][1]["pump"]
    assert pump["blocked"]
    assert pump["Na"]["bytes"] == pump["K"]["bytes"] == b""


def kinds(bench_or_rec):
    """The kinds of channels on a bench, or in a recording, by name."""
    told = bench_or_rec.scene if hasattr(bench_or_rec, "scene") else VIEW.told(bench_or_rec)
    return {kind["name"]: kind for kind in told["patches"][0]["kinds"]}


@pytest.mark.parametrize(
    ("cell", "drug", "channel", "inside"),
    [(hh.Squid(), "TTX", "Na", False), (hh.Squid(), "TEA", "K", True), (hh.Neuron(), "TEA", "K", False),
     (hh.AfterpotentialCell(), "apamin", "SK", False), (hh.AfterpotentialCell(), "iberiotoxin", "BK", False),
     (hh.ThalamicRelay(), "cobalt", "T", False), (hh.SinoatrialNode(), "ivabradine", "h", True)],
)  # fmt: skip
def test_a_drug_sits_where_it_blocks(cell, drug, channel, inside):
    found = kinds(hh.simulate(hh.blocked(cell, drug), None, 10))
    assert (found[channel]["drug"], found[channel]["inside"], sum(found[channel]["free"])) == (drug, inside, 0)
    assert not any(numbers(found[channel]["opened"])), "a channel with a drug in it conducts nothing"
    assert all(each["drug"] in ("", drug) for each in found.values())


def test_the_gates_of_a_poisoned_channel_move_all_the_same():
    assert np.ptp(numbers(kinds(RECORDED["TTX"])["Na"]["states"])) > 0


def bench(cell, *drugs, **more):
    return hh.explore(cell, hh.Step(20), ("voltage", "membrane"), presets=drugs or None, t_stop=30, **more)


def test_half_a_dose_sits_in_half_of_the_channels():
    found = bench(hh.Squid())
    found.set(g_K=18)
    assert (kinds(found)["K"]["drug"], sum(kinds(found)["K"]["free"])) == ("TEA", scene.ALL // 2)
    assert kinds(found)["Na"]["drug"] == ""
    potassium = kinds(found)["K"]
    taken = numbers(potassium["through"])[numbers(potassium["through"]) >= 0]
    assert taken.size > 20
    assert np.array(potassium["free"])[taken].all(), "nothing crosses where it is blocked"
    found.set(g_K=50)
    assert kinds(found)["K"]["drug"] == ""


def test_other_densities_are_no_drugs():
    assert kinds(RECORDED["half of TEA"])["K"]["drug"] == ""
    assert not any(kind["drug"] for kind in kinds(bench(hh.AfterpotentialCell.burster())).values())
    assert "NaP" not in kinds(bench(hh.AfterpotentialCell()))
    assert set(kinds(bench(hh.Squid(g_L=0)))) == {"Na", "K"}


def test_a_dot_stands_for_as_many_ions_as_long_as_there_is_a_bench():
    found = bench(hh.Squid())
    sizes = {found.scene["scale"]}
    ions = scene.ions_per_dot(found.recording)
    for change in ({"g_Na": 20}, {"g_Na": 400}, {"amplitude": 0}):
        found.set(**change)
        sizes.add(found.scene["scale"])
        due = dots(found.recording, "K", 1, ions)[-1]
        assert abs(numbers(kinds(found)["K"]["times"]).size - due) <= 1
    assert len(sizes) == 1
    rest = hh.simulate(hh.Squid(), None, 30)
    assert VIEW.told(rest)["scale"] not in sizes


def test_nothing_is_sent_again_where_only_the_cursor_moves():
    found = bench(hh.Squid())
    before = found.scene
    found.look(7.0)
    assert found.scene is before
    found.set(g_Na=100)
    assert found.scene is not before


def test_what_is_sent_of_a_membrane_is_small():
    def size(each):
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list | tuple) else None
        return sum(map(size, inner)) if inner is not None else len(each) if isinstance(each, bytes | str) else 8

    assert size(VIEW.told(RECORDED["squid"])) < 25_000
    assert size(VIEW.told(RECORDED["afterpotentials"])) < 70_000


def test_an_axon_shows_a_patch_at_each_electrode_and_a_clamp_its_electrode():
    _, places = patches(RECORDED["axon"])
    assert [patch["title"] for _, patch in places] == ["electrode 1 (1.00 cm)", "electrode 2 (4.00 cm)"]
    for rec, patch in places:
        V = numbers(patch["V"]) / 100
        due = np.interp(np.linspace(0, rec.t[-1], V.size), rec.t, rec.V)
        assert pytest.approx(due, abs=0.0101) == V
    assert [patches(RECORDED[name])[1][0][1]["electrode"] for name in ("clamped", "squid", "beta cell")] == [
        "voltage clamp", "electrode", "",
    ]  # fmt: skip
    stimulus = numbers(patches(RECORDED["squid"])[1][0][1]["stimulus"])
    assert (stimulus.max(), stimulus[0]) == (20, 0)


@pytest.mark.parametrize("moment", [0.0, 6.8, 7.9, 10.0, None])
def test_the_caption_says_what_is_seen(moment):
    rec = RECORDED["squid"]
    told, t = VIEW.caption(rec, moment), hh.measure.peak(rec)[1] if moment is None else moment
    assert f"V is {words.number(np.interp(t, rec.t, rec.V))} mV." in told
    assert ("the inside is negative" in told) == (np.interp(t, rec.t, rec.V) < 0)
    (patch,), k = scene.patches(rec, None), scene.at_moment(rec, t)
    for kind in patch.kinds[:2]:
        assert f"{kind.name} channels open: {kind.opened[:, k].sum()} of 32" in told
    for ion, way in (("Na", "in"), ("K", "out")):
        seen = re.search(rf"goes {way} through {ion}, ([\d.]+) dots in 0.30 ms", told)
        flow = abs(np.interp(t, rec.t, rec.I[ion])) * 0.3 * 1e-17 / ELEMENTARY / scene.ions_per_dot(rec)
        assert (float(seen[1]) if seen else 0.0) == pytest.approx(flow, abs=0.0501)


def test_every_sentence_of_a_membrane_is_met(monkeypatch):
    met = set()
    for where in (membrane, scene):
        monkeypatch.setattr(
            where, "sentence", lambda name, **v: met.add(name) or words.sentence(name, **v), raising=False
        )
    for name, moment in {"squid": 7, "TTX": 7, "clamped": 5, "pumps": 8, "axon": 1.4, "node of a frog": 5}.items():
        VIEW.caption(RECORDED[name], moment)
    barnacle = hh.simulate(hh.Barnacle(), None, 1)
    for rec in (barnacle, *(RECORDED[name] for name in ("squid", "relay", "node of the heart", "pumps"))):
        membrane._packed.__wrapped__(rec, None)
    assert met >= {f"scene.{name}" for name in TextFiles(Path(words.__file__).with_name("words.toml"))["scene"]}


def test_a_still_shows_the_same():
    rec, moment = RECORDED["squid"], 6.8
    (patch,), k = scene.patches(rec, None), scene.at_moment(rec, moment)
    strokes = VIEW.strokes([rec], ("",), moment)
    bars = [stroke for stroke in strokes if stroke.width == membrane.BAR]
    shut = [
        not kind.open[p, c, k] for kind, c in membrane._fronts(patch) for p, plug in enumerate(kind.plugs) if not plug
    ]
    assert [bool(stroke.y[0] == stroke.y[1]) for stroke in bars] == shut
    counts = [stroke.x.size for stroke in strokes if stroke.dot and stroke.width == membrane.ION]
    assert counts == [88, 10, 4, 80, 112, 10]
    signs = [stroke for stroke in strokes if stroke.colour == membrane.MINUS]
    assert len(signs) == round(abs(np.interp(moment, rec.t, rec.V)) / membrane.PER_SIGN)
    assert {stroke.y.mean() < 0 for stroke in signs} == {True}, "the inside is negative"
