"""Calls of everything that RPC reaches, with hostile words, and what they may do."""

import inspect
import json
import re
import warnings
from collections import defaultdict
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.models import MAGIC_COLUMNS
from odoo.modules import get_module_path
from odoo.service.model import call_kw, get_public_method
from odoo.tools import SQL, mute_logger

from .outcome import TECHNICAL, Outcome, find_excesses
from .values import context_keys, hostile_contexts

CHANGE = re.compile(
    r'^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(?:public"?\."?)?(\w+)', re.IGNORECASE
)
# What differs between findings of the same thing.
DETAIL = re.compile(r"\d+|'.*'|\".*\"")
# Odoo's own verbs on a document to which our records are linked.
VERBS = ("action_", "button_")


class HostileCase:
    """Mixin of a test case: who calls, what is called, and the laws of every call.

    A class that uses it sets `our_module`, `callers` (name to user), `max_text` and
    `years`, plants its secrets with ``_plant`` and answers ``_known_argument``.
    Findings are collected, so that one run shows all of them.
    """

    our_module = None
    max_text = 4000
    years = (1900, 2200)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.callers = {}
        # Caller and model to ids that it may not read.
        cls.foreign = {}
        # Word to the record that holds it.
        cls.secrets = {}
        cls.env.cr.execute("CREATE TEMP TABLE hostile_marker (n int) ON COMMIT DROP")

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

    @classmethod
    def _our_models(cls, transient=True):
        """Return the models that the addon brings, abstract ones left out."""
        return [
            cls.env[name]
            for name, model in sorted(cls.env.registry.items())
            if model._original_module == cls.our_module
            and not model._abstract
            and (transient or not model._transient)
        ]

    def _is_ours(self, model, name):
        """Return whether our addon defines or overrides the method."""
        return any(
            name in vars(cls) and f".{self.our_module}." in f"{cls.__module__}."
            for cls in type(model).mro()
        )

    def _is_new(self, model, name):
        """Return whether nobody but our addon knows a method of this name."""
        return all(
            f".{self.our_module}." in f"{cls.__module__}."
            for cls in type(model).mro()
            if name in vars(cls)
        )

    def _public_methods(self, model):
        """Return the names of all methods of a model that RPC reaches."""
        names = []
        for name in dir(type(model)):
            if name.startswith("_"):
                continue
            try:
                method = get_public_method(model, name)
            except Exception:
                continue
            if inspect.isroutine(inspect.unwrap(method)):
                names.append(name)
        return names

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
        """Return the rows on which the methods of a model are tried."""
        if type(model)._original_module == self.our_module:
            return model.search([])
        rows = model.browse()
        for link in links:
            if link.store or link.search or link.type == "one2many":
                rows |= model.search([(link.name, "!=", False)], limit=5)
        return rows or model.search([], limit=1)

    # How it is called

    @contextmanager
    def _undone(self):
        """Undo what happens inside, as Odoo undoes a request that fails."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    @contextmanager
    def _watched(self, gone):
        """Yield the names of the tables that are written to inside.

        :param dict gone: is filled with table to the number of rows removed
        """
        tables, execute = set(), type(self.env.cr).execute

        def watching(cursor, query, *args, **kwargs):
            result = execute(cursor, query, *args, **kwargs)
            text = query.code if isinstance(query, SQL) else query
            match = CHANGE.search(text) if isinstance(text, str) else None
            if match and cursor.rowcount > 0 and match[2] not in TECHNICAL:
                if match[1].upper() == "DELETE FROM":
                    gone[match[2]] = gone.get(match[2], 0) + cursor.rowcount
                else:
                    tables.add(match[2])
            return result

        with patch.object(type(self.env.cr), "execute", watching):
            yield tables

    def _call(self, user, record, name, ids, kwargs=None, context=None, then=None):
        """Call a method as an RPC request would and take everything back.

        :param list ids: what is sent as the ids of the records
        :param dict kwargs: the arguments by name
        :param then: ids of a second call after the first, in the same transaction
        """
        gone = {}
        with self._undone(), mute_logger("odoo"), self._watched(gone) as tables:
            self.env.cr.execute(
                "INSERT INTO hostile_marker VALUES (1) RETURNING xmin::text::bigint"
            )
            since = self.env.cr.fetchone()[0]
            try:
                result = self._request(user, record, name, ids, kwargs, context)
                if then is not None:
                    self._request(user, record, name, then, kwargs, context)
            except Exception as error:
                # The request fails as a whole, and with it all that it changed.
                return Outcome(error=error)
            rows = {table: self._changed_rows(table, since) for table in tables}
            rows = {table: found for table, found in rows.items() if found}
            outcome = Outcome(result=result, rows=rows, gone=gone)
            outcome.excesses = self._find_excesses(outcome)
            return outcome

    def _request(self, user, record, name, ids, kwargs, context):
        # A request of its own has nothing in the cache that others have read.
        self.env.invalidate_all()
        model = self.env(user=user, context=dict(context or {}))[record._name]
        args = [] if getattr(get_public_method(model, name), "_api_model", 0) else [ids]
        with warnings.catch_warnings():
            # Deprecated methods of Odoo can be called as well.
            warnings.simplefilter("ignore")
            result = call_kw(model, name, args, dict(kwargs or {}))
        self.env.flush_all()
        return result

    def _changed_rows(self, table, since):
        """Return the rows of a table that were written by this or a later savepoint."""
        self.env.cr.execute(
            SQL(
                "SELECT to_jsonb(t) FROM %s t WHERE xmin::text::bigint >= %s",
                SQL.identifier(table),
                since,
            )
        )
        return [
            json.loads(row) if isinstance(row, str) else row
            for (row,) in self.env.cr.fetchall()
        ]

    def _arguments(self, record, name):
        """Return the right arguments of a method by name; optional ones where known."""
        method = inspect.unwrap(get_public_method(record, name))
        found = {}
        for parameter in list(inspect.signature(method).parameters.values())[1:]:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            known = self._known_argument(record, name, parameter.name)
            if known is not None or parameter.default is parameter.empty:
                found[parameter.name] = "x" if known is None else known
        return found

    def _known_argument(self, record, name, parameter):
        """Return a right value for a parameter of a method, or None."""
        return {
            "vals": {},
            "values": {},
            "vals_list": [{}],
            "domain": [],
            "fields": ["display_name"],
            "specification": {"display_name": {}},
        }.get(parameter)

    def _parameters(self, record, name):
        """Return the names of all parameters of a method."""
        method = inspect.unwrap(get_public_method(record, name))
        return [
            parameter.name
            for parameter in list(inspect.signature(method).parameters.values())[1:]
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]

    # What is worth calling

    def _working_calls(self):
        """Return [(caller, record, method, arguments)], one for each method and each
        caller for whom it does something.

        Where it does something at all is tried as the superuser.
        """
        calls, root = [], self.env.ref("base.user_root")
        for rows, name in self.targets:
            doing = [row for row in self._unlike(rows) if self._does(root, row, name)]
            for who, user in self.callers.items():
                record = next(
                    (row for row in doing if self._does(user, row, name)), None
                )
                if record:
                    calls.append((who, record, name, self._arguments(record, name)))
        return calls

    def _does(self, user, record, name):
        """Return whether a right call of a method changes anything."""
        kwargs = self._arguments(record, name)
        return bool(self._call(user, record, name, record.ids, kwargs).tables)

    def _unlike(self, rows):
        """Return one of the rows for each way in which they stand: state and kind, what
        is ticked, which links are set.
        """
        found = {}
        for row in rows:
            shape = [
                row[name] if field.type in ("selection", "boolean") else bool(row[name])
                for name, field in row._fields.items()
                if field.store
                and field.type in ("selection", "boolean", "many2one", "datetime")
            ]
            found.setdefault(tuple(shape), row)
        return list(found.values())

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
            rows = self._candidates_of(record).sudo()
            rows -= rows.with_user(self.callers[who])._filtered_access("read")
            self.foreign[key] = rows.ids[:2]
        return self.foreign[key]

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

    def _judge(self, who, record, name, outcome, argument=""):
        """Hold one outcome against every law that needs no second call."""
        place = (who, record, name)
        if self._is_new(record, name) and not outcome.is_calm(self.our_module):
            frames = outcome.frames(self.our_module)[-1]
            error = f"{type(outcome.error).__name__}: {outcome.error}"[:120]
            self._find("calm answers", *place, f"{error} at {frames}", argument)
        answer = outcome.answer()
        for word in self.hidden[who]:
            if word in answer:
                told = f"tells of {self.secrets[word]} to those who may not read it"
                self._find("secrecy", *place, told, argument)
        for excess in getattr(outcome, "excesses", ()):
            self._find("bounds", *place, excess, argument)
        tables = self._tables_of(record, name).keys()
        for trespass in self._find_trespasses(who, outcome, tables):
            self._find("rights", *place, trespass, argument)

    def _find_trespasses(self, who, outcome, tables):
        """Return sentences on what this caller should not have changed.

        :param tables: names of the tables that count
        """
        return []

    def _tables_of(self, record, name):
        """Return dict of table to model of what a method is held responsible for: what
        Odoo's own methods do to Odoo's own tables is not ours.
        """
        is_ours = type(record)._original_module == self.our_module
        if is_ours or self._is_ours(record, name):
            return self.models
        return self.our_tables

    def _find_excesses(self, outcome):
        """Return sentences on what is stored beyond the bounds."""
        found, today = [], fields.Date.today()
        for table, rows in outcome.rows.items():
            model = self.models.get(table)
            if model is None:
                continue
            is_ours = model._original_module == self.our_module
            for row in rows:
                found += find_excesses(
                    model, row, self.max_text, self.years, today, is_ours
                )
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
    def _plant(cls, record, field_name):
        """Write a word that stands nowhere else into a record."""
        word = f"Zx{record._table}{record.id}Q{field_name}"
        record.write({field_name: word})
        cls.secrets[word] = record
