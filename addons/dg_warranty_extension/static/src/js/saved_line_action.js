import {uuid} from "@web/core/utils/strings";
import {useEnv} from "@odoo/owl";

/**
 * Returns a function that runs a server method on order lines and opens the actions it
 * returns, one after the other. The order is saved first, so that nothing typed in the
 * form is lost and the server sees what the user sees. Does nothing when saving fails:
 * the form shows what is missing.
 */
export function useSavedLineAction() {
    // Not useService: saving replaces the line's component, and the services it guards
    // would then never answer.
    const {orm, action} = useEnv().services;

    /** Saves the order and returns the ids of the lines, which may be new. */
    async function saveLines(root, lines) {
        const ids = lines.map((line) => line.resId).filter(Boolean);
        const virtualIds = [];
        for (const line of lines.filter((each) => !each.resId)) {
            const virtualId = line.data.virtual_id || uuid();
            await line.update({virtual_id: virtualId});
            virtualIds.push(virtualId);
        }
        if (!(await root.save())) {
            return [];
        }
        const created = virtualIds.length
            ? await orm.search("sale.order.line", [
                  ["order_id", "=", root.resId],
                  ["virtual_id", "in", virtualIds],
              ])
            : [];
        return [...ids, ...created];
    }

    /** Opens an action and waits until its dialog is closed. */
    function openDialog(description) {
        return new Promise((resolve, reject) => {
            action.doAction(description, {onClose: resolve}).catch(reject);
        });
    }

    return async function runOnSavedLines(lines, method) {
        const root = lines[0]?.model.root;
        for (const lineId of root ? await saveLines(root, lines) : []) {
            const result = await orm.call("sale.order.line", method, [[lineId]]);
            if (result) {
                await openDialog(result);
                await root.load();
            }
        }
    };
}
