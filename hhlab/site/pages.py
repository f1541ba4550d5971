"""The pages of the site that are read: the front page, the notebooks with stills, the guides, and the reference.

They need no JavaScript, and fetch nothing from elsewhere.
"""

import base64
import importlib.metadata
import re
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from html import escape
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

import hhlab as hh

from .. import course_folder
from ..lab.words import sentence
from ..languages import ENGLISH, LANGUAGES, in_jupyter, in_templates, language, on_github, spoken, translated
from ..languages import page as in_language
from ..parallel import cores
from ..recording import SPIKE_LEVEL
from ..texts import of_course
from ..views.words import number

HERE = Path(__file__).parent
PUSHES = (*range(1, 14), 13.2, 13.25, 13.3, 13.5, *range(14, 41))
"""µA/cm² of the pulses that the slider of the front page gives. Just above 13.25 the axon begins to fire."""
FIRST_PUSH = PUSHES.index(20)
LENGTH, EVERY = 14, 8
"""Of these recordings: their length in ms, and how many steps of 0.01 ms lie between two samples."""
LOWEST, HIGHEST = -85, 50
"""V (mV) at the bottom and at the top of the picture."""
STILL = re.compile(r'src="data:image/png;base64,([^"]+)"')
STYLE = re.compile(r'<style>.*?</style>|<p class="hhlab-again".*?</p>', re.S)
WIDGET = "application/vnd.jupyter.widget-view+json"
OUTSIDE = re.compile(r"[a-z]+:|#")


TRANSLATED = ("glossary.md", "teachers.md")
"""Guides that there are in all languages."""


class Page(NamedTuple):
    """A notebook or a guide: the name of its file without the suffix, its title, and its text as HTML."""

    name: str
    title: str
    body: Markup


class Outline(NamedTuple):
    """What a notebook says of itself: with which question it begins, and the headings of its core."""

    name: str
    title: str
    question: str
    core: list[str]


def write(folder: Path) -> None:
    """Write the pages to a folder, which is made if it is not there: those of each language, and the reference."""
    docs = of_course("docs")
    folder.mkdir(parents=True, exist_ok=True)
    for path in (HERE / "site.css", HERE / "push.js", docs / "bench.png", docs / "bench.webp"):
        shutil.copy(path, folder)
    with ProcessPoolExecutor(cores(), get_context("spawn")) as processes:
        for name in LANGUAGES:
            with spoken(name), course_folder.notebooks() as notebooks:
                paths = sorted(notebooks.glob("[0-9]*.ipynb"))
                _in_language(folder / (name if name != ENGLISH else ""), paths, processes)
    reference(folder / "api")


def _in_language(folder: Path, paths: Sequence[Path], processes: ProcessPoolExecutor) -> None:
    """Write the pages in the language of the course; processes run its notebooks meanwhile."""
    for name in ("notebooks", "docs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    ran = processes.map(_notebook, paths, [folder / "notebooks"] * len(paths), [language()] * len(paths))
    fill, docs = _templates(), of_course("docs")
    _put(folder / "index.html", fill("front", "index.html", notebooks=list(map(_outline, paths)), **_pushes()))
    english = [*docs.glob("*.md"), of_course("SECURITY.md")] if language() == ENGLISH else []
    for path in sorted(english or [docs / name for name in TRANSLATED]):
        here = f"docs/{path.stem.lower()}.html"
        _put(folder / here, fill("guide", here if path.name in TRANSLATED else "", "../", page=_guide(path)))
    pages = list(ran)
    for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
        here = f"notebooks/{page.name}.html"
        _put(folder / here, fill("notebook", here, "../", page=page, before=before, after=after))


def reference(folder: Path) -> None:
    """Write the reference of the public names, from their docstrings."""
    import pdoc

    for name in dir(hh):
        getattr(hh, name)
    pdoc.render.configure(docformat="numpy", show_source=False, template_directory=HERE / "templates")
    pdoc.pdoc("hhlab", output_directory=folder)


def _put(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _templates() -> Any:
    """A function that fills in a template.

    It is told the place that the page has in every language, "" if it is there in English only, and `root`, the way
    from there to the front page.
    """
    env: Any = Environment(loader=PackageLoader("hhlab.site"), autoescape=True, undefined=StrictUndefined,
                           trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"])  # fmt: skip
    in_templates(env)
    env.globals.update(repository=_repository(), languages=LANGUAGES, lang=language())
    up = "" if language() == ENGLISH else "../"

    def fill(template: str, here: str, root: str = "", **told: Any) -> str:
        return env.get_template(f"{template}.html.j2").render(told, here=here, root=root, top=up + root)

    return fill


def _repository() -> str:
    """The address of the project."""
    urls = importlib.metadata.metadata("hhlab").get_all("Project-URL") or []
    return dict(url.split(", ") for url in urls)["Repository"]


class _Renderer(IPythonRenderer):
    """Markdown as HTML, with headings that can be linked to, equations as MathML, and links to pages of the site."""

    def __init__(self, as_in_jupyter: bool) -> None:
        super().__init__(escape=False)
        self._as_in_jupyter = as_in_jupyter

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        name = (in_jupyter if self._as_in_jupyter else on_github)(Markup(text).striptags())
        return f'<h{level} id="{escape(name)}">{text}</h{level}>\n'

    def block_math(self, body: str) -> str:
        from latex2mathml.converter import convert

        equation = convert(re.sub(r"\\mathrm\{(\w+)\}", r"\\text{\1}", body), display="block")
        return f'<span class="equation" tabindex="0">{equation}</span>'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, _on_the_site(url), title)


def _on_the_site(url: str) -> str:
    """A link of a notebook or guide, as a page of the site has it; what the site does not have is in the repository."""
    if OUTSIDE.match(url):
        return url
    path, hash_sign, place = url.partition("#")
    file = Path(path)
    folder = {".ipynb": "notebooks", ".md": "docs"}.get(file.suffix)
    if folder is None or file.name in ("CONTRIBUTING.md", "CHANGELOG.md"):
        return f"{_repository()}/blob/HEAD/{path.removeprefix('../')}{hash_sign}{place}"
    up = "" if language() == ENGLISH or folder == "notebooks" or file.name in TRANSLATED else "../"
    return f"{up}../{folder}/{file.stem.lower()}.html{hash_sign}{place}"


def _html(text: str, as_in_jupyter: bool = False) -> str:
    html = MarkdownWithMath(_Renderer(as_in_jupyter)).render(text)
    return html.replace("<table>", '<table tabindex="0">')  # wide tables scroll by the keyboard too


def _guide(path: Path) -> Page:
    text = in_language(path.read_text("utf-8"))
    return Page(path.stem, text.partition("\n")[0].strip("# "), Markup(_html(text)))


def _outline(path: Path) -> Outline:
    """What the texts of a notebook say: its title, the line below it, and the numbered headings."""
    texts = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"]
    title, begins = re.findall(r"# (.*)\n\n(.*)", texts[0])[0]
    core = "\n".join(texts).partition("\n" + translated("## Go further"))[0]
    return Outline(path.stem, title, begins.replace("**", ""), re.findall(r"^## \d (.*)", core, re.M))


def _notebook(path: Path, folder: Path, name: str) -> Page:
    """Run a notebook in a language, as students do from the top; its page, whose pictures are put into the folder."""
    language(name)
    parts, outline = [], _outline(path)
    for place, (kind, source, outputs) in enumerate(_run(path)):
        if kind == "markdown":
            parts.append(_html(source, as_in_jupyter=True))
            continue
        code = _Renderer(True).block_code(source, "python")
        opened = "" if any("hhlab-still" in output for output in outputs) else " open"
        parts.append(f"<details class=code{opened}><summary>{sentence('claim.code')}</summary>{code}</details>")
        for count, output in enumerate(outputs):
            parts.append(STILL.sub(_kept(folder, f"{path.stem}_{place}_{count}.png"), output))
    return Page(path.stem, outline.title, Markup("\n".join(parts)))


def _kept(folder: Path, name: str) -> Any:
    """A function that puts a picture into a file of its own, and gives what an <img> says of it."""

    def keep(found: re.Match[str]) -> str:
        png = base64.b64decode(found[1])
        (folder / name).write_bytes(png)
        width, height = struct.unpack(">II", png[16:24])
        return f'src="{name}" width="{width}" height="{height}" loading="lazy"'

    return keep


def _run(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """The cells of a notebook: kind, source, and the outputs as HTML. They run without a kernel: that is faster."""
    with tempfile.TemporaryDirectory() as place:
        InteractiveShell.clear_instance()
        shell = InteractiveShell.instance(ipython_dir=place, config=Config(HistoryManager={"enabled": False}))
        for cell in nbformat.read(path, 4).cells:
            outputs: list[str] = []
            if cell.cell_type == "code":
                with capture_output() as said:
                    shell.display_trap.hook = sys.displayhook
                    result = shell.run_cell(cell.source)
                if not result.success:
                    raise ValueError(f"a cell of {path.name} fails: {result.error_in_exec}\n{cell.source}")
                outputs = [*_printed(said.stdout), *(_shown(each.data) for each in said.outputs)]
            yield cell.cell_type, cell.source, outputs


def _printed(text: str) -> Sequence[str]:
    return [f"<pre class=output tabindex=0>{escape(text)}</pre>"] if text else []


def _shown(data: dict[str, Any]) -> str:
    """An output as HTML: a table or still, a picture with its text, or a text; nothing that has to be used."""
    if WIDGET in data or "hhlab-reply" in data.get("text/html", ""):
        return ""
    if "text/html" in data:
        return STYLE.sub("", data["text/html"])
    if "image/png" in data:
        png = base64.b64encode(data["image/png"]).decode()
        picture = f'<img alt="" src="data:image/png;base64,{png}">'
        return f'<figure class="hhlab-still">{picture}<figcaption>{escape(data["text/plain"])}</figcaption></figure>'
    return "".join(_printed(data.get("text/plain", "")))


def _pushes() -> dict[str, Any]:
    """What the moving picture of the front page needs: recordings of an axon that is pushed more or less strongly.

    Each is five rows of bytes, from 0 at the bottom of a picture to 255 at the top: V, what V has above that in 256ths,
    and the gates m, h and n.
    """
    recs = [hh.simulate(hh.Squid(), hh.Step(push, 2, 0.5), LENGTH) for push in PUSHES]
    rows = np.array([_rows(rec) for rec in recs], np.uint8)
    V, part, *gates = rows[FIRST_PUSH].astype(float)
    data = {
        "pushes": PUSHES, "words": list(map(_words, recs)), "samples": rows.shape[-1],
        "curves": base64.b64encode(rows.tobytes()).decode(),
    }  # fmt: skip
    paths = ["M" + "L".join(f"{x} {255 - y:.4g}" for x, y in enumerate(curve)) for curve in (V + part / 256, *gates)]
    return {"data": data, "paths": paths, "first": FIRST_PUSH, "length": LENGTH, "lowest": LOWEST, "highest": HIGHEST}


def _words(rec: hh.Recording) -> str:
    highest = rec.V.max()
    if highest > SPIKE_LEVEL:
        return translated("A spike: V rises to {mV} mV.").format(mV=number(highest, sign="+"))
    return translated("No spike: V rises to {mV} mV, and comes back.").format(mV=number(highest))


def _rows(rec: hh.Recording) -> list[Any]:
    V = np.rint(65280 * np.interp(rec.V[::EVERY], (LOWEST, HIGHEST), (0, 1)))
    return [*divmod(V, 256), *(np.rint(255 * rec.gate[name][::EVERY]) for name in ("Na.m", "Na.h", "K.n"))]
