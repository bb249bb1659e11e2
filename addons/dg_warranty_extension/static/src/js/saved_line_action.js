import { useService } from "@web/core/utils/hooks";
import { uuid } from "@web/core/utils/strings";

/**
 * Returns a function that runs a server method on an order line and opens the action it
 * returns. The order is saved first, so that nothing typed in the form is lost and the
 * server sees what the user sees. Reports nothing and does nothing when saving fails: the
 * form shows what is missing.
 */
export function useSavedLineAction() {
    const orm = useService("orm");
    const action = useService("action");

    /** Saves the order and returns the id of the line, which may be new. */
    async function saveLine(line) {
        const root = line.model.root;
        if (!line.isNew && !(await root.isDirty())) {
            return line.resId;
        }
        let lineId = line.resId;
        let virtualId = line.data.virtual_id;
        if (!lineId && !virtualId) {
            virtualId = uuid();
            await line.update({ virtual_id: virtualId });
        }
        if (!(await root.save())) {
            return false;
        }
        if (!lineId) {
            [lineId] = await orm.search("sale.order.line", [
                ["order_id", "=", root.resId],
                ["virtual_id", "=", virtualId],
            ]);
        }
        return lineId;
    }

    return async function runOnSavedLine(line, method) {
        const root = line.model.root;
        const lineId = await saveLine(line);
        if (!lineId) {
            return;
        }
        const result = await orm.call("sale.order.line", method, [[lineId]]);
        if (result) {
            await action.doAction(result, { onClose: () => root.load() });
        }
    };
}
