import { SaleOrderLineProductField } from "@sale/js/sale_product_field";
import { patch } from "@web/core/utils/patch";
import { useSavedLineAction } from "./saved_line_action";

patch(SaleOrderLineProductField.prototype, {
    setup() {
        super.setup();
        this.runOnSavedLine = useSavedLineAction();
    },

    /**
     * A warranty product was set on a line of an order: ask the server whether the
     * assistant opens by itself. Quotes never ask.
     */
    async _onProductUpdate() {
        await super._onProductUpdate(...arguments);
        const line = this.props.record;
        if (
            line.data.service_commitment_option === "warranty_extension" &&
            line.model.root.data.state === "sale"
        ) {
            await this.runOnSavedLine(line, "action_auto_open_warranty_assistant");
        }
    },
});
