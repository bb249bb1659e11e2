"""PostgreSQL: one's own server by libpq's variables, or a private one."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

from . import cache, python_env
from .console import DevenvError, run, step
from .settings import CACHE, OWN_POSTGRES, short_hash

ROLE = "odoo"
SUPERUSER = "postgres"
# The user the server runs as when we are root; PostgreSQL refuses to be root.
SYSTEM_USER = "embedded_postgres"
# Development data can be made again: no waiting for the disk. A killed server still
# finds all its commits in the cache of the operating system.
SERVER_OPTIONS = {
    "listen_addresses": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "jit": "off",
    "unix_socket_permissions": "0777",
}


def ensure():
    """Return the libpq variables of a running server on which we may make databases."""
    if OWN_POSTGRES:
        environment = {k: v for k, v in os.environ.items() if k.startswith("PG")}
        environment.pop("PGDATABASE", None)
        _check(environment)
        return environment
    with cache.lock("postgres"):
        server = PrivateServer()
        server.ensure_running()
    return server.environment()


def stop():
    """Stop the private server."""
    if not OWN_POSTGRES:
        PrivateServer().stop()


def programs():
    """Return the folder of psql and its companions."""
    return python_env.SITE_PACKAGES / "embedded_postgres" / "pginstall" / "bin"


def query(environment, statement, database="postgres"):
    """Run SQL and return its rows as lists of text.

    :param environment: libpq variables as `ensure` returns them
    :raise DevenvError: with PostgreSQL's message
    """
    command = [programs() / "psql", "--no-psqlrc", "--quiet", "--tuples-only"]
    command += ["--no-align", "--field-separator=\t", "--set=ON_ERROR_STOP=1"]
    command += ["--dbname", database, "--command", statement]
    output = run(command, env=_clean_environment(environment))
    return [line.split("\t") for line in output.splitlines() if line]


def _clean_environment(environment):
    """Return our environment with these libpq variables and no others."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    return {**kept, **environment}


def _check(environment):
    """Tell at once, and plainly, when a server of one's own does not do."""
    try:
        ((user, may_create),) = query(
            environment,
            "SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles"
            " WHERE rolname = current_user",
        )
    except DevenvError as error:
        raise DevenvError(
            f"The PostgreSQL server named by PGHOST, PGUSER ... does not answer."
            f" Correct these variables, or unset them to get a server.\n{error}"
        ) from error
    if user == SUPERUSER:
        raise DevenvError("Odoo refuses the role postgres. Set PGUSER to another one.")
    if may_create != "t":
        raise DevenvError(f"The role {user} may not create databases: set CREATEDB.")


class PrivateServer:
    """A server on a unix socket, with its data in the cache.

    :param str name: of its folder; each name is a server of its own
    :param str socket: part of the name of the socket's folder
    :param dict options: of PostgreSQL, which win over those of development
    """

    def __init__(self, name="postgres", socket="pg", options=None):
        as_root = os.geteuid() == 0
        self.options = {**SERVER_OPTIONS, **(options or {})}
        self.home = CACHE / name
        if as_root and not _reachable_for_all(CACHE):
            self.home = Path("/var/tmp") / f"devenv-{name}-{short_hash(CACHE)}"
        self.programs = programs()
        self.user = self._system_user() if as_root else None
        self.data = self.home / "data"
        # the path of a socket is limited to some 100 characters
        self.socket_folder = Path("/tmp") / f"devenv-{socket}-{short_hash(CACHE)}"

    def environment(self):
        """Return the libpq variables of the server."""
        return {"PGHOST": str(self.socket_folder), "PGPORT": "5432", "PGUSER": ROLE}

    def _system_user(self):
        """Return a user for the server; PostgreSQL does not run as root."""
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            run(["useradd", "--system", "--shell", "/bin/sh", SYSTEM_USER])
            return pwd.getpwnam(SYSTEM_USER)

    def _run(self, program, *arguments, check=True):
        options = {}
        if self.user:
            options = {
                "user": self.user.pw_uid,
                "group": self.user.pw_gid,
                "extra_groups": [],
                "cwd": "/",
            }
        # no pipes: the server would keep them open
        output = self.home / "command.log"
        with open(output, "w") as stream:
            done = subprocess.run(
                [self.programs / program, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=_clean_environment({"LC_ALL": "C.UTF-8"}),
                **options,
            )
        if check and done.returncode:
            log = self.home / "server.log"
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise DevenvError(
                f"PostgreSQL's {program} failed:\n{output.read_text()}\n{tail}"
            )
        return done.returncode == 0

    def ensure_running(self):
        """Make the cluster if missing and start it if it does not run."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.socket_folder.mkdir(exist_ok=True)
        if self.user:
            os.chown(self.home, self.user.pw_uid, self.user.pw_gid)
            os.chown(self.socket_folder, self.user.pw_uid, self.user.pw_gid)
            self._copy_programs_if_hidden()
        if not self._is_complete():
            self._create()
        if not self._answers():
            self._forget_killed()
            self._start()

    def _copy_programs_if_hidden(self):
        """Put the programs where the server's user may read them."""
        if self.home.is_relative_to(CACHE):
            return
        package = self.programs.parents[1]
        copy = self.home / "programs"
        if not cache.is_ready(copy, str(package)):
            with cache.build_folder(copy, str(package)) as draft:
                # the programs look for their libraries in the folder beside
                for name in (package.name, f"{package.name}.libs"):
                    shutil.copytree(
                        package.with_name(name), draft / name, symlinks=True
                    )
        self.programs = copy / package.name / "pginstall" / "bin"

    def _answers(self):
        return self._run(
            "pg_isready", "-q", "-h", self.socket_folder, "-U", SUPERUSER, check=False
        )

    def _is_complete(self):
        """Tell whether the cluster was made to the end, by this major version."""
        version = self.data / "PG_VERSION"
        return (
            (self.home / "complete").exists()
            and version.exists()
            and f"(PostgreSQL) {version.read_text().strip()}."
            in run([self.programs / "postgres", "--version"])
        )

    def _create(self):
        with step("a PostgreSQL cluster"):
            self.stop()
            self._end_orphan()
            (self.home / "complete").unlink(missing_ok=True)
            shutil.rmtree(self.data, ignore_errors=True)
            self._run(
                "initdb",
                f"--pgdata={self.data}",
                f"--username={SUPERUSER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            )
            settings = [f"{name} = {value}" for name, value in self.options.items()]
            with open(self.data / "postgresql.conf", "a") as stream:
                stream.write("\n".join(["", *settings, ""]))
            self._start()
            superuser = {"PGHOST": str(self.socket_folder), "PGUSER": SUPERUSER}
            query(superuser, f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            (self.home / "complete").touch()

    def _end_orphan(self):
        """End a server whose data somebody removed while it was running."""
        for lock_file in self.socket_folder.glob(".s.PGSQL.*.lock"):
            process = int(lock_file.read_text().splitlines()[0])
            if _is_alive(process):
                os.kill(process, signal.SIGQUIT)
            while _is_alive(process):
                time.sleep(0.1)
        for path in self.socket_folder.iterdir():
            path.unlink(missing_ok=True)

    def _forget_killed(self):
        """Remove what a killed server left behind, when nobody reaps the dead."""
        lock_file = self.data / "postmaster.pid"
        if lock_file.exists():
            process = int(lock_file.read_text().splitlines()[0])
            if not _is_alive(process):
                lock_file.unlink()
                for path in self.socket_folder.iterdir():
                    path.unlink()

    def _start(self):
        self._run(
            "pg_ctl",
            f"--pgdata={self.data}",
            f"--log={self.home / 'server.log'}",
            f"--options=-k {self.socket_folder}",
            "--wait",
            "--timeout=120",
            "start",
        )

    def crash(self):
        """Let the server break down and start again: it recovers from its log."""
        self.stop("immediate")
        self._start()

    def stop(self, mode="fast"):
        """Stop the server, with open connections or not.

        :param str mode: of `pg_ctl stop`
        """
        if (self.data / "postmaster.pid").exists():
            self._copy_programs_if_hidden()
            self._run(
                "pg_ctl",
                f"--pgdata={self.data}",
                f"--mode={mode}",
                "--wait",
                "stop",
                check=False,
            )

    def remove(self):
        """Stop the server and remove its data."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.socket_folder, ignore_errors=True)


def remove():
    """Remove the private server with all its databases."""
    PrivateServer().remove()


def _is_alive(process):
    """Tell whether a process runs; one that is dead but not reaped does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _reachable_for_all(path):
    """Tell whether any user may enter a folder, looking at all its parents."""
    return all(
        folder.stat().st_mode & stat.S_IXOTH
        for folder in (path, *path.parents)
        if folder.exists()
    )
