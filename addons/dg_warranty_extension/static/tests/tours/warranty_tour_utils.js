import configuratorUtils from "@sale/js/tours/product_configurator_tour_utils";
import tourUtils from "@sale/js/tours/tour_utils";

export const DIALOG = ".modal:has(.o_warranty_extension_wizard)";

/** Gives every step a minute: what a test waits for is no measure of speed. */
export function patient(steps) {
    return steps.map((step) => ({timeout: 60000, ...step}));
}

export function addProduct(name, row) {
    return tourUtils.addProduct(name, row);
}

/** Adds a product together with some of its optional products. */
export function addWithOptionalProducts(name, optionals, row) {
    return [
        ...addProduct(name, row),
        ...optionals.map(configuratorUtils.addOptionalProduct),
        ...configuratorUtils.saveConfigurator(),
    ];
}

export function waitForm() {
    return {content: "the order is there", trigger: ".o_form_view .o_data_row"};
}

export function noDialog(reason) {
    return {content: reason, trigger: "body:not(:has(.modal))"};
}

export function unassigned() {
    return {
        content: "the warranty line shows that it is unassigned",
        trigger: ".o_data_row .o_open_warranty_assistant:contains('Unassigned')",
    };
}

export function assigned() {
    return {
        content: "the warranty line shows that it is assigned",
        trigger: ".o_data_row .o_open_warranty_assistant.text-success",
    };
}

export function startAssistant() {
    return {
        content: "start the assistant on the line",
        trigger: ".o_data_row .o_open_warranty_assistant",
        run: "click",
    };
}

export function openTab(name) {
    return {
        content: `open the tab ${name}`,
        trigger: `${DIALOG} .nav-link[name=${name}]`,
        run: "click",
    };
}

export function proposes(text) {
    return {
        content: `the assistant proposes ${text}`,
        trigger: `${DIALOG} [name=main_line_id] input:value("${text}")`,
    };
}

/** The assistant is that of the warranty line with this product. */
export function isFor(name) {
    return {
        content: `the assistant is for ${name}`,
        trigger: `${DIALOG} [name=warranty_product_id]:contains("${name}")`,
    };
}

export function complete() {
    return [
        {
            content: "complete the assistant",
            trigger: `${DIALOG} button[name=action_apply]`,
            run: "click",
        },
        noDialog("the assistant is closed"),
    ];
}

export function cancel() {
    return [
        {
            content: "cancel the assistant",
            trigger: `${DIALOG} .modal-footer button:contains("Cancel")`,
            run: "click",
        },
        noDialog("the assistant is closed"),
    ];
}

export function setQuantity(row, quantity) {
    return [
        {
            content: `click the quantity of line ${row}`,
            trigger: `.o_data_row:nth-child(${row}) td[name=product_uom_qty]`,
            run: "click",
        },
        {
            content: `type the quantity ${quantity}`,
            trigger: `.o_data_row:nth-child(${row}) [name=product_uom_qty] input`,
            run: `edit ${quantity}`,
        },
    ];
}

export function save() {
    return [
        {
            content: "save the order",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {content: "the order is saved", trigger: ".o_form_saved"},
    ];
}
