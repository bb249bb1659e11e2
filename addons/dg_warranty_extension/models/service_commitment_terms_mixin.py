from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools import date_formula

# Of the base, in percent; more is a slip of the keyboard.
MAX_PERCENT = 10_000
PERIOD_FIELDS = (
    "billing_base_period",
    "billing_rhythm",
    "initial_term",
    "extension_term",
    "notice_period",
)


class ServiceCommitmentTermsMixin(models.AbstractModel):
    """The terms that a template, a package line, a sales service commitment and a
    service commitment have in common, with the rules that hold for all of them.

    Periods are texts such as ``12M``, formulas such as ``-CM+1M``; both are parsed
    by ``tools/date_formula.py`` and stored in capitals without blanks.
    """

    _name = "service.commitment.terms.mixin"
    _description = "Service Commitment Terms"

    name = fields.Char(string="Description", required=True, translate=False)
    partner_type = fields.Selection(
        selection=[("customer", "Customer"), ("vendor", "Vendor")],
        string="Billed To",
        required=True,
        default="customer",
        help="Customer: what the customer pays. Vendor: what it costs at the vendor; "
        "never shown to the customer.",
    )
    invoicing_via = fields.Selection(
        selection=[("sales", "Sales"), ("contract", "Contract")],
        required=True,
        default="sales",
        help="Sales: paid with the order itself. Contract: invoiced again and again in "
        "the billing rhythm.",
    )
    invoicing_product_id = fields.Many2one(
        comodel_name="product.product",
        domain=[("service_commitment_option", "=", "invoicing_item")],
        ondelete="restrict",
        index="btree_not_null",
        help="The product on the commitment invoices.",
    )
    calculation_base_type = fields.Selection(
        selection=[
            ("item_price", "Item Price"),
            ("document_price", "Document Price"),
            ("document_price_discount", "Document Price and Discount"),
        ],
        required=True,
        default="item_price",
        help="Item Price: the product's price in the order's pricelist. "
        "Document Price: the unit price on the order line. "
        "Document Price and Discount: that price less the line's discount.",
    )
    calculation_base_percent = fields.Float(
        string="Calculation Base %",
        default=100.0,
        help="Share of the base amount that makes the price of one base period.",
    )
    billing_base_period = fields.Char(
        default="12M",
        help="The time the price stands for, e.g. 12M or 1Y.",
    )
    billing_rhythm = fields.Char(
        required=True,
        default="12M",
        help="How often it is invoiced, e.g. 1M, 3M or 12M.",
    )
    start_formula = fields.Char(
        string="Service Start Formula",
        help="Moves the start away from the delivery date, e.g. -CM+1M for the first "
        "of the next month.",
    )
    initial_term = fields.Char(
        help="The first term, e.g. 36M. Without an extension term it ends the service.",
    )
    extension_term = fields.Char(
        help="The service goes on by this period again and again, e.g. 12M.",
    )
    notice_period = fields.Char(
        help="How long before the end of a term it has to be cancelled, e.g. 3M.",
    )
    discount = fields.Float(string="Discount %")

    @api.constrains(*PERIOD_FIELDS, "start_formula")
    def _check_periods(self):
        for terms in self:
            for fname in PERIOD_FIELDS:
                terms._check_period_text(fname)
            terms._check_formula_text("start_formula")
            terms._check_billing_ratio()
            if terms.notice_period and not terms.extension_term:
                raise ValidationError(
                    self.env._(
                        "%(commitment)s: a notice period needs an extension term. "
                        "Enter an extension term or remove the notice period.",
                        commitment=terms.name,
                    )
                )

    @api.constrains("invoicing_via", "invoicing_product_id")
    def _check_invoicing_product(self):
        for terms in self.filtered("invoicing_product_id"):
            product = terms.invoicing_product_id
            if terms.invoicing_via == "sales":
                raise ValidationError(
                    self.env._(
                        "%(commitment)s: what is invoiced via sales takes no invoicing "
                        "product. Remove it or invoice via contract.",
                        commitment=terms.name,
                    )
                )
            if product.service_commitment_option != "invoicing_item":
                raise ValidationError(
                    self.env._(
                        "%(commitment)s: %(product)s is no invoicing item. Choose a "
                        "product whose service option is “Invoicing item”.",
                        commitment=terms.name,
                        product=product.display_name,
                    )
                )

    @api.constrains("partner_type", "calculation_base_type")
    def _check_vendor_base_type(self):
        for terms in self:
            if (
                terms.partner_type == "vendor"
                and terms.calculation_base_type == "document_price_discount"
            ):
                raise ValidationError(
                    self.env._(
                        "%(commitment)s: a vendor line cannot be calculated from the "
                        "document price and discount. Choose the item price or the "
                        "document price.",
                        commitment=terms.name,
                    )
                )

    @api.constrains("discount", "calculation_base_percent")
    def _check_percentages(self):
        for terms in self:
            if not 0 <= terms.discount <= 100:
                raise ValidationError(
                    self.env._(
                        "%(commitment)s: the discount must lie between 0 and 100 %%.",
                        commitment=terms.name,
                    )
                )
            # What is no number is not within any bounds.
            if not 0 <= terms.calculation_base_percent < MAX_PERCENT:
                raise ValidationError(
                    self.env._(
                        "%(commitment)s: the calculation base %% cannot be negative "
                        "or above %(max)s.",
                        commitment=terms.name,
                        max=MAX_PERCENT,
                    )
                )

    @api.onchange(*PERIOD_FIELDS)
    def _onchange_periods(self):
        """Refuse a wrong period where it is typed, and show it in capitals."""
        for fname in PERIOD_FIELDS:
            self._check_period_text(fname)
            if self[fname]:
                self[fname] = date_formula.normalize_period(self[fname])

    @api.onchange("start_formula")
    def _onchange_start_formula(self):
        self._check_formula_text("start_formula")
        if self.start_formula:
            self.start_formula = date_formula.normalize_formula(self.start_formula)

    @api.onchange("invoicing_via")
    def _onchange_invoicing_via(self):
        if self.invoicing_via == "sales":
            self.invoicing_product_id = False

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalize_terms(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalize_terms(vals))

    @api.model
    def _get_term_fields(self):
        """Return the names of the fields copied from a template to a package line and
        on to the commitments. Extend it to carry more terms along."""
        return [
            "name",
            "partner_type",
            "invoicing_via",
            "invoicing_product_id",
            "calculation_base_type",
            "calculation_base_percent",
            "billing_base_period",
            "billing_rhythm",
            "start_formula",
            "initial_term",
            "extension_term",
            "notice_period",
            "discount",
        ]

    def _prepare_terms_values(self):
        """Return this record's terms as values for ``create`` or ``new``."""
        self.ensure_one()
        return {
            fname: self._fields[fname].convert_to_write(self[fname], self)
            for fname in self._get_term_fields()
        }

    @api.model
    def _normalize_terms(self, vals):
        """Return ``vals`` with periods and formulas in capitals and without blanks.

        What cannot be parsed stays as it is: the constraints refuse it.
        """
        vals = dict(vals)
        for fname in (*PERIOD_FIELDS, "start_formula"):
            if isinstance(vals.get(fname), str):
                vals[fname] = "".join(vals[fname].split()).upper()
        return vals

    def _check_period_text(self, fname):
        """Raise a ValidationError when the period in field ``fname`` is none."""
        self.ensure_one()
        try:
            date_formula.parse_period(self[fname])
        except date_formula.DateFormulaError as error:
            label = self._fields[fname]._description_string(self.env)
            if error.reason == "negative":
                message = self.env._(
                    "%(field)s: the period “%(text)s” is negative. Enter a positive "
                    "period such as 12M.",
                    field=label,
                    text=error.text,
                )
            elif error.reason == "range":
                message = self.env._(
                    "%(field)s: the period “%(text)s” is longer than 1000 years. Enter "
                    "a shorter one.",
                    field=label,
                    text=error.text,
                )
            else:
                message = self.env._(
                    "%(field)s: “%(text)s” is no period. Enter a number of at least 1 "
                    "and a unit: D (days), W (weeks), M (months), Q (quarters) or Y "
                    "(years), such as 12M.",
                    field=label,
                    text=error.text,
                )
            raise ValidationError(message) from error

    def _check_formula_text(self, fname):
        """Raise a ValidationError when the formula in field ``fname`` is none."""
        self.ensure_one()
        try:
            date_formula.parse_formula(self[fname])
        except date_formula.DateFormulaError as error:
            label = self._fields[fname]._description_string(self.env)
            if error.reason == "range":
                message = self.env._(
                    "%(field)s: “%(text)s” moves the start by more than 1000 years. "
                    "Enter a shorter formula.",
                    field=label,
                    text=error.text,
                )
            else:
                message = self.env._(
                    "%(field)s: “%(text)s” is no date formula. Examples: 14D (two "
                    "weeks later), 1M (one month later), CM (end of the month), "
                    "-CM+1M (first of the next month).",
                    field=label,
                    text=error.text,
                )
            raise ValidationError(message) from error

    def _check_usable_start(self, fname):
        """Raise a ValidationError when the day in field ``fname`` is so far away that
        terms reckoned from it would leave the calendar."""
        self.ensure_one()
        day = self[fname]
        if day and not date_formula.is_usable_start(day):
            raise ValidationError(
                self.env._(
                    "%(commitment)s: the start %(date)s is too far away. Enter a date "
                    "between %(first)s and %(last)s.",
                    commitment=self.name,
                    date=format_date(self.env, day),
                    first=format_date(self.env, date_formula.FIRST_START),
                    last=format_date(self.env, date_formula.LAST_START),
                )
            )

    def _check_billing_ratio(self):
        self.ensure_one()
        if not self.billing_rhythm:
            raise ValidationError(
                self.env._(
                    "%(commitment)s: enter a billing rhythm, such as 12M.",
                    commitment=self.name,
                )
            )
        base = self.billing_base_period
        if base and date_formula.period_ratio(self.billing_rhythm, base) is None:
            raise ValidationError(
                self.env._(
                    "%(commitment)s: the billing rhythm %(rhythm)s must be a whole "
                    "multiple or fraction of the base period %(base)s, for example 3M "
                    "with 12M. Days and weeks go with the same unit only.",
                    commitment=self.name,
                    base=base,
                    rhythm=self.billing_rhythm,
                )
            )

    def _get_rhythm_ratio(self):
        """Return how many base periods one billing rhythm holds, as a Fraction."""
        self.ensure_one()
        if not self.billing_rhythm or not self.billing_base_period:
            return Fraction(1)
        try:
            ratio = date_formula.period_ratio(
                self.billing_rhythm, self.billing_base_period
            )
        except date_formula.DateFormulaError:
            # a text still being typed in the browser; saving it is refused
            return Fraction(1)
        return ratio or Fraction(1)

    @api.model
    def _get_period_label(self, period):
        """Return a period such as ``12M`` as words: “12 months”."""
        try:
            parsed = date_formula.parse_period(period)
        except date_formula.DateFormulaError:
            return period
        if not parsed:
            return ""
        count = parsed.count
        labels = {
            "D": self.env._("day")
            if count == 1
            else self.env._("%(count)s days", count=count),
            "W": self.env._("week")
            if count == 1
            else self.env._("%(count)s weeks", count=count),
            "M": self.env._("month")
            if count == 1
            else self.env._("%(count)s months", count=count),
            "Q": (
                self.env._("quarter")
                if count == 1
                else self.env._("%(count)s quarters", count=count)
            ),
            "Y": self.env._("year")
            if count == 1
            else self.env._("%(count)s years", count=count),
        }
        return labels[parsed.unit]

    def _get_price_period_label(self):
        """Return in words the time that the price stands for."""
        self.ensure_one()
        return self._get_period_label(self.billing_base_period or self.billing_rhythm)

    def _get_term_label(self):
        """Return the term in words, e.g. “36 months” or “12 months, then 12 months”."""
        self.ensure_one()
        initial = self._get_period_label(self.initial_term)
        extension = self._get_period_label(self.extension_term)
        if not extension:
            return initial
        if not initial:
            return self.env._("every %(period)s", period=extension)
        return self.env._(
            "%(initial)s, then %(extension)s each",
            initial=initial,
            extension=extension,
        )
