import {registry} from "@web/core/registry";

/*
 * The life of an order as a partner works it in the browser. What happens elsewhere
 * (the shipment, the passing of time) is done by the test between the tours.
 */
const tours = registry.category("web_tour.tours");

const flash = (text) => ({
    content: `The page says: ${text}`,
    trigger: `.o_service_partner_flash:contains(${text})`,
});

const onWelcomePage = (state) => ({
    content: `The order stands under ${state} on the welcome page`,
    trigger: `section[data-state='${state}'] article`,
});

/** Steps of both languages: the texts differ, the pages do not. */
function acceptSteps({accepted}) {
    return [
        onWelcomePage("new"),
        {
            content: "Accept the order on its card",
            trigger: "section[data-state='new'] button[name='step_accept']",
            run: "click",
            expectUnloadPage: true,
        },
        flash(accepted),
        {
            content: "Open the form for contact attempts",
            trigger: "summary:contains(/contact attempt|Kontaktversuch/)",
            run: "click",
        },
        {
            trigger: "#field_attempt_outcome",
            run: "select reached",
        },
        {
            trigger: "#field_attempt_note",
            run: "edit Has a concrete wall",
        },
        {
            trigger: "button[name='step_attempt']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The attempt is listed",
            trigger: "#attempts:contains(Has a concrete wall)",
        },
    ];
}

function checkSteps({refused, met, hint}) {
    return [
        onWelcomePage("check"),
        {
            trigger: "section[data-state='check'] a.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Without answers the requirements cannot be met",
            trigger: "button[name='operation'][value='met']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `#error_requirements_answers:contains(${refused})`,
        },
        {
            content: "Answer every question",
            trigger: ".o_service_partner_question",
            run() {
                for (const label of document.querySelectorAll("label.o_choice_ok")) {
                    label.click();
                }
            },
        },
        {
            trigger: "button[name='operation'][value='met']",
            run: "click",
            expectUnloadPage: true,
        },
        flash(met),
        {
            content: "Why nothing can be done now is said in words",
            trigger: `.o_service_partner_hint:contains(${hint})`,
        },
        {
            content: "Back to the welcome page",
            trigger: ".o_service_partner_menu a[href$='/my/service-partner']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The order has left the welcome page",
            trigger: "section[data-state='appointment'] .o_service_partner_empty",
        },
    ];
}

function appointmentSteps({past, saved}) {
    return [
        onWelcomePage("appointment"),
        {
            trigger: "section[data-state='appointment'] a.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "button[name='step_received']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "An appointment in the past",
            trigger:
                "body:not(:has(button[name='step_received'])) #field_appointment_start",
            run() {
                this.anchor.value = "2020-01-01T10:00";
            },
        },
        {
            trigger: "button[name='step_appointment']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is refused beside the field",
            trigger: `#error_appointment_start:contains(${past})`,
        },
        {
            content: "What was typed is still there; now a better one",
            trigger: "#field_appointment_start",
            run() {
                if (this.anchor.value !== "2020-01-01T10:00") {
                    throw new Error(`What was typed is lost: ${this.anchor.value}`);
                }
                this.anchor.value = "2099-03-03T10:00";
            },
        },
        {
            trigger: "button[name='step_appointment']",
            run: "click",
            expectUnloadPage: true,
        },
        flash(saved),
        {
            trigger: "#appointment",
        },
    ];
}

function completeSteps({completed, filter}) {
    return [
        onWelcomePage("execution"),
        {
            trigger: "section[data-state='execution'] a.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#field_complete_note",
            run: "edit Works fine",
        },
        {
            trigger: "button[name='step_complete']",
            run: "click",
            expectUnloadPage: true,
        },
        flash(completed),
        {
            trigger: ".o_service_partner_menu a[href$='/orders']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `.o_service_partner_filters a:contains(${filter})`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The order stands in the list to bill",
            trigger: "a.o_service_partner_order_link",
        },
    ];
}

const TEXTS = {
    en: {
        accepted: "is accepted",
        refused: "please answer first",
        met: "marked as met",
        hint: "being prepared for shipment",
        past: "in the past",
        saved: "is saved",
        completed: "is completed",
        filter: "Completed and not invoiced orders",
    },
    de: {
        accepted: "ist akzeptiert",
        refused: "Bitte zuerst beantworten",
        met: "als erfüllt gekennzeichnet",
        hint: "für den Versand bereit",
        past: "in der Vergangenheit",
        saved: "ist hinterlegt",
        completed: "ist abgeschlossen",
        filter: "Abgeschlossene und nicht in Rechnung gestellte Aufträge",
    },
};

const PARTS = {
    accept: acceptSteps,
    check: checkSteps,
    appointment: appointmentSteps,
    complete: completeSteps,
};

for (const [lang, texts] of Object.entries(TEXTS)) {
    for (const [part, steps] of Object.entries(PARTS)) {
        tours.add(`service_partner_${part}_${lang}`, {steps: () => steps(texts)});
    }
}
