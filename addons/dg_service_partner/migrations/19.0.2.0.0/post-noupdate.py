"""Bring texts of this version to the records that an upgrade leaves alone.

Only where the text is still the one that the version before has put there; what
somebody has changed stays.
"""

import hashlib
from copy import deepcopy

from lxml import etree
from psycopg2.extras import Json

from odoo import SUPERUSER_ID, api
from odoo.modules import Manifest
from odoo.tools import SQL, convert, file_open

MODULE = "dg_service_partner"
# By XML id and field, the texts of the version before in each language; of a long text
# its fingerprint. Without English, the translations alone have changed.
OLD_TEXTS = {
    "seq_service_partner_order": {"name": {"en": "Service-partner order (SP-ID)"}},
    "seq_service_partner_statement": {
        "name": {"en": "Service-partner statement (billing ID)"}
    },
    "reason_checked_by_phone": {"name": {"de": "Vom Innendienst geprüft"}},
    "mail_template_new_order": {
        "body_html": {
            "en": "509a5d09f35c8c77",
            "de": "a166e6a3b4c0e84f",
            "fr": "e1a4d216c024e756",
            "it": "2404020e8d08cc21",
        }
    },
    "mail_template_requirements": {
        "body_html": {
            "en": "f62f5b583ae8e136",
            "de": "9b81f06d705f3ce7",
            "fr": "fa0e4ce51fadd688",
            "it": "ff3117cede56a13f",
        }
    },
    "mail_template_shipped": {
        "body_html": {
            "en": "37449caf64dbc455",
            "de": "62af9204d578ed8b",
            "fr": "2d3a884af2b3f68b",
            "it": "644ef174cf5de754",
        }
    },
    "mail_template_appointment": {
        "description": {
            "en": "Sent to the customer when an appointment is stored or moved, with a"
            " calendar file.",
            "de": "Geht an den Kunden, wenn ein Termin hinterlegt oder verschoben wird,"
            " mit einer Kalenderdatei.",
            "fr": "Envoyé au client lorsqu'un rendez-vous est enregistré ou déplacé,"
            " avec un fichier de calendrier.",
            "it": "Inviato al cliente quando un appuntamento viene registrato o"
            " spostato, con un file di calendario.",
        },
        "body_html": {
            "en": "eaa4b7a54fd7881d",
            "de": "b1078696dbc71a69",
            "fr": "89ebc9f790d5356d",
            "it": "36aafb14752322f1",
        },
    },
    "mail_template_billing_reminder": {
        "body_html": {
            "en": "bb8527546b0afb2e",
            "de": "d8fbb8bd0a29beb7",
            "fr": "31f70861b2612435",
            "it": "2f0798ebd9aa7208",
        }
    },
}


def migrate(cr, version):
    """Replace what nobody has changed."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    nodes = _read_data(OLD_TEXTS)
    for xml_id, fields in OLD_TEXTS.items():
        record = env.ref(f"{MODULE}.{xml_id}", raise_if_not_found=False)
        for name, old in fields.items() if record and xml_id in nodes else ():
            _replace(record, name, old.values(), nodes[xml_id], "en" in old)


def _replace(record, name, old, node, has_new_source):
    """Give a field its new text, and take away translations of the old one.

    Odoo adds the translations that are missing right after the migrations.
    """
    field = record._fields[name]
    stored = {"en_US": record[name] or ""}
    if field.translate:
        stored = field._get_stored_translations(record) or {}
    kept = {
        lang: text
        for lang, text in stored.items()
        if text not in old and _get_fingerprint(text or "") not in old
    }
    if has_new_source:
        if "en_US" in kept:
            # a translation says what its source says
            return
        _load(record.env, node, name)
        kept["en_US"] = record.with_context(lang="en_US")[name]
    if field.translate:
        record.flush_recordset([name])
        record.env.execute_query(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = %s RETURNING id",
                SQL.identifier(record._table),
                SQL.identifier(name),
                Json(kept),
                record.id,
            )
        )
        record.invalidate_recordset([name])


def _get_fingerprint(text):
    """Return what is the same for texts that differ in white space alone."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def _read_data(xml_ids):
    """Return dict of XML id to its element in the data files of this version."""
    nodes = {}
    for path in Manifest.for_addon(MODULE)["data"]:
        if path.endswith(".xml"):
            with file_open(f"{MODULE}/{path}", "rb") as stream:
                for node in etree.parse(stream).iter("record"):
                    if node.get("id") in xml_ids:
                        nodes[node.get("id")] = node
    return nodes


def _load(env, node, name):
    """Write one field of a record as its data file says."""
    root = etree.Element("odoo")
    record = etree.SubElement(
        root, "record", id=node.get("id"), model=node.get("model")
    )
    record.append(deepcopy(node.find(f"field[@name='{name}']")))
    convert.xml_import(env, MODULE, {}, "init", noupdate=True).parse(root)
