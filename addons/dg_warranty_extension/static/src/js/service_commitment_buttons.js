import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";
import {useSavedLineAction} from "./saved_line_action";

/** The two small buttons on an order line: commitments and warranty assistant. */
export class ServiceCommitmentButtons extends Component {
    static template = "dg_warranty_extension.ServiceCommitmentButtons";
    static props = {...standardFieldProps};

    setup() {
        this.runOnSavedLines = useSavedLineAction();
    }

    get data() {
        return this.props.record.data;
    }

    get isEditable() {
        const order = this.props.record.model.root.data;
        return order.state !== "cancel" && !order.locked;
    }

    get showAssistant() {
        return (
            this.isEditable &&
            !this.data.display_type &&
            this.data.service_commitment_option === "warranty_extension"
        );
    }

    get showCommitments() {
        return Boolean(this.data.sale_commitment_summary);
    }

    get isUnassigned() {
        return this.data.warranty_status === "unassigned";
    }

    get assistantTitle() {
        return _t("Warranty extension assistant");
    }

    get commitmentsTitle() {
        return `${_t("Service commitments of this line")}\n${this.data.sale_commitment_summary}`;
    }

    openAssistant() {
        return this.runOnSavedLines(
            [this.props.record],
            "action_open_warranty_assistant"
        );
    }

    openCommitments() {
        return this.runOnSavedLines(
            [this.props.record],
            "action_open_sale_commitments"
        );
    }
}

registry.category("fields").add("service_commitment_buttons", {
    component: ServiceCommitmentButtons,
    supportedTypes: ["selection"],
    fieldDependencies: [
        {name: "display_type", type: "selection"},
        {name: "service_commitment_option", type: "selection"},
        {name: "sale_commitment_summary", type: "char"},
        {name: "virtual_id", type: "char", readonly: false},
    ],
});
