"""Benches and cards of the whole course in every language, and in one whose words are a third longer: nothing is cut.

One page a language holds them all, worked through: a narrow one like a phone, and a wide one.
"""

import ast
import json
import re

import polib
import pytest

from hhlab.languages import LANGUAGES
from hhlab.translate import messages

pytestmark = pytest.mark.slow
pytest.importorskip("playwright")

from lab_in_browser import CONNECTED, DONE, command, no_error, notebook, open_page, settled, snapshot  # noqa: E402

LONG = "long"
"""A language made up here: English, with each word a third longer."""
WIDTHS = (360, 1280)
AS_IT_IS = re.compile(r"`[^`]*`|\$+[^$]*\$+|\{\w*\}|\]\([^)]*\)|</?\w[^>]*>|&\w+;")
BEGIN = """
from pathlib import Path

import hhlab as hh
from hhlab import languages

languages.LANGUAGES["{long}"], languages.LOCALE = "Longer English", Path({locale!r})
hh.language("{name}")
"""
WORK = """
from hhlab.claims import Verdict
from hhlab.lab.bench import Bench
from hhlab.lab.claim_card import ClaimCard
from hhlab.lab.question import Answering
from hhlab.learning.entries import SURE
from hhlab.questions import Number


def work(shown):
    if isinstance(shown, Bench):
        shown.hold()
        name, start = next(iter(shown.fixed["start"].items()))
        shown.set(**{name: start * 1.01 + 0.01})
        shown.look(cursor=float(shown.recording.t[-1]) / 3)
        shown.hear({"do": "code"})
        shown.set(**{knob["name"]: 1e9 for knob in shown.knobs[:1]})
    elif isinstance(shown, ClaimCard):
        shown.verdict.value, shown.sure.value = Verdict.FAILS, SURE[0]
        shown.run()
    elif isinstance(shown, Answering):
        question = shown.question
        answers = ["7", "8"] if isinstance(question, Number) else list(question.options)[:2]
        if hasattr(shown, "sure"):
            shown.sure.value = SURE[0]
        for answer in answers:
            reason = "" if isinstance(question, Number) or not question.reason else next(iter(question.reason.options))
            shown.controls.put([answer] if shown.controls.ticks else answer, reason)
            shown.submit()
    for more in ("cards", "asked", "items", "bench"):
        inner = getattr(shown, more, ())
        for each in inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else [inner]:
            if hasattr(each, "comm"):
                work(each)


for shown in list(Out.values()):
    work(shown)
print("All is " + "worked through.")
"""
LOG = re.compile(r"^hh\.(?:worklog|begin|gain)\(", re.MULTILINE)
SHOWS = re.compile(r"^hh\.(?:explore|predict|observe|claim|ask|worklog|begin|gain|first_steps)\(", re.MULTILINE)
# Canvases remember what is written on them, and every membrane takes itself to be in sight.
LOOK = """(() => {
  const {fillText, clearRect, drawImage} = CanvasRenderingContext2D.prototype, Observer = IntersectionObserver;
  Object.assign(CanvasRenderingContext2D.prototype, {
    fillText(text, x, y, most = Infinity) {
      const told = this.measureText(text), wide = told.width, at = this.getTransform();
      const left = x - told.actualBoundingBoxLeft, squeezed = Math.min(1, most / wide);
      const right = left + (told.actualBoundingBoxLeft + told.actualBoundingBoxRight) * squeezed;
      const ends = [y - told.actualBoundingBoxAscent, y + told.actualBoundingBoxDescent];
      const corners = [left, right].flatMap(a => ends.map(b => at.transformPoint({x: a, y: b})));
      const [across, down] = ['x', 'y'].map(way => corners.map(corner => corner[way]));
      (this.canvas.written ??= []).push({text, squeezed, left: Math.min(...across), right: Math.max(...across),
        top: Math.min(...down), bottom: Math.max(...down)});
      return fillText.call(this, text, x, y, Math.min(most, 1e6));
    },
    clearRect(...box) { this.canvas.written = []; return clearRect.apply(this, box); },
    drawImage(image, ...box) {
      if (!box[0] && !box[1]) this.canvas.written = [];
      return drawImage.call(this, image, ...box);
    },
  });
  window.IntersectionObserver = class extends Observer {
    constructor(told, how) { super(told, how); this.told = told; }
    observe(part) {
      if (part.matches('.hhlab-scene')) this.told([{isIntersecting: true, target: part}]); else super.observe(part);
    }
  };
})()"""
IN_SIGHT = ".jp-Cell { content-visibility: visible !important } .hhlab-frame .hhlab-folded { display: flex !important }"
PARTS = ".hhlab-frame, .hhlab-first"
SHOWN = """([parts, all]) => document.querySelectorAll(parts).length >= all
  && [...document.querySelectorAll(parts)].filter(e => !e.parentElement.closest(parts)).length >= all"""
# Texts that leave their button, their label, what hides what flows over, or their card; or lie over each other.
CUT = """parts => {
  const found = new Map(), name = e => String(e.className).split(' ').at(-1) || e.tagName;
  const blame = (text, why) => found.set(`${why}: ${text.trim().slice(0, 80)}`, why);
  const shared = (one, two) => [Math.min(one.right, two.right) - Math.max(one.left, two.left),
    Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top)];
  const leaves = (boxes, own) => boxes.some(box => box.left < own.left - 1 || box.right > own.right + 1);
  const scrolls = e => /auto|scroll/.test(getComputedStyle(e).overflowX);
  for (const part of document.querySelectorAll(parts)) {
    if (part.parentElement.closest(parts) || !part.checkVisibility()) continue;
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT), range = document.createRange(), all = [];
    while (walker.nextNode()) {
      const {data, parentElement: holder} = walker.currentNode;
      const seen = holder.checkVisibility({visibilityProperty: true}) && !holder.closest('.hhlab-spoken');
      if (!data.trim() || !seen) continue;
      range.selectNodeContents(walker.currentNode);
      const boxes = [...range.getClientRects()].filter(box => box.width > 1);
      let e = holder;
      for (; !scrolls(e); e = e.parentElement) {
        const style = getComputedStyle(e), own = e.getBoundingClientRect();
        const hides = e === part || e.matches('button, label') || /hidden|clip/.test(style.overflowX);
        if (hides && style.display !== 'inline' && leaves(boxes, own)) blame(data, `leaves ${name(e)}`);
        const low = e.matches('button') || /hidden|clip/.test(style.overflowY);
        const high = boxes.some(box => box.top < own.top - 2 || box.bottom > own.bottom + 2);
        if (low && high) blame(data, `is too high for ${name(e)}`);
        if (e === part) break;
      }
      if (e === part) all.push(...boxes.map(box => ({box, holder, data})));
      else if (e.scrollWidth > e.clientWidth + 1 && !e.querySelector('table, pre') && !e.closest('table, pre')) {
        blame(data, `scrolls in ${name(e)}`);
      }
    }
    all.sort((a, b) => a.box.top - b.box.top);
    all.forEach((one, k) => {
      for (const two of all.slice(k + 1)) {
        if (two.box.top > one.box.bottom - 4) break;
        const within = one.holder.contains(two.holder) || two.holder.contains(one.holder);
        if (!within && shared(one.box, two.box)[0] > 3) blame(`${one.data} | ${two.data}`, 'lie over each other');
      }
    });
    for (const field of part.querySelectorAll('input[type=text], input[type=search]')) {
      const pen = new OffscreenCanvas(1, 1).getContext('2d'), style = getComputedStyle(field);
      pen.font = style.font;
      const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const said = field.value || field.placeholder;
      const long = pen.measureText(said).width > room + 1;
      if (field.checkVisibility() && long) blame(said, `is too long for ${name(field)}`);
    }
    if (part.scrollWidth > part.clientWidth + 1) blame('', `${name(part)} flows over`);
  }
  for (const canvas of document.querySelectorAll('canvas')) {
    const written = canvas.written ?? [], {width, height} = canvas;
    written.forEach((one, k) => {
      const inside = one.left > -2 && one.right < width + 2 && one.top > -2 && one.bottom < height + 2;
      if (!inside) blame(one.text, `leaves ${name(canvas)}`);
      if (one.squeezed < 0.8) blame(one.text, `is squeezed on ${name(canvas)}`);
      for (const two of written.slice(k + 1)) {
        if (shared(one, two).every(side => side > 3)) blame(`${one.text} | ${two.text}`, 'lie over each other');
      }
    });
  }
  for (const whole of [document.scrollingElement, document.querySelector('.jp-WindowedPanel-outer')]) {
    if (whole.scrollWidth > whole.clientWidth + 1) blame('', 'the page scrolls sideways');
  }
  return [...found.keys()];
}"""

# At the narrow width: rows of a card whose name shares its line with numbers, and panels that leave room beside them.
SQUEEZED = """() => [
  ...[...document.querySelectorAll('.hhlab-card .hhlab-table tbody th')]
    .filter(e => e.checkVisibility() && e.offsetWidth < 0.9 * e.parentElement.offsetWidth).map(e => e.textContent),
  ...[...document.querySelectorAll('.hhlab-ground')].flatMap(({written = [], width}) => written
    .filter(one => one.text.startsWith('t (') && one.left + one.right < 1.1 * width)
    .filter(() => !written.some(({text}) => text === '60 mV')).map(one => one.text)),
]"""


@pytest.fixture(scope="module")
def locale(tmp_path_factory):
    """A folder with the catalogues of all languages and that of the longer English."""
    from hhlab.languages import LOCALE

    place = tmp_path_factory.mktemp("locale")
    for path in LOCALE.glob("*.po"):
        (place / path.name).symlink_to(path)
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=utf-8", "Plural-Forms": "nplurals=1; plural=0;"}
    for text in messages():
        forms = {"msgid_plural": text, "msgstr_plural": {0: longer(text)}} if "{count}" in text else {}
        made.append(polib.POEntry(msgid=text, **(forms or {"msgstr": longer(text)})))
    made.save(str(place / f"{LONG}.po"))
    return place


def longer(text):
    """A text with each word a third longer; code, equations, places of values, links and HTML as they are."""
    kept = AS_IT_IS.findall(text)
    words = (re.sub(r"[^\W\d_]{2,}", lambda word: word[0] + word[0][: -(-len(word[0]) // 3)].lower(), part)
             for part in AS_IT_IS.split(text))  # fmt: skip
    return "".join(word + after for word, after in zip(words, [*kept, ""], strict=True))


def worked_through(root):
    """The code cells of all notebooks, with what follows the work log at the end: each card would follow each answer.

    Of cells that give numbers there is only what others need.
    """
    cells = list(_shown_in_the_course(root))
    return [*(cell for cell in cells if not LOG.search(cell)), WORK, *dict.fromkeys(filter(LOG.search, cells))]


def _shown_in_the_course(root):
    paths = sorted((root / "notebooks").glob("0*.ipynb"))
    code = [cell for path in paths for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    for cell in code:
        source = "".join(cell["source"])
        if "nbval-check-output" in cell["metadata"].get("tags", ()):
            source = "\n".join(ast.unparse(part) for part in ast.parse(source).body if isinstance(part, ast.Assign))
        if source:
            yield source


def test_words_become_a_third_longer():
    assert longer("Hold {name}: `code` of <b>two</b>.") == "Holdho {name}: `code` ofo <b>twot</b>."


@pytest.mark.parametrize("name", [*(each for each in LANGUAGES if each != "en"), LONG])
def test_nothing_is_cut(chrome, address, folder, locale, root, name):
    cells = [BEGIN.format(long=LONG, locale=str(locale), name=name), *worked_through(root)]
    page = open_page(chrome, f"{address}/doc/tree/{notebook(folder, f'all_{name}', *cells)}", (WIDTHS[0], 900),
                     reduced_motion="reduce", first=LOOK)  # fmt: skip
    page.wait_for_function(CONNECTED, timeout=90_000)
    command(page, "notebook:run-all-cells")
    page.wait_for_function(DONE, timeout=300_000)
    page.get_by_text("All is worked through.").wait_for(state="attached", timeout=300_000)
    page.add_style_tag(content=IN_SIGHT)  # not before: to lay all out again and again takes long
    page.wait_for_function(SHOWN, arg=[PARTS, sum(len(SHOWS.findall(cell)) for cell in cells)], timeout=30_000)
    settled(page)
    no_error(page)
    page.evaluate("document.querySelectorAll('.hhlab-more').forEach(e => e.click())")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(2000)
        snapshot(page, f"layout_{name}_{width}")
        found = page.evaluate(CUT, PARTS)
        assert not found, f"at {width} px: {found}"
        assert width != WIDTHS[0] or page.evaluate(SQUEEZED) == []
    no_error(page)
    page.context.close()
