"""The words of benches and cards: all that are asked for are there, none is left over, and the browser has its own."""

import re
import tomllib
from pathlib import Path

import pytest

import hhlab as hh
from hhlab.lab import words
from hhlab.lab.words import for_browser, sentence
from hhlab.views import VIEWS, panels_of
from hhlab.views import words as of_views

IN_BROWSER = for_browser("lost", "bench", "membrane")


def texts_of(module):
    """All texts beside a module, by name."""
    sections = tomllib.loads(Path(module.__file__).with_suffix(".toml").read_text("utf-8"))
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


def code_of(module, kind):
    """All code of a kind in the folder of a module."""
    return "".join(path.read_text("utf-8") for path in sorted(Path(module.__file__).parent.glob(f"*.{kind}")))


def asked(code, texts):
    """The names of the texts that code may ask for, where a part of a name may be a value in braces."""
    sections = "|".join({name.partition(".")[0] for name in texts})
    names = re.findall(rf"""["'`]((?:{sections})\.(?!js|md)[^"'`]+)["'`]""", code)
    patterns = [re.sub(r"(\\\$)?\\\{.*?\\\}", r"\\w+", re.escape(name)) for name in names]
    missing = [each for each in patterns if not any(re.fullmatch(each, name) for name in texts)]
    assert not missing, f"words.toml lacks {missing}"
    return {name for name in texts if any(re.fullmatch(each, name) for each in patterns)}


def test_code_asks_for_each_text_that_there_is_and_for_no_other():
    texts = texts_of(words)
    assert asked(code_of(words, "js"), texts) == IN_BROWSER.keys()
    assert asked(code_of(words, "py"), texts) >= texts.keys() - IN_BROWSER.keys()
    labels = {name: text for name, text in texts_of(of_views).items() if name.startswith(("labels.", "curves."))}
    assert asked(code_of(of_views, "py"), labels) == labels.keys()


def test_code_of_the_browser_has_no_text():
    code = re.sub(r"^\s*//.*$|\s// .*$", "", code_of(words, "js"), flags=re.M)
    assert not re.findall(r"""(?:textContent = |aria-label", |title: |title = )["'`][A-Za-z].*""", code)
    assert not re.findall(r"""["'`]([A-Za-z,]+(?: [a-z,]+)+[.:]?)["'`]""", code)


@pytest.mark.usefixtures("thrown_away")
def test_a_bench_and_a_card_send_their_words():
    assert hh.explore(hh.Squid(), hh.Step(5)).words == IN_BROWSER
    assert hh.worklog()._hands.words == for_browser("lost")
    assert sentence("bench.drop", letter="A") == "Drop A"


def test_axes_and_curves_have_their_names():
    (panel,) = panels_of([VIEWS["attribution"]], [hh.simulate(hh.SquidWithPumps(), None, 5)], [""])
    assert (panel.label, panel.x_label) == ("part of dV/dt\n(mV/ms)", "t (ms)")
    assert [stroke.name for stroke in panel.named] == ["Na", "K", "NaL", "ClL", "pump", "stimulus"]
    assert [of_views.called(name) for name in of_views.WORDS] == ["stimulus", "pump", "axial", "release"]
