"""What all tests share."""

import os
import shutil
from pathlib import Path

import pytest

import hhlab as hh

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(params=[hh.Squid(), hh.Squid(T=18.5), hh.Neuron()], ids=["squid-6.3", "squid-18.5", "neuron"])
def cell(request):
    """Every excitable cell whose concentrations stand still."""
    return request.param


@pytest.fixture
def in_neuron():
    """The squid axon in NEURON, with exact rates: its namespace and a section of 10 um."""
    n = pytest.importorskip("neuron").n
    n.load_file("stdrun.hoc")
    soma = n.Section(name="soma")
    soma.L = soma.diam = 10
    soma.insert("hh")
    n.usetable_hh = 0
    soma(0.5).hh.el = -54.387
    n.celsius = 6.3
    return n, soma


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; without one a skip, or a failure where CI promised to have it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None and os.environ.get("CI"):
        pytest.fail("CI has no Chromium: .ci/run installs it")
    if path is None:
        pytest.skip("needs Chromium; Debian's is apt-get install chromium")
    return path
