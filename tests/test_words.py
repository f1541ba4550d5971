"""The words of benches and cards: all that are asked for are there, none is left over, and the browser has its own."""

import re
import tomllib

import pytest

import hhlab as hh
from hhlab.lab.frame import HERE
from hhlab.lab.words import for_browser, sentence

TEXTS = {
    f"{section}.{name}": text
    for section, texts in tomllib.loads((HERE / "words.toml").read_text("utf-8")).items()
    for name, text in texts.items()
}
IN_BROWSER = for_browser("lost", "bench", "membrane")
SECTIONS = "|".join({name.partition(".")[0] for name in TEXTS})
ASKED = re.compile(rf"""["'`]((?:{SECTIONS})\.(?!js|md)[^"'`]*)["'`]""")
"""A name of a text in code; a part of it may be a value in braces."""


def asked(kind):
    """The names of all texts that the code of a kind may ask for."""
    code = "".join(path.read_text("utf-8") for path in sorted(HERE.glob(f"*.{kind}")))
    patterns = [re.sub(r"(\\\$)?\\\{.*?\\\}", r"\\w+", re.escape(name)) for name in ASKED.findall(code)]
    missing = [each for each in patterns if not any(re.fullmatch(each, name) for name in TEXTS)]
    assert not missing, f"words.toml lacks {missing}"
    return {name for name in TEXTS if any(re.fullmatch(each, name) for each in patterns)}


def test_code_asks_for_each_text_that_there_is_and_for_no_other():
    assert asked("js") == IN_BROWSER.keys()
    assert asked("py") >= TEXTS.keys() - IN_BROWSER.keys()


def test_no_text_is_in_the_code_of_the_browser():
    """But for units, signs and what only the browser reads, no text there has two words."""
    code = "".join(path.read_text("utf-8") for path in sorted(HERE.glob("*.js")))
    code = re.sub(r"^\s*//.*$|\s// .*$", "", code, flags=re.M)
    assert not re.findall(r"""(?:textContent = |aria-label", |title: |title = )["`'][A-Za-z].*""", code)
    assert not re.findall(r"""["'`]([A-Za-z,]+(?: [a-z,]+)+[.:]?)["'`]""", code)


@pytest.mark.usefixtures("thrown_away")
def test_a_bench_and_a_card_send_their_words():
    assert hh.explore(hh.Squid(), hh.Step(5)).words == IN_BROWSER
    assert hh.worklog()._hands.words == for_browser("lost")
    assert sentence("bench.drop", letter="A") == "Drop A"
