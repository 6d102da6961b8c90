// An evaluation's three charts: what is told apart, what comes true, what acting is worth.
"use strict";
riskfit.evaluation = (() => {
  const block = riskfit.block("evaluation-data"), d = block.document, say = block.say;
  const axis = (text, c, set = {}) => riskfit.axis(c, Object.assign({ title: riskfit.title(text, c), nticks: 6 }, set));
  // names stand above, where no line can run through them
  const frame = (x, y, c, more = {}) => Object.assign({ height: 370, margin: { l: 54, r: 14, t: 34, b: 48 }, xaxis: x, yaxis: y, hovermode: "closest",
    showlegend: true, legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", traceorder: "reversed", bgcolor: "rgba(0, 0, 0, 0)", font: { size: c.size, color: c.ink } } }, more);
  const straight = (x, y, name, c) => ({ type: "scatter", mode: "lines", x, y, name, hoverinfo: "skip", line: { color: c.quiet, width: 1.4, dash: "dash" } });
  const percent = (share) => 100 * share, told = { hovertemplate: "%{text}<extra></extra>" };

  function roc(c) {
    const points = d.discrimination.roc, curve = d.decision_curve, others = d.rows - d.cramps, said = say.roc;
    const data = [
      straight([0, 100], [0, 100], said.straight, c),
      { type: "scatter", mode: "lines", x: points.map((p) => percent(p.in_vain)), y: points.map((p) => percent(p.met)), name: said.model, hoverinfo: "skip",
        line: { color: c.accent, width: 2.4 } },
      Object.assign({ type: "scatter", mode: "markers", x: curve.map((p) => percent((p.acted - p.met) / others)), y: curve.map((p) => percent(p.met / d.cramps)),
        showlegend: false, marker: { color: c.paper, size: 8, line: { color: c.accent, width: 1.8 } }, text: said.points }, told),
    ];
    const share = { range: [-2, 102], ticksuffix: " %", dtick: 20 };
    return { data, layout: frame(axis(said.x, c, share), axis(said.y, c, share), c) };
  }

  function calibration(c) {
    const bins = d.calibration.curve, most = (name) => percent(Math.max(...bins.map((b) => b[name]), 0)), said = say.calibration;
    // one scale for both, as long as the points do not end up in a corner
    const top = Math.min(104, 1.06 * Math.max(most("high"), most("predicted"))), wide = Math.min(104, Math.max(1.15 * most("predicted"), top / 3));
    const end = Math.min(100, top, wide);
    const data = [
      straight([0, end], [0, end], said.straight, c),
      Object.assign({ type: "scatter", mode: "markers", x: bins.map((b) => percent(b.predicted)), y: bins.map((b) => percent(b.observed)), name: said.model,
        marker: { color: c.accent, size: 8 }, text: said.points, error_y: { type: "data", symmetric: false, color: c.accent, thickness: 1.2, width: 3,
          array: bins.map((b) => percent(b.high - b.observed)), arrayminus: bins.map((b) => percent(b.observed - b.low)) } }, told),
    ];
    return { data, layout: frame(axis(said.x, c, { range: [-0.02 * wide, wide], ticksuffix: " %" }), axis(said.y, c, { range: [-0.02 * top, top], ticksuffix: " %" }), c) };
  }

  function decisions(c) {
    const curve = d.decision_curve, x = curve.map((p) => percent(p.threshold)), ticks = x.filter((v) => ![15, 30, 40].includes(v)), said = say.decisions;
    const best = Math.max(0, ...curve.map((p) => Math.max(p.model, p.always))), worst = Math.min(...curve.map((p) => p.model));
    // what falls far below never acting is left out: how far does not matter
    const floor = best > 0 ? -0.35 * best : Math.min(1.1 * worst, -0.01), shown = (name) => curve.map((p) => (p[name] < floor ? null : p[name]));
    const line = (name, set) => Object.assign({ type: "scatter", mode: "lines+markers", x, y: shown(name), name: said[name], hovertemplate: said[name] + " %{y:.4f}<extra></extra>" }, set);
    const data = [
      line("never", { mode: "lines", line: { color: c.quiet, width: 1.4, dash: "dash" } }),
      line("always", { line: { color: c.second, width: 1.8, dash: "dot" }, marker: { size: 8, symbol: "square-open", color: c.second } }),
      line("model", { line: { color: c.accent, width: 2.4 }, marker: { size: 5, color: c.accent } }),
    ];
    return { data, layout: frame(
      axis(said.x, c, { type: "log", tickvals: ticks, ticktext: ticks.map((v) => v + " %"), hoverformat: "~g" }),
      axis(said.y, c, { range: [floor, Math.max(1.08 * best, -0.12 * floor)] }), c, { hovermode: "x" }) };
  }

  const figures = { roc, calibration, decisions };
  document.querySelectorAll("[data-chart]").forEach((element) => {
    riskfit.chart(element, figures[element.dataset.chart], { width: 330, height: 250 });
  });
  return { figures };
})();
