from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.records import show_record


class SaleOrderLine(models.Model):
    """The link between a warranty line and the line or object it extends."""

    # By subject: the warranty that covers another line.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "sale.order.line"

    warranty_main_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Covered Line",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    warranty_service_object_id = fields.Many2one(
        comodel_name="service.object",
        string="Covered Service Object",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
    )
    warranty_line_ids = fields.One2many(
        comodel_name="sale.order.line",
        inverse_name="warranty_main_line_id",
        string="Warranty Lines",
        copy=False,
    )
    warranty_commitment_ids = fields.One2many(
        comodel_name="sale.service.commitment",
        inverse_name="warranty_line_id",
        string="Warranty Commitments",
        copy=False,
    )
    warranty_status = fields.Selection(
        selection=[("unassigned", "Unassigned"), ("assigned", "Assigned")],
        string="Warranty",
        compute="_compute_warranty_status",
    )

    @api.depends(
        "product_id",
        "product_uom_qty",
        "warranty_main_line_id",
        "warranty_service_object_id",
    )
    def _compute_warranty_status(self):
        for line in self:
            if not line._is_warranty_line():
                line.warranty_status = False
            elif line.warranty_main_line_id or line.warranty_service_object_id:
                line.warranty_status = "assigned"
            else:
                line.warranty_status = "unassigned"

    def _compute_display_name(self):
        """In the assistant, show a line by its number on the order."""
        if not self.env.context.get("warranty_line_number"):
            return super()._compute_display_name()
        for line in self:
            line.display_name = f"{line._get_line_number()} · {line.product_id.name}"
        return None

    @api.model
    def _search_display_name(self, operator, value):
        """In the assistant, find a line by its number, else by its text."""
        order_id = self.env.context.get("warranty_order_id")
        number = value.strip() if isinstance(value, str) else ""
        if not order_id or not number.isdecimal() or operator not in ("ilike", "="):
            return super()._search_display_name(operator, value)
        lines = self.env["sale.order"].browse(order_id).order_line
        line = lines.sorted(self._get_line_sort_key)[int(number) - 1 : int(number)]
        return Domain("id", "in", line.ids) if line else Domain("name", operator, value)

    def write(self, vals):
        if not {"product_id", "product_uom_qty"} & vals.keys():
            return super().write(vals)
        products = {line: line.product_id for line in self}
        result = super().write(vals)
        changed = self.filtered(lambda line: line.product_id != products[line])
        changed._release_warranty()
        if "product_uom_qty" in vals:
            self._sync_warranty_quantity()
        return result

    def action_open_warranty_assistant(self):
        """Open the assistant for this warranty line (W09).

        :raises UserError: without a possible main line (W12), on another product's line
            (W13), on a locked or cancelled order
        """
        self.ensure_one()
        self.check_access("write")
        self._check_warranty_startable()
        return show_record(
            self.env["warranty.extension.wizard"],
            name=self.env._("Warranty Extension"),
            target="new",
            context={
                **self.env.context,
                "default_warranty_line_id": self.id,
                "dialog_size": "extra-large",
                "warranty_line_number": True,
            },
        )

    def action_auto_open_warranty_assistant(self):
        """Open the assistant after a warranty product was set on a line, if it is to.

        :return: the assistant's action for the browser, or False
        """
        self.ensure_one()
        if not self._should_open_warranty_assistant():
            return False
        return self.action_open_warranty_assistant()

    def _should_open_warranty_assistant(self):
        """Return whether the assistant opens by itself (W07, W08, W10, W56).

        Only on an order, for a warranty line not assigned yet, and only while a
        possible main line exists.
        """
        self.ensure_one()
        return bool(
            self._is_warranty_line()
            and self.order_id.state == "sale"
            and not self.order_id.locked
            and not self.warranty_main_line_id
            and not self.warranty_service_object_id
            and self._get_warranty_main_line_candidates()
        )

    def _check_warranty_startable(self):
        """Raise a UserError when the assistant cannot work on this line."""
        self.ensure_one()
        order = self.order_id
        if not self._is_warranty_line():
            raise UserError(
                self.env._(
                    "%(product)s is no warranty extension. The assistant works on "
                    "lines with a warranty product.",
                    product=self.product_id.display_name or self.name,
                )
            )
        if order.locked or order.state == "cancel":
            raise UserError(
                self.env._(
                    "Order %(order)s is locked or cancelled. Unlock it or set it to "
                    "quotation first.",
                    order=order.name,
                )
            )
        if (
            not self._get_warranty_main_line_candidates()
            and not self._get_warranty_service_objects(limit=1)
        ):
            raise UserError(
                self.env._(
                    "There is no line in %(order)s that %(product)s could extend. "
                    "Add a product with service commitment or a service commitment "
                    "item first.",
                    order=order.name,
                    product=self.product_id.display_name,
                )
            )

    def _get_warranty_refusal_reason(self):
        """Return why this line cannot be a main line, or False when it can.

        The one place that decides (W14, W15, W19, W20). Override it to
        refuse or to allow more.
        """
        self.ensure_one()
        if self.display_type:
            return self.env._("a section or a note")
        if self._is_warranty_line():
            return self.env._("itself a warranty extension")
        if self.is_downpayment:
            return self.env._("a down payment")
        if self._is_delivery():
            return self.env._("a delivery charge")
        if self.product_type == "combo":
            return self.env._("a combo; choose one of its products")
        if self.product_uom_qty <= 0:
            return self.env._("without a quantity above 0")
        if not self._takes_commitments() and not self.service_object_id:
            return self.env._("sold without service commitment")
        return False

    def _get_warranty_main_line_candidates(self):
        """Return the possible main lines of this line's order, in line order."""
        self.ensure_one()
        return self.order_id.order_line.filtered(
            lambda line: line != self and not line._get_warranty_refusal_reason()
        ).sorted(self._get_line_sort_key)

    def _default_warranty_main_line(self):
        """Return the proposed main line: the nearest valid one above, else the nearest
        below (W16, W17); an empty set without any."""
        self.ensure_one()
        own_key = self._get_line_sort_key(self)
        above, below = self.browse(), self.browse()
        for line in self._get_warranty_main_line_candidates():
            if self._get_line_sort_key(line) < own_key:
                above = line
            elif not below:
                below = line
        return above or below

    @api.model
    def _get_line_sort_key(self, line):
        """Sort key of a line's position: sequence and id, unsaved lines last."""
        return (line.sequence, not line._origin.id, line._origin.id or 0)

    def _get_line_number(self):
        """Return the line's number on its order, counted from 1."""
        self.ensure_one()
        lines = self.order_id.order_line.sorted(self._get_line_sort_key)
        return list(lines).index(self) + 1

    def _get_warranty_service_objects_domain(self):
        """Return the domain of the customer's service objects to choose from (W20)."""
        self.ensure_one()
        return [
            (
                "partner_id",
                "child_of",
                self.order_id.partner_id.commercial_partner_id.ids,
            ),
            ("company_id", "=", self.order_id.company_id.id),
        ]

    def _get_warranty_service_objects(self, limit=None):
        self.ensure_one()
        return self.env["service.object"].search(
            self._get_warranty_service_objects_domain(), limit=limit
        )

    def _check_warranty_main_line(self, main_line):
        """Raise a ValidationError when this warranty line cannot extend ``main_line``
        (W23)."""
        self.ensure_one()
        candidates = self._get_warranty_main_line_candidates()
        if main_line._origin in candidates._origin:
            return
        reason = (
            main_line._get_warranty_refusal_reason()
            if main_line.order_id == self.order_id
            else self.env._("a line of another order")
        )
        raise ValidationError(
            self.env._(
                "%(line)s cannot be extended: it is %(reason)s. Choose another line.",
                line=main_line.product_id.display_name or main_line.name,
                reason=reason or self.env._("this warranty line itself"),
            )
        )

    def _check_warranty_service_object(self, service_object):
        """Raise a UserError when this warranty line cannot extend ``service_object``
        (W20)."""
        self.ensure_one()
        service_object._check_may_extend()
        domain = self._get_warranty_service_objects_domain()
        if not service_object.search_count([("id", "=", service_object.id), *domain]):
            raise UserError(
                self.env._(
                    "%(object)s belongs to another customer or company.",
                    object=service_object.display_name,
                )
            )

    def _prepare_warranty_commitments(self, start_date):
        """Return one values dict per line of the warranty product's default packages
        (W29), all starting on ``start_date``."""
        return [
            {**vals, "agreed_start_date": start_date, "start_formula": False}
            for vals in self._prepare_package_commitments(self._get_default_packages())
        ]

    def _extend_warranty(self, main_line, service_object, vals_list):
        """Make this warranty line cover ``main_line`` or ``service_object``, and add
        the commitments to what is delivered already: the assistant and renewals.

        :param main_line: ``sale.order.line`` of the same order, or empty
        :param service_object: ``service.object``, or empty
        :param vals_list: values of the ``sale.service.commitment`` to create
        :raises UserError: without values (W35), without anything to cover, or when the
            order was locked or changed in the meantime
        """
        self.ensure_one()
        self.check_access("write")
        self.order_id.lock_for_update()
        self._check_warranty_startable()
        if bool(main_line) == bool(service_object):
            raise UserError(
                self.env._(
                    "Choose either a line of the order or an existing service object "
                    "that the warranty extends."
                )
            )
        if main_line:
            self._check_warranty_main_line(main_line)
        else:
            self._check_warranty_service_object(service_object)
        if not vals_list:
            raise UserError(
                self.env._(
                    "There is no service to create. Add a package, or give the product "
                    "%(product)s a default package marked as warranty extension.",
                    product=self.product_id.display_name,
                )
            )
        commitments = self._assign_warranty(main_line, service_object, vals_list)
        if self.order_id.state == "sale":
            self.env["service.object"]._provision_existing_objects(commitments)

    def _assign_warranty(self, main_line, service_object, vals_list):
        """Make this warranty line cover ``main_line`` or ``service_object``.

        Replaces what an earlier run created (W48) and sets the line's quantity to that
        of what it covers (W38).

        :param main_line: ``sale.order.line`` of the same order, or empty
        :param service_object: ``service.object``, or empty
        :param vals_list: values of the ``sale.service.commitment`` to create
        :return: the created commitments
        """
        self.ensure_one()
        self._unlink_warranty_commitments()
        quantity = main_line.product_uom_qty if main_line else service_object.quantity
        values = {
            "warranty_main_line_id": main_line.id,
            "warranty_service_object_id": service_object.id,
        }
        if self.product_uom_qty != quantity:
            values["product_uom_qty"] = quantity
        self.write(values)
        return self.env["sale.service.commitment"].create(
            [
                {
                    **vals,
                    "order_line_id": main_line.id,
                    "service_object_id": service_object.id,
                    "warranty_line_id": self.id,
                }
                for vals in vals_list
            ]
        )

    def _unlink_warranty_commitments(self):
        """Delete exactly the commitments these warranty lines made (W42, W48).

        :raises UserError: when the customer already has them
        """
        commitments = self.warranty_commitment_ids
        delivered = commitments.sudo().service_commitment_ids.service_object_id
        if delivered:
            raise UserError(
                self.env._(
                    "The warranty was already delivered to %(objects)s. End it there "
                    "instead.",
                    objects=", ".join(delivered.mapped("display_name")),
                )
            )
        commitments.unlink()

    def _release_warranty(self):
        """Undo the assignments in which these lines take part (W42, W-A10).

        Warranty lines lose what they cover; main lines lose the warranties, whose
        lines stay as unassigned.
        """
        warranties = (self | self.warranty_line_ids).filtered(
            lambda line: line.warranty_main_line_id or line.warranty_service_object_id
        )
        if warranties:
            warranties._unlink_warranty_commitments()
            warranties.write(
                {"warranty_main_line_id": False, "warranty_service_object_id": False}
            )

    def _sync_warranty_quantity(self):
        """Keep the quantity of warranty lines equal to that of their main line (W44);
        without a quantity above 0 there is no warranty (W15, W42)."""
        emptied = self.filtered(
            lambda line: line._is_warranty_line() and line.product_uom_qty <= 0
        )
        emptied._release_warranty()
        differing = ((self - emptied) | self.warranty_line_ids).filtered(
            lambda line: (
                line.warranty_main_line_id
                and line.product_uom_qty != line.warranty_main_line_id.product_uom_qty
            )
        )
        for quantity, lines in differing.grouped(
            lambda line: line.warranty_main_line_id.product_uom_qty
        ).items():
            lines.write({"product_uom_qty": quantity})

    def _remap_warranty(self, line_map):
        """Repeat the assignments of these lines on their copies (section 2).

        :param line_map: dict of original lines to their copies
        """
        vals_list = []
        for line in self.filtered("warranty_commitment_ids"):
            copy = line_map.get(line)
            main = line.warranty_main_line_id
            new_main = line_map.get(main, self.browse())
            if not copy or (main and not new_main):
                continue
            copy.write(
                {
                    "warranty_main_line_id": new_main.id,
                    "warranty_service_object_id": line.warranty_service_object_id.id,
                }
            )
            vals_list += [
                {
                    **values,
                    "order_line_id": new_main.id,
                    "warranty_line_id": copy.id,
                }
                for values in line.warranty_commitment_ids.copy_data()
            ]
        self.env["sale.service.commitment"].create(vals_list)
