from collections import defaultdict
from datetime import timedelta

from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..tools.records import show_record


class ServiceObject(models.Model):
    """A delivered thing with the commitments that cover it."""

    _name = "service.object"
    _description = "Service Object"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "provision_start_date desc, id desc"
    _rec_names_search = ["name", "product_id", "lot_id"]
    _check_company_auto = True

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    product_uom_id = fields.Many2one(
        comodel_name="uom.uom",
        string="Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    line_quantity = fields.Float(
        string="Quantity in Order Unit",
        digits="Product Unit",
        help="What this delivery was in the unit of the order line.",
    )
    lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Lot/Serial Number",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    partner_invoice_id = fields.Many2one(
        comodel_name="res.partner",
        string="Invoice Address",
        check_company=True,
    )
    partner_shipping_id = fields.Many2one(
        comodel_name="res.partner",
        string="Delivery Address",
        check_company=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        copy=True,
        index=True,
        help="That of the sale. Who sees only the own sales sees the objects of these, "
        "and those without a salesperson.",
    )
    sale_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Order Line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    sale_order_id = fields.Many2one(
        related="sale_line_id.order_id", store=True, index="btree_not_null"
    )
    move_id = fields.Many2one(
        comodel_name="stock.move",
        string="Stock Move",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    picking_id = fields.Many2one(
        comodel_name="stock.picking",
        string="Delivery",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    provision_start_date = fields.Date(
        required=True,
        index=True,
        default=fields.Date.context_today,
        tracking=True,
        help="The day of the delivery.",
    )
    commitment_ids = fields.One2many(
        comodel_name="service.commitment",
        inverse_name="service_object_id",
        string="Service Commitments",
    )
    has_warranty = fields.Boolean(
        string="Warranty",
        compute="_compute_terms",
        store=True,
    )
    warranty_end_date = fields.Date(
        string="Warranty Until",
        compute="_compute_terms",
        store=True,
        help="The last day on which a warranty extension covers the object.",
    )
    end_date = fields.Date(
        string="Covered Until",
        compute="_compute_terms",
        store=True,
        index=True,
        help="The day on which the last commitment ends; empty while one goes on.",
    )
    commitment_timeline = fields.Html(
        string="Timeline",
        compute="_compute_commitment_timeline",
        sanitize=False,
    )
    invoice_count = fields.Integer(
        string="Invoices", compute="_compute_invoice_count", compute_sudo=True
    )

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for service_object in self:
            service_object.product_uom_id = service_object.product_id.uom_id

    @api.depends("sale_order_id.user_id")
    def _compute_user_id(self):
        for service_object in self.filtered("sale_order_id"):
            service_object.user_id = service_object.sale_order_id.user_id

    @api.depends("name", "product_id", "lot_id")
    def _compute_display_name(self):
        for service_object in self:
            # who may read the object reads what it is, with or without access to stock
            number, item = service_object.name, service_object.sudo()
            parts = [number, item.product_id.display_name, item.lot_id.name]
            service_object.display_name = " · ".join(part for part in parts if part)

    @api.depends("commitment_ids.is_warranty", "commitment_ids.end_date")
    def _compute_terms(self):
        for service_object in self:
            commitments = service_object.commitment_ids
            warranties = commitments.filtered("is_warranty")
            service_object.has_warranty = bool(warranties)
            service_object.warranty_end_date = warranties._get_last_end_date()
            service_object.end_date = commitments._get_last_end_date()

    @api.depends(
        "commitment_ids.name",
        "commitment_ids.start_date",
        "commitment_ids.end_date",
        "commitment_ids.term_until",
    )
    def _compute_commitment_timeline(self):
        for service_object in self:
            values = service_object._prepare_timeline_values()
            service_object.commitment_timeline = (
                self.env["ir.qweb"]._render(
                    "dg_warranty_extension.service_object_timeline", values
                )
                if values
                else False
            )

    def _compute_invoice_count(self):
        counts = dict(
            self.env["account.move.line"]._read_group(
                [("service_commitment_id.service_object_id", "in", self.ids)],
                ["service_commitment_id"],
                ["move_id:array_agg"],
            )
        )
        for service_object in self:
            moves = set()
            for commitment in service_object.commitment_ids:
                moves.update(counts.get(commitment._origin, ()))
            service_object.invoice_count = len(moves)

    @api.constrains("lot_id", "quantity", "product_id")
    def _check_serial_quantity(self):
        for service_object in self:
            if (
                service_object.lot_id
                and service_object.product_id.tracking == "serial"
                and service_object.quantity != 1
            ):
                raise ValidationError(
                    self.env._(
                        "%(object)s has a serial number, so its quantity must be "
                        "exactly 1.",
                        object=service_object.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        unnamed = defaultdict(list)
        for vals in vals_list:
            if not vals.get("name"):
                unnamed[vals.get("company_id") or self.env.company.id].append(vals)
        for company_id, group in unnamed.items():
            numbers = self._next_numbers(company_id, len(group))
            for vals, number in zip(group, numbers, strict=True):
                vals["name"] = number
        return super().create(vals_list)

    def action_view_sale_order(self):
        self.ensure_one()
        return show_record(self.sale_order_id)

    def action_view_picking(self):
        self.ensure_one()
        return show_record(self.picking_id)

    def action_view_lot(self):
        self.ensure_one()
        return show_record(self.lot_id)

    def action_view_invoices(self):
        return self.commitment_ids.action_view_invoices()

    @api.model
    def _next_numbers(self, company_id, count):
        """Draw numbers of the sequence that ``next_by_code`` would take, in one query.

        :param int company_id: whose objects they are for
        :param int count: how many
        :return: list of that many strings
        """
        sequence = self.env["ir.sequence"].search(
            [
                ("code", "=", self._name),
                ("company_id", "in", (company_id, False)),
            ],
            order="company_id",
            limit=1,
        )
        if sequence.implementation == "standard" and not sequence.use_date_range:
            self.env.cr.execute(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                (f"ir_sequence_{sequence.id:03d}", count),
            )
            numbers = self.env.cr.fetchall()
            # read once what is the same for all of them
            prefix, suffix = sequence._get_prefix_suffix()
            return [
                f"{prefix}{number:0{sequence.padding}d}{suffix}"
                for (number,) in numbers
            ]
        return [sequence._next() for _index in range(count)]

    def _prepare_timeline_values(self):
        """Return the values of the timeline template: bars in percent between the
        first start and the last end; what goes on reaches the right edge."""
        self.ensure_one()
        commitments = self.commitment_ids.sorted(
            lambda item: (item.start_date, item.sequence, item._origin.id)
        )
        if not commitments:
            return {}
        today = fields.Date.context_today(self)
        first = commitments[0].start_date
        untils = [item.end_date or item.term_until for item in commitments]
        last = max([first + timedelta(days=365)] + [until for until in untils if until])
        days = (last - first).days

        def position(day):
            return round(min(max((day - first).days / days, 0), 1) * 100, 1)

        colors = {
            "planned": "bg-info",
            "running": "bg-success",
            "ended": "bg-secondary",
        }
        return {
            "first": first,
            "last": last,
            "today_at": position(today) if first <= today <= last else None,
            "rows": [
                {
                    "commitment": item,
                    "term": item._get_term_label(),
                    "class": colors[item.state],
                    "left": position(item.start_date),
                    "width": position(item.end_date or last)
                    - position(item.start_date),
                }
                for item in commitments
            ],
        }

    def _check_may_extend(self):
        """Raise a UserError when the user may not sell what adds to these objects: a
        sale adds to what its salesperson sees (W20)."""
        # constraints run as superuser; the person counts
        if not self.sudo(False).has_access("read"):
            raise UserError(
                self.env._(
                    "You have no access to this service object. Choose one of your own "
                    "sales, or ask its salesperson."
                )
            )

    def _log_stock_movement(self, move, message):
        """Log on each object that ``move`` returned it or brought it back."""
        picking = move.picking_id
        link = picking._get_html_link() if picking else move.display_name
        body = escape(message) % {"picking": link}
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body))

    def _get_customer_commitments(self):
        """Return the commitments towards the customer, those that run first."""
        self.ensure_one()
        order = {"running": 0, "planned": 1, "ended": 2}
        return self.commitment_ids.filtered(
            lambda item: item.partner_type == "customer"
        ).sorted(lambda item: (order[item.state], item.start_date, item.id))

    def _get_warranty_status(self):
        """Return ``none``, ``active`` or ``ended``, as of today."""
        self.ensure_one()
        if not self.warranty_end_date:
            return "active" if self.has_warranty else "none"
        today = fields.Date.context_today(self)
        return "active" if self.warranty_end_date >= today else "ended"

    def _get_warranty_text(self):
        """Return in words how long the warranty covers the object, or covered it."""
        self.ensure_one()
        status = self._get_warranty_status()
        if status == "none":
            return ""
        if not self.warranty_end_date:
            return self.env._("Warranty")
        day = format_date(self.env, self.warranty_end_date)
        if status == "active":
            return self.env._("Warranty until %(date)s", date=day)
        return self.env._("Warranty ended on %(date)s", date=day)
