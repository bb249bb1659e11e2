from odoo.http import request

from odoo.addons.dg_service_partner.controllers.portal_form import storing
from odoo.addons.dg_service_partner.controllers.portal_steps import (
    ServicePartnerPortalSteps,
)


class PhotoStepPortal(ServicePartnerPortalSteps):
    def _take_step(self, order, step, form):
        if step == "packed_up":
            return self._portal_packed_up(order, form)
        return super()._take_step(order, step, form)

    def _portal_packed_up(self, order, form):
        photos = form.photos("photos", self._get_photo_limits())
        # A second tap on the button is no second set of photos.
        is_taken = order.sudo()._is_step_taken("packed_up")
        with storing("photos"):
            order.action_packed_up()
            if not is_taken:
                self._post_photos(order, photos, request.env._("Packed up"), "")
        return request.env._(
            "%(order)s: it is recorded that you have packed up.",
            order=order.sudo().name,
        )
