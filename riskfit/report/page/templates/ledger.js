// A session's ledger, built from columns when it is asked for, in the words of the session page.
"use strict";
riskfit.ledger = (() => {
  // Three digits at most behind a large first one, as the sentences of the card have them.
  function short(v) {
    const size = Math.abs(v);
    if (size >= 100) return v.toFixed(0);
    if (size >= 10) return v.toFixed(1).replace(/\.0$/, "");
    return String(Number(v.toPrecision(3)));
  }

  function hours(minutes) {
    const whole = Math.round(minutes), h = Math.floor(whole / 60), m = whole % 60;
    return h ? (m ? `${h} h ${m} min` : `${h} h`) : `${m} min`;
  }

  function sentence(rule, value, points) {
    if (value === null) return "Counted as usual.";
    if (points <= 0) return rule.name + ": adds nothing.";
    return rule.sentence.replace(/\{(value|percent|hours)\}/g, (_, word) =>
      (word === "hours" ? hours(value) : short(word === "percent" ? 100 * value : value)));
  }

  const places = { bpm: 0, W: 0, min: 0, m: 0, kcal: 0, TSS: 0, TRIMP: 0, "TSS/d": 0, "%": 0, "W/m2": 0, count: 0,
    days: 0, "°C": 1, km: 1, "km/h": 1, L: 1, h: 1, "% body mass": 1, years: 0, kg: 1, "RPE x min": 0, level: 0 };
  const silent = new Set(["ratio", "fraction", "0/1", "0 to 1", "count", "level"]);

  function quantity(value, unit) {
    if (value === null) return "not known";
    if (unit === "0/1" && (value === 0 || value === 1)) return value ? "yes" : "no";
    const size = Math.abs(value), usual = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    const number = value.toFixed(unit in places ? places[unit] : usual).replace(/^-(0(?:\.0+)?)$/, "$1");
    return !unit || silent.has(unit) ? number : number + " " + unit;
  }

  const down = (v, digits) => { const s = 10 ** digits; return Math.floor(v * s + 1e-9) / s; };

  // Numbers that add up to what is shown of their sum: largest remainders get the rest.
  function split(parts, total, digits) {
    const s = 10 ** digits, floors = parts.map((v) => Math.floor(v * s + 1e-9));
    let missing = Math.round(total * s) - floors.reduce((a, b) => a + b, 0);
    const order = parts.map((v, i) => i).sort((a, b) => (floors[a] - parts[a] * s) - (floors[b] - parts[b] * s));
    for (const i of order) { if (missing <= 0) break; floors[i] += 1; missing -= 1; }
    for (const i of order.reverse()) { if (missing >= 0) break; if (floors[i] > 0) { floors[i] -= 1; missing += 1; } }
    return floors.map((v) => v / s);
  }

  function cell(row, text, kind, tag = "td") {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    made.textContent = text;
    row.append(made);
    return made;
  }

  function data(parent, value, text) {
    const made = document.createElement("data");
    made.value = value;
    made.textContent = text;
    parent.textContent = "";
    parent.append(made);
  }

  // Fill a clone of the template with one row of the block.
  function fill(template, block, row) {
    const part = template.content.cloneNode(true), body = part.querySelector("tbody");
    const points = block.points.map((c) => c[row]), values = block.values.map((c) => c[row]);
    const total = block.columns.score[row];
    if (total === null) {
      part.querySelector("table").remove();
      return part;
    }
    const shown = split(points, down(total, 1), 1);
    for (const [cause, name] of Object.entries(block.causes)) {
      const lines = block.rules.map((rule, i) => i).filter((i) => block.rules[i].cause === cause);
      lines.sort((a, b) => (values[a] === null) - (values[b] === null) || points[b] - points[a]);
      const head = document.createElement("tr");
      head.className = "group";
      const title = cell(head, name, "", "th");
      title.scope = "rowgroup";
      title.colSpan = 3;
      cell(head, lines.reduce((sum, i) => sum + shown[i], 0).toFixed(1), "num points");
      cell(head, ""); cell(head, "");
      body.append(head);
      for (const i of lines) {
        const rule = block.rules[i], tr = document.createElement("tr");
        if (values[i] === null) tr.className = "assumed";
        tr.dataset.rule = rule.id;
        cell(tr, rule.id + " " + rule.name, "wide", "th").scope = "row";
        cell(tr, sentence(rule, values[i], points[i]), "wide");
        const value = cell(tr, "not known", "num");
        if (values[i] !== null) data(value, values[i], quantity(values[i], rule.unit));
        const given = cell(tr, "", "num");
        given.dataset.name = "points";
        data(given, points[i], shown[i].toFixed(1));
        cell(tr, rule.most.toFixed(1), "num").dataset.name = "at most";
        const evidence = cell(tr, rule.grade);
        evidence.dataset.name = "evidence";
        for (const ref of rule.refs) {
          const link = document.createElement("a");
          link.href = "#ref-" + ref;
          link.textContent = "[" + ref + "]";
          link.setAttribute("aria-label", "source " + ref);
          evidence.append(" ", link);
        }
        body.append(tr);
      }
    }
    data(part.querySelector("tfoot td"), total, down(total, 1).toFixed(1));
    return part;
  }

  return { fill, sentence, quantity, split, down, hours };
})();
