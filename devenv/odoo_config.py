"""Configuration files of development, derived from the production reference."""

import configparser

from . import cache, our_addons
from .settings import ADDONS, EXAMPLES, REFERENCE_CONFIG

# What a development server does differently, and why.
DEVELOPMENT = {
    # threads in one process: one thing to start, stop and debug
    "workers": "0",
    "max_cron_threads": "1",
    "proxy_mode": "False",
    "x_sendfile": "False",
    # a breakpoint may take long
    "limit_time_cpu": "0",
    "limit_time_real": "0",
    "limit_time_real_cron": "0",
    "limit_memory_soft": "0",
    "limit_memory_hard": "0",
    "db_maxconn": "32",
    # mails stay in the database unless somebody sets a server up
    "smtp_server": "localhost",
}


def data_folder(database):
    """Return the folder of a database's sessions and files."""
    return cache.folder("data", database)


def write(database, source, examples=False, **options):
    """Write the configuration for one database and return its file.

    :param source: an `OdooSource`
    :param examples: with the addons of docs/examples on the addons path
    :param options: further options of Odoo, which win
    """
    config = configparser.RawConfigParser()
    config.read(REFERENCE_CONFIG)
    section = config["options"]
    section.update(DEVELOPMENT)
    addons = [*source.addons, *([ADDONS] if our_addons.names() else [])]
    addons += [EXAMPLES] if examples else []
    section["addons_path"] = ",".join(map(str, addons))
    section["db_name"] = database
    section["dbfilter"] = f"^{database}$"
    section["data_dir"] = str(data_folder(database))
    section.update({name: str(value) for name, value in options.items()})
    path = data_folder(database) / "odoo.conf"
    with open(path, "w") as stream:
        config.write(stream)
    return path
