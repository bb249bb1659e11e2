import {uuid} from "@web/core/utils/strings";
import {useEnv} from "@odoo/owl";

/**
 * Returns a function that runs a server method on an order line and opens the action it
 * returns. The order is saved first, so that nothing typed in the form is lost and the
 * server sees what the user sees. Does nothing when saving fails: the form shows what is
 * missing.
 */
export function useSavedLineAction() {
    // Not useService: saving replaces the line's component, and the services it guards
    // would then never answer.
    const {orm, action} = useEnv().services;

    /** Saves the order and returns the id of the line, which may be new. */
    async function saveLine(line) {
        const root = line.model.root;
        const lineId = line.resId;
        let virtualId = line.data.virtual_id;
        if (!lineId && !virtualId) {
            virtualId = uuid();
            await line.update({virtual_id: virtualId});
        }
        if (!(await root.save())) {
            return false;
        }
        if (lineId) {
            return lineId;
        }
        const [savedId] = await orm.search("sale.order.line", [
            ["order_id", "=", root.resId],
            ["virtual_id", "=", virtualId],
        ]);
        return savedId;
    }

    return async function runOnSavedLine(line, method) {
        const root = line.model.root;
        const lineId = await saveLine(line);
        if (!lineId) {
            return;
        }
        const result = await orm.call("sale.order.line", method, [[lineId]]);
        if (result) {
            await action.doAction(result, {onClose: () => root.load()});
        }
    };
}
