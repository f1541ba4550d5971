"""Tables: what goes into one stays text, and each of those who show one gets it."""

import xml.etree.ElementTree as Tree

import pytest
from markupsafe import Markup

import hhlab as hh
from hhlab.tables import as_csv, table

EVIL = "<script>alert('&')</script>"


@pytest.mark.parametrize("how", [{}, {"named": True}, {"left": True}, {"caption": EVIL, "style": '"><b'}], ids=repr)
def test_texts_stay_text(how):
    told = table([(EVIL, 1.5, Markup("<b>bold</b>")), ("{0}", "%s", None)], (EVIL, "{x}", "c"), **how)
    assert "<script" not in told
    parsed = Tree.fromstring(told.replace("scope=col", "").replace("scope=row", ""))
    rows = [["".join(cell.itertext()) for cell in row] for row in parsed.iter("tr")]
    assert rows == [[EVIL, "{x}", "c"], [EVIL, "1.5", "bold"], ["{0}", "%s", "None"]]
    assert [each.text for each in parsed.iter("b")] == ["bold"]


def test_what_is_not_told_is_not_there():
    assert table([]) == "<table><tbody></tbody></table>"
    assert table([["a"]]) == "<table><tbody><tr><td>a</td></tr></tbody></table>"


def test_a_ledger_shows_a_row_for_each_ion():
    told = hh.measure.ledger(hh.simulate(hh.Squid(), hh.Shock(15), 20))._repr_html_()
    assert told.count("<tr>") == 3
    assert "<td>Na</td>" in told
    assert "<th scope=col>in (pmol/cm²)</th>" in told


def test_no_text_in_a_csv_is_a_formula():
    rows = as_csv(["student", "points"], [["=1+1", -1.5], ["@ab1", 2]]).decode("utf-8-sig").splitlines()
    assert rows == ["student,points", "'=1+1,-1.5", "'@ab1,2"]
