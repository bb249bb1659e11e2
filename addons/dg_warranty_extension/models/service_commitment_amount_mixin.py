from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_round


class ServiceCommitmentAmountMixin(models.AbstractModel):
    """Base amount, price, discount and amount of a commitment (section 2).

    - price = round(base amount × %, precision "Product Price")
    - maximum = round(price × quantity, currency)
    - amount = maximum − discount amount

    Concrete models bring ``currency_id``, ``quantity`` and a base amount.
    """

    _name = "service.commitment.amount.mixin"
    _inherit = ["service.commitment.terms.mixin"]
    _description = "Service Commitment Amounts"

    # no digits: the base amount is never rounded
    calculation_base_amount = fields.Float(
        help="The price the commitment is calculated from, per unit.",
    )
    price_unit = fields.Float(
        string="Price",
        compute="_compute_price_unit",
        min_display_digits="Product Price",
        store=True,
        precompute=True,
        help="Price of one unit for one base period.",
    )
    quantity = fields.Float(digits="Product Unit")
    currency_id = fields.Many2one(comodel_name="res.currency")
    amount = fields.Monetary(
        compute="_compute_amount",
        inverse="_inverse_amount",
        store=True,
        precompute=True,
        readonly=False,
        help="Amount for one base period, without taxes.",
    )
    discount_amount = fields.Monetary(
        compute="_compute_discount_amount",
        store=True,
        precompute=True,
    )

    @api.depends("calculation_base_amount", "calculation_base_percent")
    def _compute_price_unit(self):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        for commitment in self:
            commitment.price_unit = float_round(
                commitment.calculation_base_amount
                * commitment.calculation_base_percent
                / 100,
                precision_digits=digits,
            )

    @api.depends("price_unit", "quantity", "discount", "currency_id")
    def _compute_amount(self):
        for commitment in self:
            maximum = commitment._get_maximum_amount()
            commitment.amount = maximum - commitment._round_amount(
                maximum * commitment.discount / 100
            )

    @api.depends("price_unit", "quantity", "amount", "currency_id")
    def _compute_discount_amount(self):
        for commitment in self:
            commitment.discount_amount = (
                commitment._get_maximum_amount() - commitment.amount
            )

    def _inverse_amount(self):
        for commitment in self:
            commitment._apply_entered_amount()

    @api.onchange("amount")
    def _onchange_amount(self):
        self._apply_entered_amount()

    def _round_amount(self, amount):
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        return currency.round(amount)

    def _get_maximum_amount(self):
        """Return the amount without any discount, in the record's currency."""
        self.ensure_one()
        return self._round_amount(self.price_unit * self.quantity)

    def _apply_entered_amount(self):
        """Turn an entered amount into the discount that leads to it.

        :raises ValidationError: when the amount lies above the maximum or below 0
        """
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        maximum = self._get_maximum_amount()
        amount = currency.round(self.amount)
        if currency.compare_amounts(amount, maximum) > 0:
            raise ValidationError(
                self.env._(
                    "%(commitment)s: the amount %(amount)s is above the maximum "
                    "%(maximum)s (price × quantity). Enter at most the maximum.",
                    commitment=self.name,
                    amount=currency.format(amount),
                    maximum=currency.format(maximum),
                )
            )
        if currency.compare_amounts(amount, 0.0) < 0:
            raise ValidationError(
                self.env._(
                    "%(commitment)s: the amount cannot be negative.",
                    commitment=self.name or "",
                )
            )
        discount_amount = currency.round(maximum * self.discount / 100)
        if currency.compare_amounts(amount, maximum - discount_amount):
            self.discount = (maximum - amount) / maximum * 100

    def _get_price_text(self):
        """Return the amount and the time it stands for: “100.00 CHF per 12 months”."""
        self.ensure_one()
        return self.env._(
            "%(amount)s per %(period)s",
            amount=self.currency_id.format(self.amount),
            period=self._get_price_period_label(),
        )
