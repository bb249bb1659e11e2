"""The laws that every method keeps, whoever calls it with whatever."""

from types import NoneType

from hypothesis import HealthCheck, given, settings

from odoo.exceptions import UserError
from odoo.models import BaseModel

from .case import HostileCase
from .values import (
    FILE_NAMES,
    TEXTS,
    bent_values,
    combinations,
    field_values,
    hostile_values,
    odd_ids,
    shown,
)


class HostileLaws(HostileCase):
    """The tests of a class that plants its rows and names its callers.

    `examples` is the number of random combinations.
    """

    examples = 100

    def setUp(self):
        super().setUp()
        cls = type(self)
        if "hidden" not in vars(cls):
            cls.hidden = self._hidden_words()
            cls.targets = self._targets()
            cls.calls = self._working_calls()
            cls.own_calls = self._least_trusted(cls.calls)

    def _least_trusted(self, calls):
        """Return one call of each method of ours, and of each that is open to those who
        are no employees, by whom it is least trusted to.
        """
        found = {}
        for call in sorted(calls, key=lambda call: [*self.callers].index(call[0])):
            who, record, name, _kwargs = call
            if self._is_ours(record, name) or self.callers[who].share:
                found.setdefault((record._name, name), call)
        return list(found.values())

    def test_calls_are_right(self):
        """Each method of ours does something, or shows something, in some call.

        Without this the tests below could pass because nothing was ever done.
        """
        doing = {(record._name, name) for _who, record, name, _kwargs in self.calls}
        idle = [
            f"{rows._name}.{name}"
            for rows, name in self.targets
            if (rows._name, name) not in doing
            and self._is_new(rows, name)
            and not self._shows_something(rows, name)
        ]
        self.assertFalse(idle, "Give the test a row, or right values, for these.")

    def _shows_something(self, rows, name):
        """Return whether a method answers with an action of the client."""
        root = self.env.ref("base.user_root")
        return any(
            isinstance(
                self._call(root, row, name, row.ids, self._arguments(row, name)).result,
                dict,
            )
            for row in self._unlike(rows)
        )

    def test_repeated_ids(self):
        """An id that is sent three times does what it does once."""
        for who, record, name, kwargs in self.calls:
            user = self.callers[who]
            once = self._call(user, record, name, record.ids, kwargs)
            often = self._call(user, record, name, record.ids * 3, kwargs)
            self._judge(who, record, name, often, "[id, id, id]")
            if once.error is None and often.error is None:
                tables = self._tables_of(record, name)
                for difference in once.differences(often, self.models, tables):
                    self._find("sets", who, record, name, difference, "[id, id, id]")
        self._assert_no_findings()

    def test_two_at_once(self):
        """Two records at once do not what one after the other is refused."""
        for call in self.calls:
            who, record, name, _kwargs = call
            user = self.callers[who]
            for other in self._siblings(record):
                kwargs = self._arguments(record | other, name)
                ids = [record.id, other.id]
                both = self._call(user, record, name, ids, kwargs)
                self._judge(who, record, name, both, "[id, other]")
                if both.error is not None or not both.tables:
                    continue
                in_turn = self._call(user, record, name, ids[:1], kwargs, then=ids[1:])
                if in_turn.error is not None and self._does_more(call, both):
                    refusal = f"one after the other: {in_turn.error}"[:160]
                    self._find("sets", who, record, name, refusal, "[id, other]")
        self._assert_no_findings()

    def _does_more(self, call, outcome):
        """Return whether a call did more than it does for its first record alone."""
        who, record, name, kwargs = call
        alone = self._call(self.callers[who], record, name, record.ids, kwargs)
        return alone.differences(outcome, self.models, self.models)

    def test_foreign_ids(self):
        """Who may do something with a row does it with no row of others."""
        for who, record, name, kwargs in self.calls:
            foreign = self._foreign_ids(who, record)
            for ids in (foreign, record.ids + foreign) if foreign else ():
                outcome = self._call(self.callers[who], record, name, ids, kwargs)
                self._judge(who, record, name, outcome, "foreign ids")
        self._assert_no_findings()

    def test_odd_ids(self):
        """Ids that are missing, huge or no ids are answered calmly."""
        for who, record, name, kwargs in self.own_calls:
            user = self.callers[who]
            for ids in odd_ids(record.ids):
                outcome = self._call(user, record, name, ids, kwargs)
                is_new = self._is_new(record, name)
                if not outcome.is_calm(self.our_module, is_new):
                    reading = self._call(user, record, "read", ids, {"fields": []})
                    if not isinstance(reading.error, UserError | NoneType):
                        # Odoo itself answers so wherever such ids are sent.
                        continue
                self._judge(who, record, name, outcome, f"ids {shown(ids)}")
        self._assert_no_findings()

    def test_hostile_arguments(self):
        """One wrong argument beside right ones: refused calmly, or kept in bounds."""
        known_ids = self._known_ids()
        for who, record, name, kwargs in self.own_calls:
            is_new = self._is_new(record, name)
            values = hostile_values(known_ids) if is_new else (*TEXTS, *FILE_NAMES)
            for parameter in self._bendable(record, name):
                bent = bent_values(kwargs.get(parameter), known_ids)
                for value in [*values, *bent]:
                    outcome = self._call(
                        self.callers[who],
                        record,
                        name,
                        record.ids,
                        {**kwargs, parameter: value},
                    )
                    argument = f"{parameter}={shown(value)}"
                    self._judge(who, record, name, outcome, argument)
        self._assert_no_findings()

    def test_hostile_fields(self):
        """One wrong value written into a field, commands on foreign rows as well."""
        for who, row, names in self._writable():
            for name in names:
                field = row._fields[name]
                foreign = (
                    self._foreign_ids(who, self.env[field.comodel_name])
                    if field.relational
                    else []
                )
                for value in field_values(field.type, foreign):
                    outcome = self._call(
                        self.callers[who],
                        row,
                        "write",
                        row.ids,
                        {"vals": {name: value}},
                    )
                    argument = f"{name}={shown(value)}"
                    self._judge(who, row, "write", outcome, argument, "links")
        self._assert_no_findings()

    def _bendable(self, record, name):
        """Return the parameters to bend: what the ORM takes is Odoo's to refuse, and
        the values of fields are attacked one by one.
        """
        return [] if hasattr(BaseModel, name) else self._parameters(record, name)

    def test_contexts(self):
        """What a client puts into the context changes nothing of ours."""
        for call in self.own_calls:
            who, record, name, kwargs = call
            user = self.callers[who]
            plain = self._call(user, record, name, record.ids, kwargs)
            for contexts in self._contexts():
                for context, outcome in self._call_with_contexts(call, contexts):
                    argument = f"context {shown(context)}"
                    self._judge(who, record, name, outcome, argument)
                    if outcome.error is not None:
                        continue
                    for difference in plain.differences(
                        outcome, self.models, self.our_tables
                    ):
                        self._find("contexts", who, record, name, difference, argument)
        self._assert_no_findings()

    def test_combinations(self):
        """Anybody calls anything with several hostile words at once."""
        self._run_combinations()
        self._assert_no_findings()

    def _run_combinations(self):
        known_ids = self._known_ids()
        values = hostile_values(known_ids)
        contexts = [each for contexts in self._contexts() for each in contexts]
        calls, callers = self.calls, list(self.callers)
        strategy = combinations(len(calls), len(callers), len(values), len(contexts))

        @settings(
            max_examples=self.examples,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(example=strategy)
        def run(example):
            call, caller, ids_number, given_, context = example
            _who, record, name, kwargs = calls[call]
            who = callers[caller]
            ids = [
                record.ids,
                record.ids * 3,
                [],
                [*record.ids, 2**31 - 1],
                [*record.ids, *self._foreign_ids(who, record)],
            ][ids_number]
            names = self._bendable(record, name)
            bent = {
                parameter: values[number]
                for parameter, number in zip(names, given_, strict=False)
                if number is not None
            }
            context = {} if context is None else contexts[context]
            outcome = self._call(
                self.callers[who], record, name, ids, {**kwargs, **bent}, context
            )
            argument = f"{shown(ids)}, {shown(bent)}, {shown(context)}"
            self._judge(who, record, name, outcome, argument)

        run()
