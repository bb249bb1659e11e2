from odoo import models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _draw(self, count):
        """Draw several numbers at once.

        :param int count: how many
        :return: a list of that many strings
        """
        self.ensure_one()
        if not count:
            return []
        if self.implementation != "standard" or self.use_date_range:
            return [self.next_by_id() for _index in range(count)]
        # One query for all of them instead of one for each.
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            (f"ir_sequence_{self.id:03d}", count),
        )
        return [self.get_next_char(number) for (number,) in self.env.cr.fetchall()]
