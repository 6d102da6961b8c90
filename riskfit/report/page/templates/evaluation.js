// An evaluation's three charts: what is told apart, what comes true, what acting is worth.
"use strict";
riskfit.evaluation = (() => {
  const axis = (text, c, set = {}) => Object.assign({ title: { text, font: { size: c.size, color: c.quiet } }, gridcolor: c.line,
    zeroline: false, fixedrange: true, nticks: 6, tickfont: { size: c.size - 1, color: c.quiet } }, set);
  // names stand above, where no line can run through them
  const frame = (x, y, c, more = {}) => Object.assign({ height: 370, margin: { l: 54, r: 14, t: 34, b: 48 }, xaxis: x, yaxis: y, hovermode: "closest",
    showlegend: true, legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", traceorder: "reversed", bgcolor: "rgba(0, 0, 0, 0)", font: { size: c.size, color: c.ink } } }, more);
  const straight = (x, y, name, c) => ({ type: "scatter", mode: "lines", x, y, name, hoverinfo: "skip", line: { color: c.quiet, width: 1.4, dash: "dash" } });
  const percent = (share) => 100 * share;
  const words = (share) => Number((100 * share).toPrecision(3)) + " %";

  function roc(d, c) {
    const points = d.discrimination.roc, curve = d.decision_curve, others = d.rows - d.cramps;
    const data = [
      straight([0, 100], [0, 100], "a coin", c),
      { type: "scatter", mode: "lines", x: points.map((p) => percent(p.in_vain)), y: points.map((p) => percent(p.met)), name: "the model", hoverinfo: "skip",
        line: { color: c.accent, width: 2.4 } },
      { type: "scatter", mode: "markers", x: curve.map((p) => percent((p.acted - p.met) / others)), y: curve.map((p) => percent(p.met / d.cramps)),
        showlegend: false, marker: { color: c.paper, size: 8, line: { color: c.accent, width: 1.8 } }, text: curve.map((p) => words(p.threshold)),
        hovertemplate: "warned from %{text} on:<br>%{y:.0f} % of cramps,<br>%{x:.0f} % of the others in vain<extra></extra>" },
    ];
    const share = { range: [-2, 102], ticksuffix: " %", dtick: 20 };
    return { data, layout: frame(axis("warned in vain, of sessions without a cramp", c, share), axis("warned of, of cramps", c, share), c) };
  }

  function calibration(d, c) {
    const bins = d.calibration.curve, most = (name) => percent(Math.max(...bins.map((b) => b[name]), 0));
    // one scale for both, as long as the points do not end up in a corner
    const top = Math.min(104, 1.06 * Math.max(most("high"), most("predicted"))), wide = Math.min(104, Math.max(1.15 * most("predicted"), top / 3));
    const end = Math.min(100, top, wide);
    const data = [
      straight([0, end], [0, end], "as predicted", c),
      { type: "scatter", mode: "markers", x: bins.map((b) => percent(b.predicted)), y: bins.map((b) => percent(b.observed)), name: "observed",
        customdata: bins.map((b) => [b.rows, percent(b.low), percent(b.high)]), marker: { color: c.accent, size: 8 },
        error_y: { type: "data", symmetric: false, array: bins.map((b) => percent(b.high - b.observed)), arrayminus: bins.map((b) => percent(b.observed - b.low)),
          color: c.accent, thickness: 1.2, width: 3 },
        hovertemplate: "predicted %{x:.1f} %, observed %{y:.1f} %<br>(%{customdata[1]:.1f} to %{customdata[2]:.1f} %)<br>%{customdata[0]:,} sessions<extra></extra>" },
    ];
    return { data, layout: frame(axis("predicted chance", c, { range: [-0.02 * wide, wide], ticksuffix: " %" }),
      axis("share that cramped", c, { range: [-0.02 * top, top], ticksuffix: " %" }), c) };
  }

  function decisions(d, c) {
    const curve = d.decision_curve, x = curve.map((p) => percent(p.threshold)), ticks = x.filter((v) => ![15, 30, 40].includes(v));
    const best = Math.max(0, ...curve.map((p) => Math.max(p.model, p.always))), worst = Math.min(...curve.map((p) => p.model));
    // what falls far below never acting is left out: how far does not matter
    const floor = best > 0 ? -0.35 * best : Math.min(1.1 * worst, -0.01), shown = (name) => curve.map((p) => (p[name] < floor ? null : p[name]));
    const line = (name, said, set) => Object.assign({ type: "scatter", mode: "lines+markers", x, y: shown(name), name: said, hovertemplate: said + " %{y:.4f}<extra></extra>" }, set);
    const data = [
      line("never", "never", { mode: "lines", line: { color: c.quiet, width: 1.4, dash: "dash" } }),
      line("always", "always", { line: { color: c.second, width: 1.8, dash: "dot" }, marker: { size: 8, symbol: "square-open", color: c.second } }),
      line("model", "on the model", { line: { color: c.accent, width: 2.4 }, marker: { size: 5, color: c.accent } }),
    ];
    return { data, layout: frame(
      axis("acting from this chance on", c, { type: "log", tickvals: ticks, ticktext: ticks.map((v) => v + " %"), hoverformat: "~g" }),
      axis("net benefit, cramps a session", c, { range: [floor, Math.max(1.08 * best, -0.12 * floor)] }), c, { hovermode: "x" }) };
  }

  const figures = { roc, calibration, decisions }, document_ = riskfit.block("evaluation-data").document;
  document.querySelectorAll("[data-chart]").forEach((element) => {
    riskfit.chart(element, (c) => figures[element.dataset.chart](document_, c), { width: 330, height: 250 });
  });
  return { figures };
})();
