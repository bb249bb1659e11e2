import {registry} from "@web/core/registry";
import {
    Many2ManyTagsField,
    many2ManyTagsField,
} from "@web/views/fields/many2many_tags/many2many_tags_field";

/**
 * Tags that show their placeholder in rows that are not being edited too: the goods
 * that will be linked to a service as soon as the lines are saved.
 */
export class ServicePartnerGoodsField extends Many2ManyTagsField {
    static template = "dg_service_partner.GoodsField";
}

registry.category("fields").add("service_partner_goods", {
    ...many2ManyTagsField,
    component: ServicePartnerGoodsField,
});
