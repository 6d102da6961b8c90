// A session's ledger, put together from columns when it is asked for: words and sums are the page's.
"use strict";
riskfit.ledger = (() => {
  const { data } = riskfit;

  const told = (block, k, row) => block.said[k].words[block.said[k].rows[row]];

  // What a rule found in a session: its sentence with the gaps filled, and the value in words.
  function found(block, k, row) {
    const rule = block.rules[k], said = told(block, k, row);
    if (said === null) return [block.say.usual, block.say.unknown];
    const [value, gaps, which] = said;
    if (gaps === null) return [rule.nothing, value];
    let next = 0;
    return [rule.sentences.at(which).replace(/\{\}/g, () => gaps[next++]), value];
  }

  function fillLine(tr, block, k, row) {
    const rule = block.rules[k], [sentence, value] = found(block, k, row);
    const [name, says, given, points, most, evidence] = tr.cells;
    tr.classList.toggle("assumed", told(block, k, row) === null);
    tr.dataset.rule = rule.id;
    name.textContent = rule.id + " " + rule.name;
    says.textContent = sentence;
    given.textContent = value;
    data(points, block.points[k][row], block.tenths[block.shown[k][row]]);
    most.textContent = rule.most;
    evidence.textContent = rule.grade;
    for (const ref of rule.refs) {
      const link = document.createElement("a");
      link.href = "#ref-" + ref;
      link.textContent = "[" + ref + "]";
      link.setAttribute("aria-label", riskfit.say(block.say.source, { n: ref }));
      evidence.append(" ", link);
    }
    return tr;
  }

  // Fill a clone of the template with one row of the block.
  function fill(template, block, row) {
    const part = template.content.cloneNode(true), body = part.querySelector("tbody");
    if (block.columns.score[row] === null) {
      part.querySelector("table").remove();
      return part;
    }
    const [group, line] = body.rows, known = (k) => told(block, k, row) !== null;
    body.replaceChildren();
    for (const [cause, name] of Object.entries(block.causes)) {
      const head = group.cloneNode(true);
      head.cells[0].textContent = name;
      head.cells[1].textContent = block.tenths[block.causes_shown[cause][row]];
      const lines = [...block.rules.keys()].filter((k) => block.rules[k].cause === cause);
      lines.sort((a, b) => known(b) - known(a) || block.points[b][row] - block.points[a][row]);
      body.append(head, ...lines.map((k) => fillLine(line.cloneNode(true), block, k, row)));
    }
    data(part.querySelector("tfoot td"), block.columns.score[row], block.tenths[block.score_shown[row]]);
    return part;
  }

  return { fill };
})();
