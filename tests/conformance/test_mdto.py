"""What is kept for good against MDTO-XML 1.0.1 of the Nationaal Archief; where the schema is absent this skips and says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from services.oversight.use_cases.register_archive import register_object
from services.retention.archive import declaration_package
from shared.documents.mdto import MDTO_SUFFIX, archive_package
from shared.protocol.law import law_of
from shared.protocol.model import Law
from tests.conformance.test_api_design import standard
from tests.platform.test_declaration import CASE, HELD, WHOLE
from tests.platform.test_mdto import AT, declared, parts_of
from tests.protocol.complete import complete_law
from tests.protocol.laws import MIDDEN_DELFLAND


def with_number() -> Law:
    """A municipality that filled in its own number, and the selection list."""
    choices = complete_law().choices
    return law_of(replace(choices, taking_into_use=replace(choices.taking_into_use, oin="0" * 20)))


def packages() -> Iterator[bytes]:
    for law in (MIDDEN_DELFLAND, with_number()):
        for what in (WHOLE, HELD, CASE, replace(WHOLE, phase=4, number="S-00000-00004")):
            yield declaration_package(declared(what, law), b"%PDF-1.7", AT)
        kept = register_object(law, 2026, datetime(2027, 1, 4, 9, 30, 1, 250, tzinfo=UTC), "register.json")
        yield archive_package(kept, "register", {"register.json": b"{}"}, AT)


def test_everything_that_goes_to_the_archive_is_valid_mdto() -> None:
    schema = etree.XMLSchema(etree.parse(str(standard("MDTO-XML1.0.1.xsd"))))
    seen = 0
    for package in packages():
        for name, data in parts_of(package).items():
            if name.endswith(MDTO_SUFFIX):
                schema.assertValid(etree.fromstring(data))
                seen += 1
    assert seen == 2 * (4 * 4 + 2)


def test_what_is_no_mdto_is_refused() -> None:
    """That the schema is one at all."""
    schema = etree.XMLSchema(etree.parse(str(standard("MDTO-XML1.0.1.xsd"))))
    made = parts_of(next(packages()))[f"verklaring{MDTO_SUFFIX}"]
    assert schema.validate(etree.fromstring(made))
    assert not schema.validate(etree.fromstring(made.replace(b"waardering>", b"waarde>")))
