import {registry} from "@web/core/registry";

const press = (label) => ({
    content: `Press “${label}”`,
    trigger: `.o_statusbar_buttons button:contains(/^${label}$/)`,
    run: "click",
});

const confirm = {
    content: "Confirm the dialog",
    trigger: ".modal-footer .btn-primary",
    run: "click",
};

const reached = (label) => ({
    content: `The order has reached “${label}”`,
    trigger: `body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains(/^${label}$/)`,
});

const openTab = (label) => ({
    content: `Open the tab “${label}”`,
    trigger: `.o_notebook .nav-link:contains(/^${label}$/)`,
    run: "click",
});

/** From the quotation to the saved appointment, all in the back office. */
registry.category("web_tour.tours").add("dg_service_partner_backoffice", {
    steps: () => [
        {
            content: "The goods of the service are proposed on the quotation",
            trigger: ".o_data_row td[name=service_partner_goods_line_ids]:contains(TV)",
        },
        press("Confirm"),
        {
            content: "Open the service-partner order of the sale",
            trigger: "button[name=action_view_service_partner_orders]",
            run: "click",
        },
        reached("Waiting for transmission"),
        press("Transmit Now"),
        confirm,
        reached("New"),
        press("Accept"),
        reached("Check requirements"),
        {
            content: "The goods are on hold",
            trigger: ".o_data_row .badge:contains(On Hold)",
        },
        press("Log Contact"),
        {
            content: "The customer was reached",
            trigger: ".modal div[name=outcome] .o_radio_input[data-value=reached]",
            run: "click",
        },
        {
            content: "Log the contact",
            trigger: ".modal-footer button[name=action_apply]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        openTab("Checklist"),
        {
            content: "Answer the question",
            trigger: ".tab-pane.active .o_data_row td[name=result]",
            run: "click",
        },
        {
            content: "Open the answers",
            trigger: ".o_selected_row td[name=result] input",
            run: "click",
        },
        {
            content: "It is met",
            trigger: ".o_select_menu_item:contains(/^Met$/)",
            run: "click",
        },
        press("Requirements Met"),
        reached("Requirements met"),
        {
            content: "Open the delivery",
            trigger: "button[name=action_view_pickings]",
            run: "click",
        },
        {
            content: "Nothing holds it any more: validate",
            trigger:
                ".o_form_view:not(:has(.alert:contains(On hold))) button[name=button_validate]",
            run: "click",
        },
        {
            content: "It is done",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)",
        },
        {
            content: "Back to the order",
            trigger: ".breadcrumb-item a:contains(SP)",
            run: "click",
        },
        reached("Set customer appointment"),
        press("Arrange Appointment"),
        {
            content: "Enter the appointment",
            trigger: ".modal div[name=start] input",
            run: "edit 12/15/2098 10:00:00",
        },
        {
            content: "Store it",
            trigger: ".modal-footer button[name=action_apply]",
            run: "click",
        },
        reached("Confirm execution"),
        {
            content: "The form says when it is",
            trigger: ".alert:contains(The appointment with the customer is on)",
        },
    ],
});

/** The appointment has passed: mark the service as rendered. */
registry.category("web_tour.tours").add("dg_service_partner_backoffice_complete", {
    steps: () => [
        press("Service Rendered"),
        reached("Completed"),
        openTab("History"),
        {
            content: "Each step stands in the history",
            trigger: ".tab-pane.active:has(.o_data_row:eq(5))",
        },
    ],
});
