"""nginx in front of the Odoo nodes, by the reference configuration of production."""

import os
import re
import shutil
import subprocess
import time

from . import apt_index, cache
from .console import DevenvError, run, step
from .settings import CACHE, ROOT

REFERENCE = ROOT / "nginx.conf"
PACKAGE = "nginx/bookworm"
# Around the reference, as in a distribution's own nginx.conf; all files in one folder.
FRAME = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""


def ensure():
    """Return the program: the machine's own, or Debian's in the cache."""
    own = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if own:
        return own
    target = CACHE / "nginx"
    with cache.lock("nginx"):
        if not cache.is_ready(target, PACKAGE):
            apt = apt_index.PrivateApt()
            apt.update()
            with step("nginx, about 1 MB"):
                files = apt.download([PACKAGE])
            with cache.build_folder(target, PACKAGE) as draft:
                apt_index.unpack(files, draft)
    return target / "usr" / "sbin" / "nginx"


def derive(reference, port, nodes, filestore, is_secure=False):
    """Return the reference with these ports, without TLS and what needs it.

    :param str reference: the text of `nginx.conf`
    :param int port: on which people ask
    :param nodes: (port, port for websockets) of each Odoo node
    :param bool is_secure: keep what browsers obey over TLS only
    :raise DevenvError: the reference changed so much that it cannot be derived from
    """

    def servers(index):
        return "".join(
            f"server 127.0.0.1:{ports[index]} max_fails=20 fail_timeout=5s;\n"
            for ports in nodes
        )

    text = reference
    for pattern, replacement in (
        (r"server \{\s*listen 80;.*?\}\n", ""),
        (r"server \{\s*listen 443 ssl default_server;.*?\}\n", ""),
        (r"server 127\.0\.0\.1:8069 [^\n]*\n", servers(0)),
        (r"server 127\.0\.0\.1:8072 [^\n]*\n", servers(1)),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        (r"ssl_certificate [^\n]*\n", ""),
        (r"ssl_certificate_key [^\n]*\n", ""),
        (r"alias /var/lib/odoo/filestore/;", f"alias {filestore}/;"),
    ):
        text, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
        if not count:
            raise DevenvError(f"{REFERENCE.name} does not match {pattern!r} any more.")
    if not is_secure:
        text = text.replace("proxy_cookie_flags ~ secure ", "proxy_cookie_flags ~ ")
    return text


class Proxy:
    """One nginx on the loopback interface.

    :param folder: for its configuration, log and temporary files
    """

    def __init__(self, folder):
        self.program = ensure()
        self.folder = folder
        self.process = None

    def start(self, port, nodes, filestore, is_secure=False):
        """Start to listen; see `derive` for the parameters."""
        site = derive(REFERENCE.read_text(), port, nodes, filestore, is_secure)
        config = self.folder / "nginx.conf"
        config.write_text(FRAME.format(folder=self.folder, site=site))
        command = [self.program, "-p", self.folder, "-c", config]
        command += ["-e", self.folder / "error.log"]
        command = [str(part) for part in command]
        run([*command, "-t"])
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise DevenvError(f"nginx ended at once, see {self.folder}/error.log")

    def version(self):
        """Return the version of the program."""
        return run([self.program, "-v"]).strip().rpartition("/")[2]

    def stop(self):
        """End it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
