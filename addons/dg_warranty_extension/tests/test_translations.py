from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged

MODULE = "dg_warranty_extension"
LANGUAGES = {"de_CH": "de", "fr_CH": "fr", "it_IT": "it"}


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """What is translated in the files is what a person reads.

    That the files are complete is checked by `make lint`.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in LANGUAGES:
            cls.env["res.lang"]._activate_lang(code)
        cls.env["ir.module.module"]._load_module_terms([MODULE], list(LANGUAGES))
        folder = Path(__file__).parent.parent / "i18n"
        cls.files = {
            code: {
                entry.msgid: entry.msgstr
                for entry in polib.pofile(str(folder / f"{name}.po"))
                if entry.msgstr
            }
            for code, name in LANGUAGES.items()
        }

    def _translated_records(self):
        """Yield each record of the addon with its fields that have translations."""
        data = self.env["ir.model.data"].search([("module", "=", MODULE)])
        for model, rows in data.grouped("model").items():
            records = self.env[model].browse(rows.mapped("res_id")).exists()
            if model == "ir.model.fields":
                # A model of an addon beside ours is not in the files.
                records = records.filtered(lambda row: self._is_known(row.model))
            fields = [
                field
                for field in records._fields.values()
                if field.translate and field.store
            ]
            for field in fields if records else ():
                yield records.with_context(active_test=False), field

    def _is_known(self, model):
        """Return whether a model is one of ours, or of what the addon depends on."""
        module = self.env["ir.module.module"].search([("name", "=", MODULE)])
        known = module | module.upstream_dependencies(exclude_states=("none",))
        return self.env[model]._original_module in known.mapped("name")

    def _terms(self, field, value):
        if not value:
            return []
        return field.get_trans_terms(value) if callable(field.translate) else [value]

    def test_no_screen_shows_english_that_is_translated(self):
        seen, english = 0, []
        for records, field in self._translated_records():
            for code, translation in self.files.items():
                in_language = records.with_context(lang=code)
                for record, translated in zip(records, in_language, strict=True):
                    shown = set(self._terms(field, translated[field.name]))
                    for term in self._terms(field, record[field.name]):
                        seen += 1
                        if term in translation and term in shown:
                            name = f"{record}.{field.name}"
                            english.append(f"{code}: {name}: {term}")
        self.assertFalse(english, "run `make terms` and translate what is new")
        self.assertGreater(seen, 500)
