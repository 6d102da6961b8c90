// What-if curves: a score for each value, its interval, and where the plan stands.
"use strict";
riskfit.curves = (() => {
  function figure(block, number, c) {
    const curve = block.curves[number] || { x: [], score: [], low: [], high: [], title: "", unit: "", now: null }, x = curve.x;
    const top = 100, known = curve.score.filter((v) => v !== null);
    const data = [
      { type: "scatter", mode: "lines", x, y: curve.low, line: { width: 0 }, hoverinfo: "skip" },
      { type: "scatter", mode: "lines", x, y: curve.high, fill: "tonexty", fillcolor: c["accent-soft"], line: { width: 0 }, hoverinfo: "skip" },
      { type: "scatter", mode: "lines", x, y: curve.score, line: { color: c.accent, width: 2.4 },
        customdata: curve.low.map((v, i) => [v, curve.high[i]]),
        hovertemplate: "score %{y:.1f}, between %{customdata[0]:.0f} and %{customdata[1]:.0f}<extra></extra>" },
    ];
    const shapes = block.bands.slice(1).map((b) => ({ type: "line", xref: "paper", x0: 0, x1: 1, y0: b.from, y1: b.from,
      line: { color: c.quiet, width: 1, dash: "dot" } }));
    const annotations = block.bands.slice(1).map((b) => ({ text: b.id, xref: "paper", x: 0.005, xanchor: "left", y: b.from, yanchor: "bottom",
      showarrow: false, font: { size: c.size - 2, color: c.quiet } }));
    if (curve.now !== null && curve.now !== undefined) shapes.push({ type: "line", x0: curve.now, x1: curve.now, yref: "paper", y0: 0, y1: 1,
      line: { color: c.ink, width: 1.2 } });
    annotations.push({ text: curve.title, xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "left", yanchor: "bottom", showarrow: false,
      font: { size: c.size + 1, color: c.ink } });
    return { data, layout: { height: 250, margin: { l: 34, r: 12, t: 26, b: 44 }, shapes, annotations, hovermode: "x",
      yaxis: { range: [0, known.length ? Math.min(top, Math.max(70, Math.max(...known) + 15)) : top], fixedrange: true, gridcolor: c.line,
        zeroline: false, nticks: 5, tickfont: { size: c.size - 1, color: c.quiet } },
      xaxis: { title: { text: curve.unit, font: { size: c.size, color: c.quiet } }, gridcolor: c.line, zeroline: false, fixedrange: true,
        type: curve.key === "start" ? "date" : "linear", tickfont: { size: c.size - 1, color: c.quiet } } } };
  }

  function start(root = document) {
    root.querySelectorAll('[data-chart="curve"]').forEach((element) => {
      riskfit.chart(element, (c) => figure(riskfit.block(element.dataset.block), Number(element.dataset.number), c));
    });
  }

  start();
  return { figure, start };
})();
