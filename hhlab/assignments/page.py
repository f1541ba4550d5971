"""Pages for teachers, students and learning platforms, from the templates in `pages`.

Every text is escaped, and a page loads nothing from elsewhere.
"""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..languages import in_templates, language
from ..tables import table

WIDEST_BAR = 12.0
"""em, of a share of 1."""
_TEMPLATES = Environment(loader=PackageLoader("hhlab.assignments", "pages"), autoescape=True, undefined=StrictUndefined,
                         trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
                         extensions=["jinja2.ext.i18n"])  # fmt: skip
in_templates(_TEMPLATES)
_TEMPLATES.globals.update(table=table, language=language)


def page(template: str, **told: object) -> str:
    """A template filled in with what it tells."""
    return _TEMPLATES.get_template(f"{template}.j2").render(told)


def bar(share: float) -> Markup:
    """A bar for a share of 1."""
    return Markup('<span class="bar" style="width: {:.2f}em"></span>').format(WIDEST_BAR * min(max(share, 0.0), 1.0))
