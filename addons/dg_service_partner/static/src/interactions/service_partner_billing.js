import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/**
 * Adds up the selected orders while they are ticked. Without it the buttons "Select
 * all" and "Add up" do the same on the server.
 */
export class ServicePartnerBilling extends Interaction {
    static selector = ".o_service_partner_billing";
    dynamicContent = {
        ".o_service_partner_select": {"t-on-change": this.update},
        ".o_service_partner_select_all": {"t-on-change": this.onSelectAll},
        ".o_service_partner_no_js": {"t-att-class": () => ({"d-none": true})},
        ".o_service_partner_js": {"t-att-class": () => ({"d-none": false})},
    };

    start() {
        this.update();
    }

    get boxes() {
        return [
            ...this.el.querySelectorAll(".o_service_partner_select:not(:disabled)"),
        ];
    }

    onSelectAll(ev) {
        for (const box of this.boxes) {
            box.checked = ev.currentTarget.checked;
        }
        this.update();
    }

    update() {
        const ticked = this.boxes.filter((box) => box.checked);
        const cents = {};
        for (const {dataset} of ticked) {
            const amount = Math.round(Number(dataset.amount) * 100);
            cents[dataset.currency] = (cents[dataset.currency] || 0) + amount;
        }
        const locale = document.documentElement.lang || undefined;
        const totals = Object.entries(cents).map(([currency, sum]) =>
            new Intl.NumberFormat(locale, {
                style: "currency",
                currency,
                currencyDisplay: "code",
            }).format(sum / 100)
        );
        const put = (selector, text) => {
            this.el.querySelector(selector).textContent = text;
        };
        put(".o_service_partner_count", ticked.length);
        put(".o_service_partner_total", totals.join(" + ") || "–");
        const all = this.el.querySelector(".o_service_partner_select_all");
        if (all) {
            all.checked = ticked.length > 0 && ticked.length === this.boxes.length;
            all.indeterminate = ticked.length > 0 && !all.checked;
        }
        this.el.querySelector("[name='operation'][value='bill']").disabled =
            !ticked.length;
    }
}

registry
    .category("public.interactions")
    .add("dg_service_partner.billing", ServicePartnerBilling);
