import {SaleOrderLineProductField} from "@sale/js/sale_product_field";
import {patch} from "@web/core/utils/patch";
import {useSavedLineAction} from "./saved_line_action";

patch(SaleOrderLineProductField.prototype, {
    setup() {
        super.setup();
        this.runOnSavedLines = useSavedLineAction();
    },

    /**
     * A warranty product was set on a line of an order: ask the server whether the
     * assistant opens by itself. Quotes never ask.
     */
    async _onProductUpdate() {
        await super._onProductUpdate(...arguments);
        if (this.props.record.model.root.data.state === "sale") {
            await this.runOnSavedLines(
                this._getWarrantyLines(),
                "action_auto_open_warranty_assistant"
            );
        }
    },

    /**
     * Return this line when it sells a warranty, and the new lines that do: warranties
     * chosen as optional products of this one.
     */
    _getWarrantyLines() {
        const line = this.props.record;
        return line.model.root.data.order_line.records.filter(
            (record) =>
                (record.isNew || record.id === line.id) &&
                record.data.service_commitment_option === "warranty_extension"
        );
    },
});
