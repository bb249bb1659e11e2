"""The backend in the browser of one person."""

LANGUAGES = {"en": "en_US", "de": "de_CH"}


class Desk:
    """The backend as one person sees it in its language.

    :param visit: of the camera
    :param login: of the person
    :param language: a key of LANGUAGES
    """

    def __init__(self, visit, login, language):
        self.visit = visit
        self.page = visit.page
        users = self.call("res.users", "search", [["login", "=", login]])
        self.call("res.users", "write", users, {"lang": LANGUAGES[language]})

    def call(self, model, method, *args, **kwargs):
        """Call a method of a model as the person and return its result."""
        answer = self.page.evaluate(
            """async ([model, method, args, kwargs]) => {
                const path = `/web/dataset/call_kw/${model}/${method}`;
                const response = await fetch(path, {
                    method: "POST",
                    headers: {"Content-Type": "application/json"},
                    body: JSON.stringify({
                        jsonrpc: "2.0",
                        method: "call",
                        params: {model, method, args, kwargs},
                    }),
                });
                return await response.json();
            }""",
            [model, method, list(args), kwargs],
        )
        if "error" in answer:
            message = answer["error"]["data"]["message"]
            raise RuntimeError(f"{model}.{method}: {message}")
        return answer["result"]

    def find(self, model, **values):
        """Return the id of the newest record with these values."""
        domain = [[name, "=", value] for name, value in values.items()]
        return self.call(model, "search", domain, limit=1, order="id desc")[0]

    def open(self, path):
        """Open a screen and wait until it is drawn."""
        self.page.goto(f"{self.visit.address}{path}")
        self.page.wait_for_selector(".o_view_controller")
        self.visit.settle()

    def click(self, selector):
        """Click and wait until what it does is drawn."""
        self.page.click(selector)
        self.visit.settle()

    def shot(self, name, selector=None):
        """Take a picture without the mouse on it."""
        self.page.mouse.move(0, 0)
        self.visit.shot(name, selector)
