import {registry} from "@web/core/registry";
import * as utils from "./warranty_tour_utils";

const {DIALOG} = utils;

// W08, W09, W31, W33, W34, W39: a quote, started by the button on an unsaved line
registry.category("web_tour.tours").add("warranty_on_quote", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            ...utils.addProduct("Warranty plus", 3),
            utils.unassigned(),
            utils.noDialog("on a quote it does not open by itself"),
            utils.startAssistant(),
            utils.proposes("2 · Television"),
            ...utils.cancel(),
            utils.unassigned(),
            utils.startAssistant(),
            utils.proposes("2 · Television"),
            {
                content: "choose another main line",
                trigger: `${DIALOG} [name=main_line_id] input`,
                run: "edit 1",
            },
            {
                content: "it is offered",
                trigger: `.o-autocomplete--dropdown-item:contains("1 · Television")`,
                run: "click",
            },
            {
                content: "the note follows",
                trigger: `${DIALOG} [name=proposal_note]:contains("Chosen by you")`,
            },
            utils.openTab("services"),
            {
                content: "the amount is computed again at once",
                trigger: `${DIALOG} .o_data_row td[name=amount]:contains("100.00")`,
            },
            {
                content: "choose a further package",
                trigger: `${DIALOG} [name=add_package_id] input`,
                run: "edit W3",
            },
            {
                content: "it is offered",
                trigger: `.o-autocomplete--dropdown-item:contains("[W3] Package W3")`,
                run: "click",
            },
            {
                content: "add it",
                trigger: `${DIALOG} button[name=action_add_package]`,
                run: "click",
            },
            {
                content: "both are listed",
                trigger: `${DIALOG} .o_data_row:nth-child(2) td[name=name]:contains("W3 service")`,
            },
            ...utils.complete(),
            utils.assigned(),
            {
                content: "the overview is a tab of the order",
                trigger: ".nav-link[name=service_commitments]",
                run: "click",
            },
            {
                content: "it lists the new commitments",
                trigger: ".o_service_commitment_overview:contains('W3 service')",
            },
        ]),
});

// W08: a warranty chosen as an optional product
registry.category("web_tour.tours").add("warranty_optional_on_quote", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            ...utils.addWithOptionalProducts("Television", ["Warranty plus"], 2),
            utils.unassigned(),
            ...utils.save(),
            utils.noDialog("on a quote it does not open by itself"),
            utils.unassigned(),
        ]),
});

// W32: on a phone the services are cards
registry.category("web_tour.tours").add("warranty_on_phone", {
    steps: () =>
        utils.patient([
            {content: "the lines are cards", trigger: ".o_kanban_record"},
            {
                content: "start the assistant",
                trigger: ".o_open_warranty_assistant",
                run: "click",
            },
            utils.openTab("services"),
            {
                content: "open the service",
                trigger: `${DIALOG} .o_kanban_record:contains("W2 service"):contains("100.00")`,
                run: "click",
            },
            {
                content: "give a discount",
                trigger: ".modal .o_field_widget[name=discount] input",
                run: "edit 50 && press Tab",
            },
            {
                content: "the amount follows",
                trigger:
                    ".modal .o_field_widget[name=amount]:contains('50.00'), .modal [name=amount] input:value('50.00')",
            },
            {
                content: "keep it",
                trigger:
                    ".modal:not(:has(.o_warranty_extension_wizard)) .o_form_button_save",
                run: "click",
            },
            {
                content: "the card shows it",
                trigger: `${DIALOG} .o_kanban_record:contains("50.00")`,
            },
            ...utils.complete(),
            {
                content: "the line is assigned",
                trigger: ".o_open_warranty_assistant.text-success",
            },
        ]),
});

// W26: date or formula
registry.category("web_tour.tours").add("warranty_date_or_formula", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            utils.startAssistant(),
            utils.openTab("parameters"),
            {
                content: "type a formula",
                trigger: `${DIALOG} [name=default_start_formula] input`,
                run: "edit -CM+1M && press Tab",
            },
            {
                content: "and a date too",
                trigger: `${DIALOG} [name=default_start_date] input, ${DIALOG} [name=default_start_date] button`,
                run: "click",
            },
            {
                content: "type the date",
                trigger: `${DIALOG} [name=default_start_date] input`,
                run: "edit 07/01/2026 && press Tab",
            },
            {
                content: "the message says that it is one of the two",
                trigger: ".modal:contains('not both')",
            },
            {
                content: "close the message",
                trigger: ".modal:contains('not both') .modal-footer .btn-primary",
                run: "click",
            },
            {
                content: "the formula stays",
                trigger: `${DIALOG} [name=default_start_formula] input:value("-CM+1M")`,
            },
            ...utils.complete(),
            utils.assigned(),
        ]),
});

// W42: deleting the warranty line
registry.category("web_tour.tours").add("warranty_line_deleted", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            utils.assigned(),
            {
                content: "delete the warranty line",
                trigger: ".o_data_row:nth-child(2) .o_list_record_remove",
                run: "click",
            },
            ...utils.save(),
            {
                content: "open the overview",
                trigger: ".nav-link[name=service_commitments]",
                run: "click",
            },
            {
                content: "only the main product's own commitment is left",
                trigger:
                    ".o_service_commitment_overview:contains('MAINT service'):not(:contains('W2 service'))",
            },
        ]),
});

// the commitments of a line are edited in a dialog
registry.category("web_tour.tours").add("commitments_edited", {
    steps: () =>
        utils.patient([
            utils.waitForm(),
            ...utils.setQuantity(1, 2),
            {
                content: "open the commitments of the line",
                trigger: ".o_data_row .o_open_commitments",
                run: "click",
            },
            {
                content: "edit the discount",
                trigger: ".modal .o_data_row td[name=discount]",
                run: "click",
            },
            {
                content: "type it",
                trigger: ".modal .o_data_row [name=discount] input",
                run: "edit 50 && press Tab",
            },
            {
                content: "the amount follows",
                trigger: ".modal .o_data_row [name=amount] input:value('99.90')",
            },
            {
                content: "save",
                trigger: ".modal .o_form_button_save",
                run: "click",
            },
            utils.noDialog("the dialog is closed"),
            {
                content: "the overview shows it",
                trigger: ".nav-link[name=service_commitments]",
                run: "click",
            },
            {
                content: "with the amount",
                trigger: ".o_service_commitment_overview:contains('99.90')",
            },
        ]),
});
