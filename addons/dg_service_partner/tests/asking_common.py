"""Ask for what one may not read, by every path of fields from every model of ours.

The same file stands in both addons, which do not know each other.
"""

import warnings
from collections import defaultdict
from functools import cache

from psycopg2 import ProgrammingError

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

WORD, NUMBER = "Zwetschgenwähe", 48611.37
TEXTS, NUMBERS = ("char", "text", "html"), ("float", "monetary")
REFUSED = (
    *(UserError, ValueError, KeyError, TypeError),
    *(NotImplementedError, ProgrammingError),
)


class AskingCase:
    """Plants a secret in all that a caller may not read, and tries to learn it.

    Paths are read from the registry, two links deep, so a new field is asked by itself.
    """

    our_module = None
    # What a caller may ask for although its record is closed, by model: the reason
    # stands beside each.
    told = {}

    def _our_models(self):
        return [
            self.env[name]
            for name, model in sorted(self.env.registry.items())
            if model._original_module == self.our_module
            and not model._abstract
            and not model._transient
        ]

    def _assert_learns_nothing(self, user, everywhere=True):
        """Fail with each path by which ``user`` learns the secret.

        :param bool everywhere: it has rows of every model that it may read
        """
        models = [
            model.with_user(user)
            for model in self._our_models()
            if model.with_user(user).has_access("read")
        ]
        self._plant(user, models)
        asker = Asker(self.env, self.told)
        with mute_logger("odoo"):
            for model in models:
                rows = model.search([])
                if everywhere:
                    self.assertTrue(rows, f"Give {user.login} a row of {model._name}.")
                asker.ask(rows)
            asker.ask_further()
        self.assertFalse(asker.learned, "\n".join(sorted(asker.learned)))

    def _plant(self, user, models):
        """Write the secret into all that ``user`` may not read, as far as two links
        from ``models`` go."""
        names = near = {model._name for model in models}
        for _link in range(2):
            near = {
                field.comodel_name
                for name in near
                for field in self.env[name]._fields.values()
                if field.relational
            }
            names |= near
        self.env.flush_all()
        for name in sorted(names):
            model = self.env[name].sudo().with_context(active_test=False)
            if model._abstract or model._transient or not model._auto:
                continue
            if name.startswith("ir.") and name != "ir.attachment":
                continue
            seen = model.with_user(user)
            readable = seen.search([]).ids if seen.has_access("read") else []
            hidden = [row for row in model.search([]).ids if row not in set(readable)]
            # names of models, which Odoo looks up
            references = {
                field.model_field
                for field in model._fields.values()
                if field.type == "many2one_reference"
            }
            for field in model._fields.values():
                if field.name in references:
                    continue
                if field.store and field.column_type and field.type in TEXTS + NUMBERS:
                    closed = not seen._has_field_access(field, "read")
                    self._write_secret(model, field, hidden + readable * closed)
        self.env.invalidate_all(flush=False)

    def _write_secret(self, model, field, ids):
        value = NUMBER if field.type in NUMBERS else WORD
        if field.company_dependent or not ids:
            return
        column = SQL.identifier(field.name)
        cast = SQL("jsonb_build_object('en_US', %s)", value)
        savepoint = self.env.cr.savepoint()
        try:
            with mute_logger("odoo.sql_db"):
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id IN %s",
                        SQL.identifier(model._table),
                        column,
                        cast if field.translate else SQL("%s", value),
                        tuple(ids),
                    )
                )
        except Exception:
            # a constraint wants something else there: no place for a word
            savepoint.rollback()
        savepoint.close(rollback=False)


class Asker:
    """What one caller learns through the rows that it reads."""

    def __init__(self, env, told):
        self.learned, self.told, self.cr = set(), told, env.cr
        self.leaves, self.links = cache(self._leaves), cache(self._links)
        self.reached = defaultdict(set)

    def ask(self, rows):
        """Ask by domain, group, order and reading, on the rows and one link on."""
        self._search(rows, rows._name, Domain.OR(self.leaves(rows.browse())))
        for field in self.links(rows.browse()):
            path = f"{rows._name}.{field.name}"
            comodel = rows.env[field.comodel_name]
            if field.bypass_search_access:
                self._search_behind(rows, path, (field.name,), comodel)
            self.reached[comodel].update(rows.sudo().mapped(field.name).ids)
            self._read(rows[:5], field, path)
            self._group(rows, field, path)
        self._order(rows)

    def ask_further(self):
        """Ask what the rows are linked with, once for each model, and one link on."""
        for comodel, ids in self.reached.items():
            self._search_behind(comodel.browse(ids), f"… {comodel._name}", (), comodel)

    def _search_behind(self, rows, path, links, comodel):
        """Search ``rows`` by the fields of ``comodel``, ``links`` away, and one link
        further."""
        if leaves := self.leaves(comodel):
            self._search(rows, path, self._behind(links, Domain.OR(leaves)))
        for field in self.links(comodel):
            if leaves := self.leaves(comodel.env[field.comodel_name]):
                self._search(
                    rows,
                    f"{path}.{field.name}",
                    self._behind((*links, field.name), Domain.OR(leaves)),
                )

    def _behind(self, links, domain):
        for name in reversed(links):
            domain = Domain(name, "any", domain)
        return domain

    def _search(self, rows, path, domain):
        """Search with all questions at once; find out which one was answered."""
        if domain.is_false() or not self._finds(rows, domain):
            return
        for field, part in self._parts(domain):
            if self._finds(rows, part):
                self.learned.add(f"{path}: {field}")

    def _parts(self, domain):
        conditions = [domain]
        wrap = []
        while (
            len(conditions) == 1
            and getattr(conditions[0], "operator", None) == "any"
            and isinstance(conditions[0].value, Domain)
        ):
            wrap.append(conditions[0].field_expr)
            conditions = list(
                getattr(conditions[0].value, "children", [conditions[0].value])
            )
        if not wrap:
            conditions = list(getattr(domain, "children", [domain]))
        for condition in conditions:
            name = getattr(condition, "field_expr", str(condition))
            yield name, self._behind(tuple(wrap), condition)

    def _finds(self, rows, domain):
        return self._get_answer(
            lambda: rows.browse().search(Domain("id", "in", rows.ids) & domain).ids
        )

    def _read(self, rows, field, path):
        """Read and export what is linked."""
        comodel = rows.env[field.comodel_name]
        names = [
            name
            for name, leaf in comodel._fields.items()
            if leaf.type in TEXTS + NUMBERS
            and name != "display_name"
            and not self._is_told(comodel, name)
        ]
        specification = {field.name: {"fields": {name: {} for name in names}}}
        for ask in (
            lambda: rows.web_read(specification),
            lambda: rows.export_data([f"{field.name}/{name}" for name in names]),
        ):
            # what superuser has read is in the cache
            rows.env.invalidate_all(flush=False)
            answer = repr(self._get_answer(ask))
            if WORD in answer or str(NUMBER) in answer:
                self.learned.add(f"{path}: read")

    def _group(self, rows, field, path):
        if field.type != "many2one" or not field.store:
            return
        comodel = rows.env[field.comodel_name]
        names = [
            f"{field.name}.{name}"
            for name, leaf in comodel._fields.items()
            if leaf.store and leaf.type in ("char", "text")
        ]
        for start in range(0, len(names), 8):
            groups = names[start : start + 8]
            answer = self._get_answer(
                lambda groups=groups: rows.browse().formatted_read_group(
                    [], groups, ["__count"]
                )
            )
            if WORD in repr(answer):
                self.learned.add(f"{path}: group")

    def _order(self, rows):
        """By closed fields, and by fields of what is linked, nothing is sorted."""
        model = rows.browse()
        names = [
            name
            for name, field in model._fields.items()
            if field.store and not model._has_field_access(field, "read")
        ]
        names += [
            f"{field.name}.create_date"
            for field in self.links(model)
            if field.type == "many2one"
        ]
        for name in names:
            if self._get_answer(lambda name=name: model.search([], order=name).ids):
                self.learned.add(f"{model._name}: order by {name}")

    def _leaves(self, model):
        """Return the questions to a model that are not refused: one for each field."""
        questions = []
        for name, field in model._fields.items():
            if not self._is_searchable(field) or self._is_told(model, name):
                continue
            if field.type in TEXTS or field.type == "many2one":
                question = Domain(name, "like", WORD)
            elif field.type in NUMBERS:
                question = Domain(name, "=", NUMBER)
            else:
                continue
            if not self._is_refused(model, question) and not self._finds_all(
                model, field
            ):
                questions.append(question)
        return questions

    def _finds_all(self, model, field):
        """Return whether any word finds the rows: no way to learn one."""
        if field.store and field.type != "many2one":
            return False
        rows = model.sudo().search([], limit=1).with_env(model.env)
        return bool(self._finds(rows, Domain(field.name, "like", "No such word")))

    def _links(self, model):
        return [
            field
            for name, field in model._fields.items()
            if field.relational
            and self._is_searchable(field)
            and not self._is_told(model, name)
            and not self._is_refused(model, Domain(name, "any", Domain("id", ">", 0)))
        ]

    @staticmethod
    def _is_searchable(field):
        return bool(field.store or field.search)

    def _is_told(self, model, name):
        return name in self.told.get(model._name, ())

    def _is_refused(self, model, question):
        return self._get_answer(lambda: model._search(question)) is None

    def _get_answer(self, ask):
        """Return what ``ask`` returns; None when Odoo refuses, or cannot answer."""
        try:
            with self.cr.savepoint(flush=False), warnings.catch_warnings():
                # of Odoo's own searches, asked for what they do not know
                warnings.simplefilter("ignore")
                return ask()
        except REFUSED:
            return None
