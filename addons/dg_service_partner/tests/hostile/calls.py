"""Calls as they come over RPC, taken back at once: what each of them did."""

import inspect
import json
import re
import warnings
from contextlib import contextmanager
from unittest.mock import patch

from odoo.service.model import call_kw, get_public_method
from odoo.tools import SQL, mute_logger

from .outcome import Outcome

CHANGE = re.compile(
    r'^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(?:public"?\."?)?(\w+)', re.IGNORECASE
)


class RemoteCalls:
    """Mixin of a test case that calls what RPC reaches, as the users that it names.

    Models and methods are read from the registry, so new ones are called as well. A
    class that uses it sets `our_module` and answers ``_known_argument``.
    """

    our_module = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute("CREATE TEMP TABLE hostile_marker (n int) ON COMMIT DROP")

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
            # What was remembered of rights and rules meanwhile is no more.
            self.env.registry.reset_changes()

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
            if match and cursor.rowcount > 0:
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
        with self._undone(), mute_logger("odoo"):
            since = self._begin_marking()
            with self._watched(gone) as tables:
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
            outcome.excesses = self._find_excesses(user, outcome)
            return outcome

    def _begin_marking(self):
        """Return the number of the savepoint, which each row written from now on has.

        A row of one's own tells it: savepoints have none before they write.
        """
        self.env.cr.execute(
            "INSERT INTO hostile_marker VALUES (1) RETURNING xmin::text::bigint"
        )
        return self.env.cr.fetchone()[0]

    def _request(self, user, record, name, ids, kwargs, context):
        """Call a method as ``call_kw`` does, and write what it leaves to be written."""
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

    def _find_excesses(self, user, outcome):
        """Return what is stored and should not be, while it is there to be read."""
        return []

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
