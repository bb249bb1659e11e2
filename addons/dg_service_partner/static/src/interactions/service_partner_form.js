import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/**
 * Comfort for the forms of a service partner; all of them work without it.
 *
 * A second tap sends nothing, and photos that are too many or too big are named before
 * they are uploaded over a slow connection.
 */
export class ServicePartnerForm extends Interaction {
    static selector = ".o_service_partner form[method='post']";
    dynamicContent = {
        _root: {"t-on-submit": this.onSubmit},
        ".o_service_partner_photos": {"t-on-change": this.onPhotosChange},
    };

    setup() {
        this.isSent = false;
    }

    onSubmit(ev) {
        if (this.isSent) {
            ev.preventDefault();
            return;
        }
        this.isSent = true;
        // Back in the browser's history shows this page again: it can be sent anew.
        this.addListener(window, "pageshow", () => (this.isSent = false));
    }

    onPhotosChange(ev) {
        const {files, dataset} = ev.currentTarget;
        const limit = Number(dataset.maxMegabytes) * 1024 * 1024;
        const isTooMuch =
            files.length > Number(dataset.maxCount) ||
            [...files].some((file) => file.size > limit);
        const help = document.getElementById(`help_${ev.currentTarget.name}`);
        help.classList.toggle("text-danger", isTooMuch);
        help.classList.toggle("fw-bold", isTooMuch);
    }
}

registry
    .category("public.interactions")
    .add("dg_service_partner.form", ServicePartnerForm);
