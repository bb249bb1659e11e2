"""The action that opens records: one in its form, several in their list."""


def records_action(records, xml_id=None, **values):
    """Return the window action that shows records.

    :param records: one record opens in its form, any other number in the list
    :param str xml_id: the action whose views and menu path are used; none: a plain one
    :param values: further values of the action, such as ``name`` or ``context``
    """
    if xml_id:
        actions = records.env["ir.actions.act_window"]
        action = {**actions._for_xml_id(xml_id), "context": {}}
    else:
        action = {
            "type": "ir.actions.act_window",
            "res_model": records._name,
            "view_mode": "list,form",
        }
    action.update(values)
    if len(records) == 1:
        action.update(view_mode="form", views=[(False, "form")], res_id=records.id)
    else:
        action["domain"] = [("id", "in", records.ids)]
    return action
