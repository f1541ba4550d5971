"""The pages of the site: whole, readable by everybody, with links that lead somewhere, and nothing from elsewhere."""

import base64
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from static_files import static_files

import hhlab as hh
from hhlab.languages import ENGLISH, LANGUAGES, spoken, translated
from hhlab.site import build, pages
from hhlab.texts import of_course

ELSEWHERE = {"anywidget.dev", "github.com", "mybinder.org", "pdoc.dev"}
"""What pages may link to. They fetch nothing from there."""
LOADS = {("img", "src"), ("source", "srcset"), ("script", "src"), ("link", "href"), ("iframe", "src"), ("use", "href")}
AXE = ("index.html", "notebooks/03_action_potential.html", "docs/glossary.html", "docs/channels.html", "hr/index.html")
NARROW, WIDE = 390, 1280


class Found(HTMLParser):
    """The links of a page, what it loads, and the names of its places."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.places = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if (tag, name) in LOADS:
                self.loads.append(value)
            elif name in ("href", "src", "action", "data", "poster"):
                self.links.append(value)
            elif name == "id":
                self.places.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the pages."""
    folder = tmp_path_factory.mktemp("site")
    pages.write(folder)
    return folder


@pytest.fixture(scope="module")
def found(site):
    """What each page has."""
    return {path: Found(path.read_text("utf-8")) for path in site.rglob("*.html")}


def read(site, found):
    """The pages that are read, without the reference."""
    return [page for page in found if not page.is_relative_to(site / "api")]


@pytest.fixture(scope="module")
def served(site):
    """The address of the pages."""
    with static_files(site) as address:
        yield address


def test_what_is_missing_is_told_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pdoc", None)
    with pytest.raises(
        ValueError, match=r"^what makes the site is not installed \(pdoc\): pip install 'hhlab\[site\]'$"
    ):
        build(tmp_path / "site")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("05_refractory_period.ipynb", "../notebooks/05_refractory_period.html"),
        ("../notebooks/01_ions.ipynb", "../notebooks/01_ions.html"),
        ("classes.md#what-a-class-has-learnt", "../docs/classes.html#what-a-class-has-learnt"),
        ("../SECURITY.md", "../docs/security.html"),
        ("CONTRIBUTING.md#pins", f"{pages._repository()}/blob/HEAD/CONTRIBUTING.md#pins"),
        ("#Go-further", "#Go-further"),
        ("https://anywidget.dev", "https://anywidget.dev"),
    ],
)
def test_links_lead_to_pages_or_to_the_repository(link, page):
    assert pages._on_the_site(link) == page


def test_links_from_other_languages_lead_to_what_there_is():
    with spoken("hr"):
        assert pages._on_the_site("classes.md#a-place") == "../../docs/classes.html#a-place"
        assert pages._on_the_site("glossary.md") == "../docs/glossary.html"


def test_places_have_the_names_that_links_give_them():
    heading = "## 3 What *ends* it: a `gate`?"
    assert 'id="3-What-ends-it:-a-gate?"' in pages._html(heading, as_in_jupyter=True)
    assert 'id="3-what-ends-it-a-gate"' in pages._html(heading)


@pytest.mark.slow
def test_equations_are_readable_without_a_script():
    said = pages._html(r"so $$V = \frac{RT}{F}\,\ln\frac{[\mathrm{K}]_\mathrm{out}}{c}$$ holds")
    assert said.count("<math") == 1
    assert "<mtext>K</mtext>" in said  # upright
    assert "$" not in said


def test_a_notebook_tells_its_question_and_its_core(root):
    outlines = {path.stem: pages._outline(path) for path in (root / "notebooks").glob("[0-9]*.ipynb")}
    assert len(outlines) == 8
    assert all(each.question and len(each.core) >= 3 for each in outlines.values())
    told = outlines["05_refractory_period"]
    assert told.title == "05 The refractory period"
    assert told.question == "A spike is over in two milliseconds. Why can the axon not fire again at once?"
    assert told.core == ["Two pulses", "Which gate is to blame", "Why a second pulse finds nothing to open"]


def test_the_axon_of_the_front_page_is_that_of_the_course():
    told = pages._pushes()
    data, parts = told["data"], len(pages.PUSHES)
    assert len(json.dumps(data)) < 60_000
    rows = np.frombuffer(base64.b64decode(data["curves"]), np.uint8).reshape(parts, 5, data["samples"]).astype(float)
    for push, words, (whole, part, *gates) in zip(data["pushes"], data["words"], rows, strict=True):
        rec = hh.simulate(hh.Squid(), hh.Step(push, 2, 0.5), pages.LENGTH)
        V = pages.LOWEST + (whole + part / 256) / 255 * (pages.HIGHEST - pages.LOWEST)
        assert np.abs(V - rec.V[:: pages.EVERY]).max() < 0.002
        for name, gate in zip(("m", "h", "n"), gates, strict=True):
            assert np.abs(gate / 255 - rec.gate[name][:: pages.EVERY]).max() < 0.002
        assert words.startswith("A spike" if push > hh.measure.threshold(hh.Squid()) else "No spike")


@pytest.mark.slow
def test_no_link_is_broken_and_nothing_is_loaded_from_elsewhere(site, found):
    reached = {site / "index.html"}
    for page, told in found.items():
        for link in told.loads + told.links:
            parts = urlsplit(link)
            if parts.scheme == "data":
                continue
            if parts.scheme:
                assert link in told.links, f"{page} loads {link}"
                assert parts.hostname in ELSEWHERE, f"{page} links to {link}"
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_relative_to(site / "course"):
                assert target.parent.name in ("lab", "notebooks"), link
                spoken, _, notebook = parts.query.removeprefix("path=").rpartition("/")
                assert site / spoken == page.parents[page.parent.name == "notebooks"], f"{page}: {link}"
                assert (site / spoken / "notebooks" / f"{Path(notebook).stem}.html").is_file(), f"{page}: {link}"
                continue
            assert target.is_file(), f"{page}: {link}"
            reached.add(target)
            if parts.fragment and target in found and target.parent != site / "api":  # where pdoc leaves out some names
                assert unquote(parts.fragment) in found[target].places, f"{page}: {link}"
    assert {path for path in found if path not in reached and path.parent != site / "api"} == set()
    for path in [*site.glob("*.css"), *site.glob("*.js")]:
        assert not re.search(r"https?:|//\w|url\(|@import", path.read_text()), path


@pytest.mark.slow
def test_the_pages_are_whole(site, found):
    for page in read(site, found):
        text = page.read_text("utf-8")
        assert "Content-Security-Policy\" content=\"default-src 'self';" in text
        assert len(found[page].places) == len(set(found[page].places)), page
        assert not re.search(r"\$\$|\\frac|Traceback|Out\[|Shift \+ Enter, then", text), page
    notebooks = [page for page in found if page.parent.name == "notebooks"]
    assert len(notebooks) == 8 * len(LANGUAGES)
    for page in notebooks:
        text = page.read_text("utf-8")
        pictures = re.findall(r'<img alt="" src="(.*?)" width="\d+" height="\d+" loading="lazy">', text)
        assert len(pictures) == text.count("<img") == len(set(pictures)) >= 1
        assert "hhlab-reply" not in text
    assert 'class="docstring"' in (site / "api" / "hhlab.html").read_text("utf-8")


@pytest.mark.slow
def test_each_page_speaks_its_language_and_leads_to_itself_in_the_others(site, found):
    in_english_only = {path.stem.lower() for path in of_course("docs").glob("*.md")} - {"glossary", "teachers"}
    for page in read(site, found):
        place = page.relative_to(site)
        own = place.parts[0] if place.parts[0] in LANGUAGES else ENGLISH
        place = place.relative_to(own) if own != ENGLISH else place
        text = page.read_text("utf-8")
        others = re.findall(r'<link rel="alternate" hreflang="(.*?)" href="(.*?)">', text)
        switch = re.findall(r'<a href="(.*?)" lang="(.*?)" hreflang=".*?"( aria-current="true")?>', text)
        assert f'<html lang="{own}">' in text, page
        assert [name for _, name, here in switch if here] == [own], page
        with spoken(own):
            assert translated("Help") in text, page
            assert "Open the course" not in text or own == ENGLISH, page
        if place.stem in in_english_only | {"security"}:
            assert (others, own) == ([], ENGLISH), page
            continue
        assert others == [(name, link) for link, name, _ in switch], page
        for name, link in others:
            assert (page.parent / link).resolve() == site / (name if name != ENGLISH else "") / place, page


@pytest.fixture
def opened(served, chromium):
    """A function that opens a page; what it asked other servers for, and what went wrong, is told at the end."""
    pytest.importorskip("playwright")
    from lab_in_browser import browser

    faults = []
    with browser(chromium) as chrome:

        def look(name, width=WIDE, **context):
            page = chrome.new_context(viewport={"width": width, "height": 844}, **context).new_page()
            page.on("request", lambda each: each.url.startswith((served, "data:")) or faults.append(each.url))
            page.on("console", lambda said: said.type == "error" and faults.append(said.text))
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(f"{served}/{name}")
            return page

        yield look
    assert faults == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_the_pages(opened, axe, theme, width):
    for name in AXE:
        page = opened(name, width, color_scheme=theme)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        assert (sum(ground) > 384) == (theme == "light")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(f"() => {{ {axe} }}")
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found] == []


def points(path):
    """The numbers of a curve in SVG."""
    return [float(number) for number in re.findall(r"[\d.]+", path)]


@pytest.mark.slow
def test_the_axon_of_the_front_page_moves_with_the_slider(site, opened):
    page = opened("index.html")
    slider, said = page.get_by_role("slider"), page.locator("#push-said")
    curves = [curve.get_attribute("d") for curve in page.locator(".curve").all()]
    stills = re.findall(r'class="curve.*?" d="(.*?)"', (site / "index.html").read_text("utf-8"))
    assert len(curves) == len(stills) == 4
    for drawn, still in zip(curves, stills, strict=True):
        assert points(drawn) == pytest.approx(points(still), abs=0.06)
    assert "A spike" in said.inner_text()
    slider.focus()
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    assert page.locator("#push-value").inner_text() == "13.5"
    assert "A spike" in said.inner_text()
    moved = [curve.get_attribute("d") for curve in page.locator(".curve").all()]
    assert not {*moved} & {*curves}
    page.keyboard.press("Home")
    assert "No spike" in said.inner_text()
    assert slider.get_attribute("aria-valuetext").startswith("1 µA/cm². No spike")
    assert page.locator("#push-why").is_hidden()
    page.keyboard.press("End")
    assert page.locator("#push-value").inner_text() == "40"
    assert page.locator("#push-why").is_visible()


@pytest.mark.slow
def test_without_a_script_the_front_page_is_a_still(opened):
    page = opened("index.html", java_script_enabled=False)
    assert page.get_by_role("slider").count() == 0
    assert all(len(curve.get_attribute("d")) > 1000 for curve in page.locator(".curve").all())
    assert "A spike" in page.locator("#push-said").inner_text()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "app"), [(NARROW, "notebooks"), (WIDE, "lab")])
def test_one_button_opens_the_course(opened, width, app):
    page = opened("index.html", width)
    buttons = page.locator(".hero").get_by_role("link", name="Open the course")
    assert buttons.count() == 1
    assert buttons.get_attribute("href") == f"course/{app}/index.html?path=00_start_here.ipynb"
    assert buttons.bounding_box()["y"] < 600
