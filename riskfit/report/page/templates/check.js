// What-if curves: a score for each value, its interval, and where the plan stands.
"use strict";
riskfit.curves = (() => {
  function figure(block, number, c) {
    const curve = block.curves[number] || { x: [], score: [], low: [], high: [], said: [], title: "", unit: "", now: null }, x = curve.x;
    const known = curve.score.filter((v) => v !== null), top = known.length ? Math.min(100, Math.max(70, Math.max(...known) + 15)) : 100;
    const edge = (y, more) => Object.assign({ type: "scatter", mode: "lines", x, y, line: { width: 0 }, hoverinfo: "skip" }, more);
    const data = [
      edge(curve.low),
      edge(curve.high, { fill: "tonexty", fillcolor: c["accent-soft"] }),
      { type: "scatter", mode: "lines", x, y: curve.score, line: { color: c.accent, width: 2.4 }, text: curve.said, hovertemplate: "%{text}<extra></extra>" },
    ];
    const { shapes, annotations } = riskfit.bands(block.bands, c);
    if (curve.now !== null) shapes.push({ type: "line", x0: curve.now, x1: curve.now, yref: "paper", y0: 0, y1: 1, line: { color: c.ink, width: 1.2 } });
    annotations.push(riskfit.head(curve.title, 1, c));
    return { data, layout: { height: 250, margin: { l: 34, r: 12, t: 26, b: 44 }, shapes, annotations, hovermode: "x",
      yaxis: riskfit.axis(c, { range: [0, top], nticks: 5 }),
      xaxis: riskfit.axis(c, { title: riskfit.title(curve.unit, c), type: curve.key === "start" ? "date" : "linear" }) } };
  }

  function start(root = document) {
    root.querySelectorAll('[data-chart="curve"]').forEach((element) => {
      riskfit.chart(element, (c) => figure(riskfit.block(element.dataset.block), Number(element.dataset.number), c));
    });
  }

  start();
  return { figure, start };
})();
