from werkzeug.exceptions import UnsupportedMediaType

from odoo.addons.mail.controllers.attachment import AttachmentController


class ServicePartnerAttachmentController(AttachmentController):
    """The preview of a file opens it in the worker: only within limits."""

    def _get_pdf_first_page_response(self, attachment):
        if not attachment._can_be_opened():
            raise UnsupportedMediaType()
        return super()._get_pdf_first_page_response(attachment)
