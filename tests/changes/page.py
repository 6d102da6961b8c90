"""A page: the score card, beside the server's other pages."""

from tools.changes import Copy

MODULE = '''
"""What the page of the card shows."""

from typing import Any

from riskfit.rules.model import Model


def card_view(model: Model) -> list[dict[str, Any]]:
    """Return a line a rule."""
    return [
        {"id": rule.id, "name": rule.name, "points": model.max_points(rule), "grade": rule.grade}
        for rule in model.rules
    ]
'''
TEMPLATE = """{% extends "base.html.jinja" %}
{% import "parts.html.jinja" as parts %}
{% block kind %}card{% endblock %}
{% block main %}
<h1>The score card</h1>
<table>
<thead>
<tr><th scope="col">Rule</th><th scope="col">at most</th><th scope="col">Evidence</th></tr>
</thead>
<tbody>
{% for line in card %}
<tr><th scope="row">{{ line.id }} {{ line.name }}</th><td>{{ "%.1f" | format(line.points) }}</td>
<td>{{ line.grade }}</td></tr>
{% endfor %}
</tbody>
</table>
{% endblock %}
{% block foot %}{{ parts.disclaimer() }}{% endblock %}
"""
METHOD = '''    async def card_page(self, request: Request) -> Response:
        """Show the score card."""
        return self._page(
            request, "serve_card.html.jinja", title="Score card", card=card_view(self.desk.model)
        )

'''


def make(copy: Copy) -> None:
    """Add what it shows and how, and an address with an entry among the pages."""
    app = "riskfit/web/app.py"
    copy.add("riskfit/report/page/card.py", MODULE)
    copy.add("riskfit/report/page/templates/serve_card.html.jinja", TEMPLATE)
    copy.after(app, "batch_view\n", "from riskfit.report.page.card import card_view\n")
    copy.after(app, '("/history", "History")', ', ("/card", "Score card")')
    copy.after(
        app,
        'Route("/history", site.history_page),\n',
        '            Route("/card", site.card_page),\n',
    )
    copy.before(app, "    async def history_page", METHOD)


def prove() -> None:
    """It is served, has a title of its own, and the other pages lead to it."""
    from tools.serving import Client, running

    with running() as address:
        client = Client(address)
        status, _, body = client.get("/card")
        assert status == 200, f"Error {status}"
        assert b"<title>Score card</title>" in body
        assert b"P1 Earlier cramps" in body
        assert b'href="/card"' in client.get("/analyze")[2]
