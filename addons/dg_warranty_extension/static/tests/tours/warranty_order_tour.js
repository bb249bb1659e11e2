import {registry} from "@web/core/registry";
import * as utils from "./warranty_tour_utils";

const {DIALOG} = utils;

// W07, W16, W36-W38: opens by itself; what was typed before is not lost
registry.category("web_tour.tours").add("warranty_opens_on_order", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            ...utils.setQuantity(1, 4),
            ...utils.addProduct("Warranty plus", 2),
            utils.proposes("1 · Television"),
            utils.openTab("services"),
            {
                content: "the quantity typed before is the quantity source",
                trigger: `${DIALOG} .o_data_row td[name=amount]:contains("200.00")`,
            },
            ...utils.complete(),
            utils.assigned(),
            {
                content: "the warranty line has the main line's quantity",
                trigger:
                    '.o_data_row:nth-child(2) td[name=product_uom_qty]:contains("4")',
            },
        ]),
});

// W07: a warranty chosen as an optional product
registry.category("web_tour.tours").add("warranty_optional_on_order", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            ...utils.addWithOptionalProducts("Television", ["Warranty plus"], 2),
            utils.proposes("2 · Television"),
            ...utils.complete(),
            utils.assigned(),
        ]),
});

// W07, W47: two warranties chosen at once, one assistant after the other
registry.category("web_tour.tours").add("warranty_optional_twice_on_order", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            ...utils.addWithOptionalProducts(
                "Television",
                ["Warranty plus", "Warranty theft"],
                2
            ),
            utils.isFor("Warranty plus"),
            utils.proposes("2 · Television"),
            {
                content: "complete the first assistant",
                trigger: `${DIALOG} button[name=action_apply]`,
                run: "click",
            },
            utils.isFor("Warranty theft"),
            utils.proposes("2 · Television"),
            ...utils.complete(),
            utils.assigned(),
        ]),
});

// W10-W12: no possible main line
registry.category("web_tour.tours").add("warranty_no_candidate", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            ...utils.addProduct("Warranty plus", 2),
            utils.unassigned(),
            utils.noDialog("the assistant does not open by itself"),
            utils.startAssistant(),
            {
                content: "a manual start says why it does not work",
                trigger: '.modal:contains("There is no line in")',
            },
            {
                content: "close the message",
                trigger: ".modal .modal-footer .btn-primary",
                run: "click",
            },
            utils.noDialog("the message is closed"),
            utils.unassigned(),
        ]),
});

// whole path: confirm, deliver, look at the service object
registry.category("web_tour.tours").add("warranty_to_delivery", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            utils.assigned(),
            {
                content: "confirm the quotation",
                trigger: ".o_statusbar_buttons button[name=action_confirm]:visible",
                run: "click",
            },
            {
                content: "go to the delivery",
                trigger: ".o_stat_text:contains('Delivery')",
                run: "click",
            },
            {
                content: "the assistant does not open again, validate",
                trigger: "button[name=button_validate]:visible",
                run: "click",
            },
            {
                content: "the delivery is done",
                trigger: ".o_arrow_button_current:contains('Done')",
            },
            {
                content: "back to the order",
                trigger: ".o_back_button a",
                run: "click",
            },
            {
                content: "open the service object",
                trigger: "button[name=action_view_service_objects]",
                run: "click",
            },
            {
                content: "it is listed",
                trigger:
                    ".o_list_view .o_data_row td[name=product_id]:contains('Television')",
                run: "click",
            },
            {
                content: "its timeline shows the warranty",
                trigger: ".o_service_timeline:contains('W2 service')",
            },
        ]),
});
