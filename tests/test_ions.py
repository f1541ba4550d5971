"""Ions at a membrane: Nernst, Goldman-Hodgkin-Katz, Mullins-Noda, and the gallery of cells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

import hhlab as hh
from hhlab import kernel
from hhlab.physics import NEAR_ZERO, F, R, bernoulli, ghk_current, q10_factor, thermal_voltage

AMOUNT = st.floats(0.01, 1000)
CELSIUS = st.floats(0, 45)
THREE = st.tuples(AMOUNT, AMOUNT, AMOUNT)

NEURON = {"K": 4, "Na": 145}, {"K": 140, "Na": 12}
BLOOD = {"K": 20, "Na": 440, "Cl": 560}, {"K": 400, "Na": 50, "Cl": 52}
SEA = {"K": 10, "Na": 455, "Cl": 540}, {"K": 345, "Na": 72, "Cl": 61}


@pytest.mark.parametrize(("T", "mV"), [(6.3, 24.0811), (18.5, 25.1325), (37, 26.7267)])
def test_thermal_voltage(T, mV):
    assert thermal_voltage(T) == pytest.approx(mV, abs=1e-4)
    assert 2.302585 * thermal_voltage(T) == pytest.approx({6.3: 55.45, 18.5: 57.87, 37: 61.54}[T], abs=0.005)


@pytest.mark.parametrize(
    ("baths", "P", "V"),
    [
        (SEA, (1, 0.04, 0.45), -59.38),
        (SEA, (1, 20, 0.45), 37.83),
        (BLOOD, (1, 0.04, 0.45), -59.62),
        (BLOOD, (1, 20, 0.45), 42.16),
    ],
)
def test_ghk_voltage_of_the_squid(baths, P, V):
    permeability = dict(zip(("K", "Na", "Cl"), P, strict=True))
    assert hh.ghk_voltage(permeability, *baths, 18.5) == pytest.approx(V, abs=0.01)


@pytest.mark.parametrize(
    ("name", "E_K", "E_Na", "E_Cl", "V"),
    [
        ("squid axon", -88.99, 46.33, -54.81, -59.38),
        ("squid axon, blood", -75.29, 54.66, -59.73, -59.62),
        ("neuron", -95.02, 66.60, -75.95, -68.08),
        ("skeletal muscle", -94.59, 66.60, -88.69, -88.06),
        ("ventricle", -87.94, 70.53, -45.56, -84.93),
        ("red cell", -91.10, 70.53, -10.58, -10.59),
        ("glial cell", -95.02, 66.60, -80.97, -81.06),
        ("kidney tubule cell", -95.02, 56.51, -50.70, -73.67),
        ("liver cell", -95.02, 66.60, -32.93, -33.14),
    ],
)
def test_the_gallery(name, E_K, E_Na, E_Cl, V):
    cell = hh.gallery[name]
    rec = hh.simulate(cell, None, 20)
    assert [rec.E[ion][0] for ion in ("K", "Na", "Cl")] == pytest.approx([E_K, E_Na, E_Cl], abs=0.01)
    assert hh.measure.rest(cell) == pytest.approx(V, abs=0.01)
    assert np.ptp(rec.V) < 0.01


@pytest.mark.parametrize(
    ("V", "ratio"), [(-10, 0.675), (-20, 0.447), (-30, 0.295), (-70, 0.0430), (-80, 0.0209), (-90, 0.0057)]
)
def test_permeability_to_sodium_for_a_resting_potential(V, ratio):
    rest = lambda P_Na: float(hh.ghk_voltage({"K": 1, "Na": P_Na}, *NEURON, 37))  # noqa: E731
    assert brentq(lambda P_Na: rest(P_Na) - V, 1e-6, 10) == pytest.approx(ratio, rel=4e-3)


@pytest.mark.parametrize(("P_Na", "V"), [(0.01, -81.8), (0.0045, -85)])
def test_a_ventricle_without_chloride(P_Na, V):
    assert hh.measure.rest(hh.gallery["ventricle"].replace(P_Na=P_Na, P_Cl=0)) == pytest.approx(V, abs=0.05)


def test_a_red_cell_follows_chloride():
    cell = hh.gallery["red cell"]
    assert hh.measure.rest(cell) == pytest.approx(float(hh.nernst(-1, cell.Cl_out, cell.Cl_in, 37)), abs=0.02)
    assert hh.measure.rest(cell.replace(P_Cl=0)) < -15


def test_sodium_at_55_mV():
    assert hh.nernst(1, 145, 145 / 7.83, 37) == pytest.approx(55, abs=0.02)


@pytest.mark.parametrize(("mV", "pmol"), [(100, 1.036), (70, 0.725)])
def test_charges_apart(mV, pmol):
    """What charges 1 uF/cm2, in pmol/cm2 of one ion, and in ions."""
    shut = hh.GoldmanCell(P_K=0, P_Na=0, P_Cl=0)
    rec = hh.simulate(shut, hh.Shock(mV, 1), 2, start={"V": 0})
    moved = (rec.conc["K_in"][-1] - rec.conc["K_in"][0]) * shut.depth * 1e6
    assert moved == pytest.approx(pmol, abs=5e-4)
    assert moved * 1e-12 * 6.02214076e23 == pytest.approx(6.24e11 * mV / 100, rel=1e-3)


@pytest.mark.parametrize(
    ("outside", "inside", "T", "V", "kJ"),
    [(*NEURON, 37, -70, 44.4), (*BLOOD, 18.5, -65, 36.6)],
)
def test_work_of_a_cycle_of_the_pump(outside, inside, T, V, kJ):
    E_K, E_Na = (float(hh.nernst(1, outside[ion], inside[ion], T)) for ion in ("K", "Na"))
    assert (3 * (E_Na - V) + 2 * (V - E_K)) * F * 1e-6 == pytest.approx(kJ, abs=0.05)
    if T == 37:
        assert 3 * E_Na - 2 * E_K - 57e6 / F == pytest.approx(-201, abs=0.5)


@pytest.mark.parametrize(("V", "Cl_in"), [(-70, 8.02), (-90, 3.79), (-10, 75.7)])
def test_chloride_at_equilibrium(V, Cl_in):
    assert hh.nernst(-1, 110, Cl_in, 37) == pytest.approx(V, abs=0.03)
    assert hh.ghk_voltage({"Cl": 2.0}, {"Cl": 110}, {"Cl": Cl_in}, 37) == pytest.approx(V, abs=0.03)
    assert hh.ghk_current(1e-6, -1, V + 5, 110, Cl_in, 37) > 0 > hh.ghk_current(1e-6, -1, V - 5, 110, Cl_in, 37)


@given(inside=THREE, more=st.floats(1.01, 5))
def test_chloride_the_other_way_round(inside, more):
    """More K or Na inside makes V more negative, more Cl inside less."""
    P, outside = {"K": 1, "Na": 0.5, "Cl": 0.7}, {"K": 4, "Na": 145, "Cl": 120}
    within = dict(zip(P, inside, strict=True))
    V = hh.ghk_voltage(P, outside, within, 37)
    for ion, way in (("K", -1), ("Na", -1), ("Cl", 1)):
        assert way * (hh.ghk_voltage(P, outside, within | {ion: more * within[ion]}, 37) - V) > 0


@given(out=AMOUNT, inside=AMOUNT, T=CELSIUS)
def test_one_ion_is_at_its_nernst_potential(out, inside, T):
    for ion, z in (("K", 1), ("Na", 1), ("Cl", -1)):
        V = hh.ghk_voltage({ion: 3.0}, {ion: out}, {ion: inside}, T)
        assert pytest.approx(float(hh.nernst(z, out, inside, T)), abs=1e-9) == V


@given(P=st.tuples(*[st.floats(0.01, 100)] * 3), out=THREE, inside=THREE, T=CELSIUS)
def test_at_the_ghk_voltage_the_currents_cancel(P, out, inside, T):
    ions = {"K": 1, "Na": 1, "Cl": -1}
    sides = [dict(zip(ions, side, strict=True)) for side in (P, out, inside)]
    V = float(hh.ghk_voltage(*sides, T))
    each = [float(hh.ghk_current(p, z, V, o, i, T)) for p, z, o, i in zip(P, ions.values(), out, inside, strict=True)]
    assert abs(sum(each)) < 1e-6 * max(map(abs, each)) + 1e-12


@given(z=st.sampled_from([1, -1, 2]), out=AMOUNT, inside=AMOUNT, T=CELSIUS)
def test_no_current_at_the_nernst_potential(z, out, inside, T):
    at_rest = hh.ghk_current(1.0, z, hh.nernst(z, out, inside, T), out, inside, T)
    assert abs(at_rest) < 1e-6 * F * max(out, inside) * abs(z)


@pytest.mark.parametrize("z", [1, -1, 2])
def test_the_current_is_smooth_at_0_mV(z):
    V = np.concatenate((np.linspace(-0.02, 0.02, 801), [0.0]))
    V.sort()
    current = hh.ghk_current(1e-4, z, V, 2, 0.1, 37)
    assert np.isfinite(current).all()
    assert hh.ghk_current(1e-4, z, 0.0, 2, 0.1, 37) == pytest.approx(1e-4 * z * F * (0.1 - 2))
    slope = np.diff(current) / np.where(np.diff(V) == 0, np.nan, np.diff(V))
    assert np.nanmax(slope) - np.nanmin(slope) < 1e-3 * abs(np.nanmean(slope))


@pytest.mark.parametrize("side", [-1, 1])
def test_no_step_where_the_series_takes_over(side):
    inner, outer = (bernoulli(side * NEAR_ZERO * (1 + shift)) for shift in (-1e-9, 1e-9))
    assert inner == pytest.approx(outer, rel=2e-12)
    assert bernoulli(side * NEAR_ZERO) == pytest.approx(1 - side * NEAR_ZERO / 2 + NEAR_ZERO**2 / 12, rel=1e-14)
    assert bernoulli(0.0) == 1


@pytest.mark.parametrize("z", [1, -1, 2])
def test_the_kernel_has_the_same_ghk_current_and_its_slope(z):
    RT_F = float(thermal_voltage(37))
    edge = NEAR_ZERO * RT_F / abs(z)
    for V in (-180.0, -65.0, -0.5, -1.01 * edge, -0.99 * edge, 0.0, 0.99 * edge, 1.01 * edge, 0.5, 40.0, 180.0):
        current, slope = getattr(kernel.ghk, "py_func", kernel.ghk)(1e-6, z, V, 12.0, 145.0, RT_F)
        assert current == pytest.approx(float(ghk_current(1e-6, z, V, 145, 12, 37)), rel=1e-11)
        here, there = (float(ghk_current(1e-6, z, V + dV, 145, 12, 37)) for dV in (-0.01, 0.01))
        assert slope == pytest.approx((there - here) / 0.02, rel=1e-6)


def test_numbers_of_the_ghk_current():
    calcium = hh.ghk_current(1e-4, 2, [-100, -40, 0, 40, 100], 2, 1e-4, 37)
    assert calcium == pytest.approx([-288.97, -121.6, -38.59, -6.09, -0.15], rel=2e-2, abs=5e-3)
    assert calcium[:4] == pytest.approx([-288.97, -121.6, -38.59, -6.09], rel=1e-3)
    potassium = hh.ghk_current(1e-6, 1, [-100, -60, 0], 4, 140, 37)
    assert potassium == pytest.approx([-0.251, 2.62, 13.1], rel=2e-3)
    E = hh.nernst(2, 2, 1e-4, 37)
    chord = [float(hh.ghk_current(1e-4, 2, V, 2, 1e-4, 37) / (V - E)) for V in (-60, 40)]
    assert chord[0] / chord[1] == pytest.approx(14, abs=0.3)


@pytest.mark.parametrize(("r", "b", "V"), [(1, 0.04, -71.17), (1.5, 0.04, -77.01)])
def test_mullins_noda(r, b, V):
    assert hh.mullins_noda(*NEURON, 37, b, r) == pytest.approx(V, abs=0.01)


def test_what_the_pump_adds():
    adds = lambda *cell: float(hh.mullins_noda(*cell) - hh.mullins_noda(*cell, r=1))  # noqa: E731
    assert [adds(*NEURON, 37, b) for b in (0.04, 0.01)] == pytest.approx([-5.8, -2.5], abs=0.05)
    assert sorted(adds(*bath, 18.5, 0.04) for bath in (SEA, BLOOD)) == pytest.approx([-6.0, -4.2], abs=0.05)
    assert thermal_voltage(37) * np.log(1.5) == pytest.approx(10.8, abs=0.05)


@given(K=st.tuples(AMOUNT, AMOUNT), Na=st.tuples(AMOUNT, AMOUNT), b=st.floats(1e-4, 10))
def test_what_a_pump_can_add_is_limited(K, Na, b):
    outside, inside = ({"K": K[side], "Na": Na[side]} for side in (0, 1))
    neutral = hh.mullins_noda(outside, inside, 37, b, 1)
    assert neutral == pytest.approx(float(hh.ghk_voltage({"K": 1, "Na": b}, outside, inside, 37)), abs=1e-9)
    assert abs(hh.mullins_noda(outside, inside, 37, b) - neutral) <= thermal_voltage(37) * np.log(1.5) + 1e-9


def test_everything_broadcasts():
    K = np.array([[3.0], [5.0], [10.0]])
    P = {"K": 1, "Na": np.array([0.01, 0.05]), "Cl": 0.1}
    V = hh.ghk_voltage(P, {"K": K, "Na": 145, "Cl": 120}, {"K": 140, "Na": 12, "Cl": 7}, 37)
    assert V.shape == (3, 2)
    one = hh.ghk_voltage(
        {"K": 1, "Na": 0.05, "Cl": 0.1}, {"K": 5, "Na": 145, "Cl": 120}, {"K": 140, "Na": 12, "Cl": 7}, 37
    )
    assert V[1, 1] == pytest.approx(float(one))
    assert hh.ghk_current(1e-6, 1, np.zeros((4, 1)), K[:, 0], 140, 37).shape == (4, 3)
    assert hh.mullins_noda({"K": K, "Na": 145}, {"K": 140, "Na": 12}, 37, 0.04).shape == (3, 1)
    assert q10_factor(3, np.array([6.3, 16.3, 18.5]), 6.3) == pytest.approx([1, 3, 3**1.22])
    assert q10_factor([[2], [3]], [6.3, 16.3, 26.3], 6.3) == pytest.approx(np.array([[1, 2, 4], [1, 3, 9]]))
    assert hh.nernst([[1], [2]], [4, 40, 400], 140, 37).shape == (2, 3)
    assert thermal_voltage([0, 37]) == pytest.approx(1000 * R * np.array([273.15, 310.15]) / F)


def test_a_goldman_cell_rests_where_the_equation_says():
    for P_Na in (0.01, 0.05, 1, 20):
        cell = hh.GoldmanCell(P_Na=P_Na)
        outside, inside = ({ion: getattr(cell, f"{ion}_{side}") for ion in ("K", "Na", "Cl")} for side in ("out", "in"))
        V = float(hh.ghk_voltage({"K": 1, "Na": P_Na, "Cl": cell.P_Cl}, outside, inside, cell.T))
        assert hh.measure.rest(cell) == pytest.approx(V, abs=1e-4)
        later = hh.simulate(cell, hh.Step(20, 5, 2), 400, freeze=("K_in", "Na_in", "Cl_in"))
        assert later.V[-1] == pytest.approx(V, abs=1e-3)


def test_slope_against_potassium():
    neuron = hh.gallery["neuron"]
    V = [hh.measure.rest(neuron.replace(K_out=mM)) for mM in (3, 6, 40, 80)]
    slopes = np.array([V[1] - V[0], V[3] - V[2]]) / np.log10(2)
    assert slopes == pytest.approx([21.5, 53.9], abs=0.1)
    alone = neuron.replace(P_Na=0, P_Cl=0)
    assert hh.measure.rest(alone.replace(K_out=10)) - hh.measure.rest(alone.replace(K_out=1)) == pytest.approx(
        61.54, abs=0.01
    )


def test_ions_stop_at_the_nernst_potential():
    rec = hh.simulate(hh.GoldmanCell(P_Na=0, P_Cl=0), None, 500, start={"V": 0})
    assert rec.V[-1] == pytest.approx(float(hh.nernst(1, 4, 140, 37)), abs=1e-3)
    moved = rec.conc["K_in"][0] - rec.conc["K_in"][-1]
    assert moved == pytest.approx(1e-3 * 95.02 / (F * rec.cell.depth), rel=1e-3)
    shut = hh.simulate(hh.GoldmanCell(P_K=0, P_Na=0, P_Cl=0), None, 500, start={"V": 0})
    assert not shut.V.any()


NOWHERE = "has no resting potential between -200 and 200 mV: let at least one ion through, or give a V"


@pytest.mark.parametrize("change", [{"P_K": 0}, {"K_in": 1000, "K_out": 0.01}])
def test_a_cell_that_rests_nowhere(change):
    cell = hh.GoldmanCell(P_Na=0, P_Cl=0).replace(**change)
    for what in (hh.measure.rest, hh.simulate):
        with pytest.raises(ValueError, match=NOWHERE):
            what(cell)
    assert hh.simulate(cell, None, 1, start={"V": -40}).V[0] == -40
    assert -200 < hh.measure.rest(cell.plus(hh.Channel("leak", g=0.05, ion="Na"))) < 200


def test_zero_of_the_current_voltage_curve_is_rest():
    rec = hh.simulate(hh.GoldmanCell(), None, 10)
    total = lambda V: float(sum(rec.current_at(name, np.array(V), 5.0) for name in rec.I))  # noqa: E731
    assert brentq(total, -95, 60) == pytest.approx(rec.V[0], abs=1e-3)


def test_conductance_of_a_permeability():
    at_rest = hh.simulate(hh.GoldmanCell(P_Na=0, P_Cl=0), None, 10)
    away = hh.simulate(hh.GoldmanCell(P_Na=0, P_Cl=0), None, 0.2, start={"V": at_rest.V[0] + 0.5})
    assert at_rest.g["K"][0] == pytest.approx(away.g["K"][0], rel=0.02)
    assert at_rest.g["K"][0] > 0.01
    assert not at_rest.g["Na"].any()
