// The score along a session above what was recorded, on one axis of time.
"use strict";
riskfit.session = (() => {
  // Seconds as moments of some day that begins at the start; long sessions count hours.  From
  // the year 2000, because plotly takes a number of four digits for a year.
  const MIDNIGHT = Date.UTC(2000, 0, 1), moment = (s) => MIDNIGHT + s * 1000;

  function every(values, step) {
    if (step === 1) return values;
    return values.filter((_, i) => (i + 1) % step === 0 || i === values.length - 1);
  }

  // A curve's places: recorded ones have their own seconds, the others those of the score.
  function curve(d, line) {
    const t = d.document.activities[0].timeline, recorded = d.channels[line.of];
    if (Array.isArray(recorded)) return { x: d.channels.elapsed_s, y: recorded };
    const values = recorded ? recorded.values : t[line.of], x = every(t.elapsed_s, d.every);
    return { x, y: values.length === t.elapsed_s.length ? every(values, d.every) : x.map(() => values[0]) };
  }

  function rangeOf(panel) {
    if (panel.range) return panel.range;
    const all = panel.lines.flatMap((l) => l.y).filter((v) => v !== null).sort((a, b) => a - b);
    if (!all.length) return [0, 1];
    // a few stops must not flatten all the rest
    let low = all[Math.floor(0.005 * (all.length - 1))], high = all[Math.ceil(0.995 * (all.length - 1))];
    if (panel.zero) { low = 0; high = all[all.length - 1]; }
    const middle = (low + high) / 2, least = panel.spread || Math.max(1e-9, Math.abs(middle) * 0.05);
    if (high - low < least) { low = middle - least / 2; high = middle + least / 2; }
    const room = panel.zero ? 0 : 0.06 * (high - low);
    return panel.pace ? [high + room, low - room] : [low - room, high + (panel.zero ? 0.08 * high : room)];
  }

  function figure(d, c) {
    const panels = d.panels.map((p) => Object.assign({}, p, { lines: p.lines.map((line) => Object.assign(curve(d, line), line)) }));
    const total = panels.reduce((sum, p) => sum + p.weight, 0), inner = 88 * total + 28 * (panels.length - 1);
    const gap = 28 / inner, room = 1 - gap * (panels.length - 1), place = d.long ? (s) => s / 3600 : moment;
    const { shapes, annotations } = riskfit.bands(d.bands, c), data = [];
    const layout = { margin: { l: 44, r: 66, t: 26, b: 40 }, annotations, shapes, hovermode: "x unified", hoversubplots: "axis" };
    layout.height = inner + layout.margin.t + layout.margin.b;
    let top = 1;
    panels.forEach((panel, i) => {
      const bottom = top - room * panel.weight / total, n = i ? String(i + 1) : "", range = rangeOf(panel);
      // a pace is drawn as a time of day, so that its ticks are minutes and seconds
      const height = panel.pace ? moment : (v) => v;
      layout["yaxis" + n] = riskfit.axis(c, Object.assign({ domain: [Math.max(0, bottom), top], range: range.map(height), automargin: false,
        nticks: panel.range ? 6 : 4 }, panel.pace ? { type: "date", tickformat: "%-M:%S" } : {}));
      annotations.push(riskfit.head(panel.title, top, c));
      panel.lines.forEach((line) => {
        data.push({ type: "scatter", mode: "lines", x: line.x.map(place), y: line.y.map((v) => (v === null ? null : height(v))),
          xaxis: "x", yaxis: "y" + n, name: line.name, connectgaps: false,
          hovertemplate: `${line.name} %{y${panel.pace ? "|%-M:%S" : `:.${line.places}f`}}<extra></extra>`,
          line: { color: c[line.colour], width: line.width, dash: line.dash || "solid", shape: "linear" } });
        if (panel.lines.length > 1) annotations.push(label(line, n, c, range));
      });
      top = bottom - gap;
    });
    const last = panels[0].lines[0].x[panels[0].lines[0].x.length - 1];
    layout.xaxis = riskfit.axis(c, Object.assign({ anchor: panels.length > 1 ? "y" + panels.length : "y", type: d.long ? "linear" : "date",
      fixedrange: false, tickformat: d.long ? "" : "%-H:%M", hoverformat: d.long ? ".2f" : "%-H:%M:%S", range: [0, last].map(place),
      title: riskfit.title(d.time, c), spikesnap: "hovered data" }, riskfit.spikes(c)));
    return { data, layout };
  }

  // Names stand at the end of their lines, so that no legend has to be matched by colour.
  function label(line, n, c, range) {
    let i = line.y.length - 1;
    while (i > 0 && line.y[i] === null) i -= 1;
    return { text: line.label || line.name, align: "left", xref: "paper", x: 1.008, xanchor: "left", yref: "y" + n, yanchor: "middle",
      y: Math.min(Math.max(line.y[i], Math.min(...range)), Math.max(...range)), showarrow: false,
      font: { size: c.size - 1, color: c[line.colour] } };
  }

  function start(root = document) {
    root.querySelectorAll('[data-chart="session"]').forEach((element) => {
      riskfit.chart(element, (c) => figure(riskfit.block(element.dataset.block), c));
    });
  }

  start();
  return { figure, start };
})();
