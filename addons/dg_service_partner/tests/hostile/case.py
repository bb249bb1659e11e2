"""Calls of everything that RPC reaches, with hostile words, and what they may do."""

import re
from collections import defaultdict

from odoo import fields
from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS, BaseModel
from odoo.modules import get_module_path

from .calls import RemoteCalls
from .outcome import find_excesses
from .values import context_keys, hostile_contexts

# What differs between findings of the same thing.
DETAIL = re.compile(r"\d+|'.*'|\".*\"")
# On how many rows a method is tried that is none of ours.
ROWS_OF_ODOO = 4
# Types of the fields that say how a row stands.
SHAPING = {"selection", "boolean", "many2one", "datetime", "float"}
# Odoo's own verbs on a document to which our records are linked.
VERBS = ("action_", "button_")


class HostileCase(RemoteCalls):
    """Mixin of a test case: who calls, what is called, and the laws of every call.

    A class that uses it fills in what ``setUpClass`` names, says with ``_own`` whose
    the rows are and plants secrets with ``_plant``. Findings are collected, so that one
    run shows all of them.
    """

    max_text = 4000
    years = (1900, 2200)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.callers = {}
        # Who changes nothing, and of them who may do so by Odoo's own methods.
        cls.outsiders, cls.odoos_hands = set(), set()
        # Who sets up what others use; its long texts and odd dates are its own affair.
        cls.trusted = set()
        # Whose rows, by tags, the others may touch.
        cls.may_touch = {}
        # Table and id to the tag of whom the row belongs to.
        cls.owners = {}
        # Caller and model to ids that it may not read.
        cls.foreign = {}
        # Rows to those of them that are unlike each other.
        cls.unlike = {}
        # Word to the record that holds it.
        cls.secrets = {}

    def setUp(self):
        super().setUp()
        self.findings = defaultdict(dict)
        self.models = {
            model._table: model
            for model in map(self.env.__getitem__, self.env.registry)
            if model._auto and not model._abstract
        }
        self.our_tables = {
            table: model
            for table, model in self.models.items()
            if model._original_module == self.our_module
        }
        self.context_keys = context_keys(get_module_path(self.our_module))

    # What is called

    def _targets(self):
        """Return [(records to try, method)]: what we define, and Odoo's verbs on what
        is linked to our records.
        """
        found = []
        for name in sorted(self.env.registry):
            model = self.env[name]
            if model._abstract or model._transient:
                continue
            is_ours = type(model)._original_module == self.our_module
            links = [
                field
                for field in model._fields.values()
                if field._module == self.our_module and field.relational
            ]
            for method in self._public_methods(model):
                if self._is_ours(model, method) or (
                    (links or is_ours) and method.startswith(VERBS)
                ):
                    found.append((self._candidates(model, links), method))
        return [(rows, method) for rows, method in found if rows]

    def _candidates(self, model, links):
        """Return the rows on which the methods of a model are tried.

        :param links: the fields that lead from the model to ours
        """
        if type(model)._original_module == self.our_module:
            return model.search([])
        owned = [number for table, number in self.owners if table == model._table]
        rows = model.browse(owned)
        for link in links:
            if link.store or link.search or link.type == "one2many":
                rows |= model.search([(link.name, "!=", False)], limit=20)
        return rows or model.search([], limit=1)

    # What is worth calling

    def _working_calls(self):
        """Return [(caller, record, method, arguments)], one for each method and each
        caller for whom it does something.

        Where it does something at all is tried as the superuser.
        """
        calls, root = [], self.env.ref("base.user_root")
        for rows, name in self.targets:
            tried = self._unlike(rows)
            if not self._is_ours(rows, name):
                tried = tried[:ROWS_OF_ODOO]
            doing = [row for row in tried if self._does(root, row, name)]
            for who, user in self.callers.items():
                record = next(
                    (row for row in doing if self._does(user, row, name)), None
                )
                if record:
                    calls.append((who, record, name, self._arguments(record, name)))
        return calls + self._calls_from_outside()

    def _calls_from_outside(self):
        """Return the calls of Odoo's own methods with which somebody who is no employee
        does something to a record of ours, as of posting a message.
        """
        calls, known = [], {(rows._name, name) for rows, name in self.targets}
        for model in self._our_models(transient=False):
            rows = self._candidates(model, [])
            names = [
                name
                for name in self._public_methods(model)
                if (model._name, name) not in known and not hasattr(BaseModel, name)
            ]
            for who, user in self.callers.items():
                own = (row for row in rows if row.with_user(user).has_access("read"))
                record = next(own, None) if user.share else None
                calls += [
                    (who, record, name, self._arguments(record, name))
                    for name in names
                    if record and self._does(user, record, name)
                ]
        return calls

    def _does(self, user, record, name):
        """Return whether a right call of a method changes anything."""
        kwargs = self._arguments(record, name)
        return bool(self._call(user, record, name, record.ids, kwargs).tables)

    def _unlike(self, rows):
        """Return one of the rows for each way in which they stand: in which state and
        of which kind they are, and which of our links, moments and numbers are set.
        """
        if rows in self.unlike:
            return self.unlike[rows]
        found = {}
        for row in rows:
            shape = [
                row[name] if field.type in ("selection", "boolean") else bool(row[name])
                for name, field in row._fields.items()
                if field.store
                and (field.type == "selection" or field._module == self.our_module)
                and field.type in SHAPING
            ]
            found.setdefault(tuple(shape), row)
        self.unlike[rows] = list(found.values())
        return self.unlike[rows]

    def _siblings(self, record):
        """Return the other rows of the model worth sending with a record: one for each
        of our links under which both stand, and one that has nothing to do with it.
        """
        found, others = [], self._candidates_of(record) - record
        for field in record._fields.values():
            if (
                field.type == "many2one"
                and record[field.name]
                and (field._module == self.our_module)
            ):
                found += others.filtered(
                    lambda other, name=field.name: other[name] == record[name]
                )[:1]
        found += others[:1]
        return list(dict.fromkeys(found))

    def _candidates_of(self, record):
        return next(rows for rows, _name in self.targets if rows._name == record._name)

    def _contexts(self):
        """Return the contexts of a client: lists of what is sent together first."""
        defaults = {}
        for model in self._our_models(transient=False):
            for name, field in model._fields.items():
                if name in MAGIC_COLUMNS or not field.store:
                    continue
                if field.type == "selection":
                    defaults.setdefault(name, field.get_values(self.env)[-1])
                elif field.type in ("many2one", "integer", "float", "monetary"):
                    defaults.setdefault(name, 1)
                elif field.type in ("char", "text", "boolean"):
                    defaults.setdefault(name, True)
        return hostile_contexts(self.context_keys, defaults)

    def _call_with_contexts(self, call, contexts):
        """Yield (context, outcome) of all contexts together and, where that is refused,
        of each half, so that one that is refused hides no other.
        """
        who, record, name, kwargs = call
        together = {key: value for each in contexts for key, value in each.items()}
        outcome = self._call(
            self.callers[who], record, name, record.ids, kwargs, together
        )
        yield together, outcome
        if outcome.error is not None and len(contexts) > 1:
            half = len(contexts) // 2
            yield from self._call_with_contexts(call, contexts[:half])
            yield from self._call_with_contexts(call, contexts[half:])

    def _known_ids(self):
        """Return ids of rows that hold a secret, one of each model."""
        found = {}
        for record in self.secrets.values():
            found.setdefault(record._name, record.id)
        return list(found.values())

    def _foreign_ids(self, who, record):
        """Return ids of the model whose rows a caller may not read."""
        key = (who, record._name)
        if key not in self.foreign:
            rows = record.sudo().search([], limit=100)
            try:
                rows -= rows.with_user(self.callers[who])._filtered_access("read")
            except UserError:
                # Nothing of this model is the caller's.
                rows = rows[:2]
            self.foreign[key] = rows.ids[:2]
        return self.foreign[key]

    def _writable(self):
        """Return [(caller, row, names of fields)]: our fields, by the least trusted."""
        found = []
        for name in sorted(self.env.registry):
            model = self.env[name]
            names = [
                field.name
                for field in model._fields.values()
                if field._module == self.our_module
                and field.name not in MAGIC_COLUMNS
                and (field.store or field.inverse)
            ]
            if model._abstract or model._transient or not names:
                continue
            row = model.search([], order="id desc", limit=1)
            rows = self._unlike(self._candidates(model, [])) or row
            for who, user in self.callers.items():
                writable = (
                    row for row in rows if row.with_user(user).has_access("write")
                )
                if row := next(writable, None):
                    found.append((who, row, names))
                    break
        return found

    # The laws

    def _find(self, law, who, record, name, what, argument=""):
        """Note that a law was broken; the same thing once for all who can do it."""
        key = (f"{record._name}.{name}", DETAIL.sub("#", what))
        _what, callers, arguments = self.findings[law].setdefault(key, (what, {}, {}))
        callers[who] = arguments[argument] = True

    def _assert_no_findings(self):
        """Fail with everything that was found, one list for each law."""
        for law, found in sorted(self.findings.items()):
            lines = [
                f"{place} by {', '.join(callers)} with {', '.join([*arguments][:4])}"
                f"{' …' if len(arguments) > 4 else ''}: {what}"
                for (place, _key), (what, callers, arguments) in sorted(found.items())
            ]
            with self.subTest(law):
                self.fail(f"{len(lines)} findings\n" + "\n".join(lines))

    def _judge(self, who, record, name, outcome, argument="", rights="rights"):
        """Hold one outcome against every law that needs no second call.

        :param str rights: name of the law of whose rows are changed
        """
        place = (who, record, name)
        is_new = self._is_new(record, name)
        if not outcome.is_calm(self.our_module, is_new):
            error = f"{type(outcome.error).__name__}: {outcome.error}"[:120]
            error += f" at {outcome.blame(self.our_module)}"
            self._find("calm answers", *place, error, argument)
        answer = outcome.answer(self.our_module, is_new)
        for word in self.hidden[who]:
            if word in answer:
                start = max(answer.index(word) - 60, 0)
                told = f"tells of {self.secrets[word]}: …{answer[start:][:120]}…"
                self._find("secrecy", *place, told.replace("\n", " "), argument)
        for excess in outcome.excesses:
            self._find("bounds", *place, excess, argument)
        tables = self._tables_of(record, name).keys()
        for trespass in self._find_trespasses(who, outcome, tables):
            self._find(rights, *place, trespass, argument)

    def _find_trespasses(self, who, outcome, tables):
        """Return sentences on what this caller should not have changed.

        :param tables: names of the tables that count
        """
        if who in self.outsiders:
            if who in self.odoos_hands and tables == self.our_tables.keys():
                return []
            return [f"changes {table}" for table in sorted(outcome.tables & tables)]
        if tables == self.our_tables.keys():
            # Which documents of its own Odoo opens to colleagues is Odoo's to say.
            return []
        return [
            f"changes {table} of {owner}"
            for table, rows in outcome.rows.items()
            for row in rows
            for owner in self._find_owners(table, row) - self.may_touch[who]
        ]

    def _find_owners(self, table, row):
        """Return the tags of whose row this is, or hangs on."""
        model, places = self.models.get(table), {(table, row.get("id"))}
        if model is None:
            return set()
        for name, field in model._fields.items():
            if field.type == "many2one" and isinstance(row.get(name), int):
                places.add((self.env[field.comodel_name]._table, row[name]))
        name = row.get("res_model") or (table == "mail_message" and row.get("model"))
        if name in self.env:
            places.add((self.env[name]._table, row.get("res_id")))
        return {self.owners[place] for place in places if place in self.owners}

    def _tables_of(self, record, name):
        """Return dict of table to model of what a method is held responsible for: what
        Odoo's own methods do to Odoo's own tables is not ours.
        """
        is_ours = type(record)._original_module == self.our_module
        if is_ours or self._is_ours(record, name):
            return self.models
        return self.our_tables

    def _find_excesses(self, user, outcome):
        """Return sentences on what is stored beyond the bounds."""
        found, today = [], fields.Date.today()
        is_trusted = user in [self.callers[who] for who in self.trusted]
        for table, rows in outcome.rows.items():
            model = self.models.get(table)
            if model is None or model._transient:
                continue
            # Markup and the words around it are not what somebody typed.
            times = 1 if model._original_module == self.our_module else 5
            max_text = None if is_trusted else times * self.max_text
            for row in rows:
                found += find_excesses(model, row, self.years, today, max_text)
                if table == "ir_attachment" and row["mimetype"] == "application/pdf":
                    content = model.sudo().browse(row["id"]).raw or b""
                    if not content.startswith(b"%PDF-"):
                        found.append("a file is called a PDF and begins otherwise")
        return found

    def _hidden_words(self):
        """Return dict of caller to the secret words that it may not read."""
        hidden = {}
        for who, user in self.callers.items():
            hidden[who] = []
            for word, record in self.secrets.items():
                record.invalidate_recordset()
                if not record.with_user(user).has_access("read"):
                    hidden[who].append(word)
        return hidden

    @classmethod
    def _own(cls, tag, *recordsets):
        """Say whose rows these are, and with them all that hangs on them."""
        for records in recordsets:
            cls.owners |= {(record._table, record.id): tag for record in records}

    @classmethod
    def _plant(cls, record, field_name):
        """Write a word that stands nowhere else into a record."""
        word = f"Zx{record._table}{record.id}Q{field_name}"
        record.write({field_name: word})
        cls.secrets[word] = record
