"""Keeps the warnings and errors of a log and tells which ones concern our addons."""

import logging
import re
import traceback

# The test runner logs each failed test; the runner's own result counts these.
FAILED_TEST = re.compile(r"^(FAIL|ERROR): ")
# Said by Odoo about its own code or about this machine.
HARMLESS = (
    # one summary line per database, after failures that are counted anyway
    re.compile(r"error\(s\) of \d+ tests when loading database"),
)


class LogWatch(logging.Handler):
    """Collects every record from WARNING upwards.

    :param our_addons: names of the addons whose records count
    """

    def __init__(self, our_addons):
        super().__init__(logging.WARNING)
        self.our_addons = our_addons
        self.model_names = []
        self.records = []

    def emit(self, record):
        message = record.getMessage()
        if FAILED_TEST.match(message) or any(p.search(message) for p in HARMLESS):
            return
        trace = ""
        if record.exc_info and record.exc_info[0]:
            trace = "".join(traceback.format_exception(*record.exc_info))
        self.records.append(
            {
                "logger": record.name,
                "level": record.levelname,
                "path": record.pathname,
                "line": record.lineno,
                "message": message,
                "traceback": trace,
            }
        )

    def know_models(self, registry):
        """Learn the names of the models that our addons define."""
        self.model_names = [
            name
            for name, model in registry.models.items()
            if model._original_module in self.our_addons
        ]

    def report(self):
        """Return all records, each with `ours` set or not."""
        return [{**record, "ours": self.is_ours(record)} for record in self.records]

    def is_ours(self, record):
        """Tell whether a record comes from or speaks about our addons."""
        text = "\n".join(
            record[key] for key in ("logger", "path", "message", "traceback")
        )
        names = [*self.our_addons, *self.model_names]
        return any(
            re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", text)
            or f"odoo.addons.{name}" in text
            for name in names
        )
