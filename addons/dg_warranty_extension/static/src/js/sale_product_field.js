import {SaleOrderLineProductField} from "@sale/js/sale_product_field";
import {patch} from "@web/core/utils/patch";
import {useSavedLineAction} from "./saved_line_action";

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
        const root = this.props.record.model.root;
        const line = root.data.state === "sale" && this._getWarrantyLine();
        if (line) {
            await this.runOnSavedLine(line, "action_auto_open_warranty_assistant");
        }
    },

    /**
     * Return this line when it sells a warranty, else a new line that does: a warranty
     * chosen as an optional product of this one.
     */
    _getWarrantyLine() {
        const line = this.props.record;
        const isWarranty = (record) =>
            record.data.service_commitment_option === "warranty_extension";
        if (isWarranty(line)) {
            return line;
        }
        const lines = line.model.root.data.order_line.records;
        return lines.find((record) => record.isNew && isWarranty(record));
    },
});
