"""Kills a process in the middle of each job, many times, and looks at what is left."""

import logging
import os
import signal
import traceback

from odoo import fields, sql_db
from odoo.modules.registry import Registry

from devenv.inside import boot

from .shop import Shop

_logger = logging.getLogger(__name__)

ORDERS = 450
BILLED = 30
COMMITMENTS = 120


class Killer:
    """Runs a job in a child process that kills itself before its n-th query."""

    def __init__(self, database):
        self.database = database

    def count_queries(self, job):
        """Return how many queries the whole job takes; nothing of it is kept."""
        with boot.environment(self.database) as env:
            env.cr.commit = lambda: None
            start = env.cr.sql_log_count
            job(env)
            env.flush_all()
            env.cr.precommit.run()
            count = env.cr.sql_log_count - start
            del env.cr.commit
            env.cr.rollback()
        return count

    def run(self, job, kill_at=None):
        """Run a job and commit it; return whether the process ended by itself."""
        sql_db.close_all()
        child = os.fork()
        if not child:
            self._run_in_child(job, kill_at)
        _pid, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return False
        if os.WEXITSTATUS(status):
            raise AssertionError("The job failed by itself; see the log.")
        return True

    def _run_in_child(self, job, kill_at):
        code = 1
        try:
            with boot.environment(self.database) as env:
                if kill_at:
                    self._arm(env.cr, kill_at)
                job(env)
            code = 0
        except BaseException:
            traceback.print_exc()
        os._exit(code)

    def _arm(self, cr, kill_at):
        execute = cr.execute
        left = [kill_at]

        def counting(*args, **kwargs):
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(*args, **kwargs)

        cr.execute = counting


class Transmission:
    """Half-done batches vanish; what was committed has been done once (R07)."""

    name = "transmission"
    runs = 2

    def prepare(self, shop):
        due = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        self.ids = shop.create_orders(ORDERS, transmit_after=due).ids

    def job(self, env):
        env["service.partner.order"]._cron_transmit()

    def check(self, env, is_complete):
        orders = env["service.partner.order"].browse(self.ids).exists()
        assert len(orders) == ORDERS, "An order is lost."
        mails = env["mail.mail"].search([("model", "=", orders._name)])
        per_order = mails.grouped("res_id")
        for order in orders:
            sent = order.state == "new"
            assert sent or (order.state == "waiting" and not is_complete), order.state
            rows = (
                len(order.assignment_ids),
                len(order.transition_ids),
                len(per_order.get(order.id, ())),
                int(bool(order.transmission_date and order.accept_deadline)),
            )
            assert rows == ((1,) * 4 if sent else (0,) * 4), (order.name, rows)
        return f"{ORDERS} orders transmitted once"


class StatementCreation:
    """A statement is there with all its orders, or not at all (R39)."""

    name = "statement"
    # A second one is refused, so the job runs once.
    runs = 1

    def prepare(self, shop):
        self.ids = shop.create_orders(
            BILLED,
            state="done",
            billing_status="to_bill",
            completion_date=fields.Datetime.now(),
        ).ids

    def job(self, env):
        env["service.partner.order"].browse(self.ids).action_create_statement()

    def check(self, env, is_complete):
        orders = env["service.partner.order"].browse(self.ids)
        statements = env["service.partner.statement"].search(
            [("order_ids", "in", self.ids)]
        )
        assert len(statements) == int(is_complete), statements
        assert orders.statement_id == statements
        if is_complete:
            assert statements.order_ids == orders
            assert set(orders.mapped("billing_status")) == {"billed"}
        else:
            assert set(orders.mapped("billing_status")) == {"to_bill"}
        return f"one statement of {BILLED} orders"


class BillCreation(StatementCreation):
    """A statement has one bill with a line for each order, or none (A20)."""

    name = "vendor bill"
    runs = 2

    def prepare(self, shop):
        super().prepare(shop)
        orders = shop.env["service.partner.order"].browse(self.ids)
        self.statement_id = orders.action_create_statement().id

    def job(self, env):
        env["service.partner.statement"].browse(self.statement_id).action_create_bill()

    def check(self, env, is_complete):
        bills = env["service.partner.statement"].browse(self.statement_id).bill_ids
        assert len(bills) == int(is_complete), bills
        if is_complete:
            lines = bills.invoice_line_ids.filtered("service_partner_order_id")
            assert sorted(lines.service_partner_order_id.ids) == sorted(self.ids)
        return f"one bill of {BILLED} lines"


class CommitmentBilling:
    """Each due commitment has one draft invoice, or none yet."""

    name = "commitment billing"
    runs = 2

    def prepare(self, shop):
        self.ids = shop.create_commitments(COMMITMENTS).ids
        assert len(self.ids) == COMMITMENTS, len(self.ids)

    def job(self, env):
        env["service.commitment"]._cron_create_invoices()

    def check(self, env, is_complete):
        lines = env["account.move.line"].search(
            [("service_commitment_id", "in", self.ids)]
        )
        billed = lines.mapped("service_commitment_id")
        assert len(lines) == len(billed), "A commitment is billed twice."
        assert len(billed) == COMMITMENTS or not is_complete, len(billed)
        return f"{COMMITMENTS} commitments invoiced once"


def torment(killer, scene, points):
    """Kill a job at points spread over its queries, then let it complete.

    :return: the row of the report
    """
    prepare(killer, scene)
    total = killer.count_queries(scene.job)
    kills = 0
    for number in range(points):
        at = max(1, total * (2 * number + 1) // (2 * points))
        is_complete = killer.run(scene.job, kill_at=at)
        check(killer, scene, is_complete)
        if is_complete:
            # Earlier runs had left less to do than this point needs.
            prepare(killer, scene)
        kills += not is_complete
    assert kills > points // 2, f"Only {kills} of {points} runs were killed."
    for _run in range(scene.runs):
        killer.run(scene.job)
    return {
        "job": scene.name,
        "kills": kills,
        "result": check(killer, scene, is_complete=True),
    }


def prepare(killer, scene):
    """Make new records for a job."""
    with boot.environment(killer.database) as env:
        scene.prepare(Shop(env))


def check(killer, scene, is_complete):
    """Check what a run has left, and say what a complete one has made."""
    with boot.environment(killer.database) as env:
        return scene.check(env, is_complete)


def work(database, arguments):
    """Torment every job and report what is left."""
    Registry(database)
    killer = Killer(database)
    rows = []
    for scene in (
        Transmission(),
        StatementCreation(),
        BillCreation(),
        CommitmentBilling(),
    ):
        rows.append(torment(killer, scene, arguments.points))
        _logger.info("%(job)s: %(kills)s kills, %(result)s", rows[-1])
    return {"rows": rows}


if __name__ == "__main__":
    boot.run(work, points=int)
