from datetime import date

from odoo.fields import Command

from .common import WarrantyCommon


class BillingCommon(WarrantyCommon):
    """A customer with a television and commitments invoiced via contract.

    Tests freeze the clock; the fixtures start on 1 January 2026.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write({"lang": "en_US", "country_id": cls.env.ref("base.ch").id})
        cls.env.company.partner_id.lang = "en_US"
        cls.service_object = cls._create_object(cls.partner)

    @classmethod
    def _create_object(cls, partner, **values):
        return cls.env["service.object"].create(
            {
                "product_id": cls.tv.id,
                "partner_id": partner.id,
                "partner_invoice_id": partner.id,
                "provision_start_date": date(2026, 1, 1),
                "user_id": cls.salesman.id,
                **values,
            }
        )

    @classmethod
    def _commitment_values(cls, amount=120.0, **values):
        return {
            "name": "Maintenance",
            "invoicing_via": "contract",
            "invoicing_product_id": cls.invoicing_item.id,
            "calculation_base_amount": amount,
            "quantity": 1,
            "currency_id": cls.env.company.currency_id.id,
            "amount": amount,
            "billing_base_period": "12M",
            "billing_rhythm": "3M",
            "delivery_date": date(2026, 1, 1),
            **values,
        }

    @classmethod
    def _create_commitment(cls, service_object=None, amount=120.0, **values):
        return cls.env["service.commitment"].create(
            {
                "service_object_id": (service_object or cls.service_object).id,
                **cls._commitment_values(amount, **values),
            }
        )

    @classmethod
    def _create_customer(cls, name, commitments=1, **values):
        """Create a customer with one object and its commitments; return those."""
        partner = cls.env["res.partner"].create({"name": name, **values})
        service_object = cls._create_object(
            partner,
            commitment_ids=[
                Command.create(cls._commitment_values()) for _n in range(commitments)
            ],
        )
        return service_object.commitment_ids

    def _bill(self, commitments):
        """Press the button on ``commitments``; return the invoices."""
        commitments.action_create_invoices()
        return self._invoices(commitments)

    def _invoices(self, commitments):
        return commitments.billing_line_ids.move_id.filtered(
            lambda move: move.move_type == "out_invoice"
        ).sorted("id")

    def _lines(self, commitments):
        return commitments.billing_line_ids.sorted(
            lambda line: (line.service_period_start, line.id)
        )

    def _spans(self, commitments):
        """Return (first day, last day, amount) of the invoice lines as texts."""
        return [
            (
                str(line.service_period_start),
                str(line.service_period_end),
                line.price_subtotal,
            )
            for line in self._lines(commitments)
        ]
