// The score along a session above what was recorded, on one axis of time.
"use strict";
riskfit.session = (() => {
  const DAY = 86400;

  // Seconds as moments of some day that begins at the start; long sessions count hours.  From
  // the year 2000, because plotly takes a number of four digits for a year.
  const MIDNIGHT = Date.UTC(2000, 0, 1);
  const moments = (seconds, long) => seconds.map((s) => (long ? s / 3600 : MIDNIGHT + s * 1000));

  function every(values, step) {
    if (step === 1) return values;
    return values.filter((_, i) => (i + 1) % step === 0 || i === values.length - 1);
  }

  function panels(d) {
    const t = d.document.activities[0].timeline, ch = d.channels;
    const x = every(t.elapsed_s, d.every);
    const rows = [{ title: "Score, 0 to 100", weight: 2.1, range: [0, 100], lines: [
      { x, y: every(t.score, d.every), name: "score", colour: "accent", width: 2.6, places: 1 },
      { x, y: every(t.session, d.every), name: "this session", colour: "second", width: 1.6,
        dash: "dash", places: 1 },
    ] }];
    const seen = ch.elapsed_s;
    if (ch.heart_rate_bpm) rows.push(single("Heart rate, bpm", "heart rate", seen, ch.heart_rate_bpm, 0));
    if (ch.power_w) rows.push(single("Power, W", "power", seen, ch.power_w, 0));
    if (ch.pace_s_km) rows.push(Object.assign(
      single("Pace, min/km (faster is higher)", "pace", seen, ch.pace_s_km, 0), { pace: true }));
    if (ch.speed_km_h) rows.push(single("Speed, km/h", "speed", seen, ch.speed_km_h, 1));
    const air = [];
    if (ch.air_temperature_c) {
      const v = ch.air_temperature_c.values;
      air.push({ x, y: v.length === 1 ? x.map(() => v[0]) : every(v, d.every), places: 1,
        name: "air, as used", colour: "ink", width: 1.6 });
    }
    if (ch.temperature_c) air.push({ x: seen, y: ch.temperature_c, name: "device", colour: "quiet",
      width: 1, dash: "dot", places: 1 });
    if (air.length) rows.push({ title: "Temperature, °C", weight: 1, lines: air, spread: 4 });
    if (t.sweat_loss_l.some((v) => v !== null)) {
      const sweat = t.sweat_loss_l.length === t.elapsed_s.length ? every(t.sweat_loss_l, d.every) : [];
      rows.push({ title: "Sweat lost, L", weight: 1, zero: true, lines: [
        { x, y: sweat, name: "sweat lost", colour: "second", width: 1.8, places: 2 }] });
    }
    return rows;
  }

  const single = (title, name, x, y, places) =>
    ({ title, weight: 1, lines: [{ x, y, name, colour: "quiet", width: 1, places }] });

  function minutes(pace) {
    const s = Math.round(pace);
    return Math.floor(s / 60) + ":" + String(s % 60).padStart(2, "0");
  }

  function rangeOf(row) {
    if (row.range) return row.range;
    const all = row.lines.flatMap((l) => l.y).filter((v) => v !== null).sort((a, b) => a - b);
    if (!all.length) return [0, 1];
    // a few stops must not flatten all the rest
    let low = all[Math.floor(0.005 * (all.length - 1))], high = all[Math.ceil(0.995 * (all.length - 1))];
    if (row.zero) { low = 0; high = all[all.length - 1]; }
    const middle = (low + high) / 2, least = row.spread || Math.max(1e-9, Math.abs(middle) * 0.05);
    if (high - low < least) { low = middle - least / 2; high = middle + least / 2; }
    const room = row.zero ? 0 : 0.06 * (high - low);
    return row.pace ? [high + room, low - room] : [low - room, high + (row.zero ? 0.08 * high : room)];
  }

  function paceTicks(range) {
    const [slow, fast] = range, step = [5, 10, 15, 30, 60, 120, 300].find((s) => (slow - fast) / s <= 4) || 600;
    const values = [];
    for (let v = Math.ceil(fast / step) * step; v <= slow; v += step) values.push(v);
    return { tickmode: "array", tickvals: values, ticktext: values.map(minutes) };
  }

  function figure(d, c) {
    const rows = panels(d), total = rows.reduce((sum, r) => sum + r.weight, 0);
    const inner = 88 * total + 28 * (rows.length - 1), gap = 28 / inner, room = 1 - gap * (rows.length - 1);
    const seconds = rows[0].lines[0].x, last = seconds[seconds.length - 1], long = last > DAY;
    const data = [], layout = { margin: { l: 44, r: 66, t: 26, b: 40 }, annotations: [], shapes: [] };
    layout.height = inner + layout.margin.t + layout.margin.b;
    let top = 1;
    rows.forEach((row, i) => {
      const bottom = top - room * row.weight / total, n = i ? String(i + 1) : "", range = rangeOf(row);
      layout["yaxis" + n] = Object.assign({
        domain: [Math.max(0, bottom), top], range, fixedrange: true, gridcolor: c.line, zeroline: false,
        nticks: row.range ? 6 : 4, tickfont: { size: c.size - 1, color: c.quiet }, automargin: false,
      }, row.pace ? paceTicks(range) : {});
      layout.annotations.push({ text: row.title, xref: "paper", yref: "paper", x: 0, y: top, xanchor: "left",
        yanchor: "bottom", showarrow: false, font: { size: c.size, color: c.ink } });
      row.lines.forEach((line) => {
        const words = line.y.map((v) => (v === null ? "" : row.pace ? minutes(v) : v.toFixed(line.places)));
        data.push({ type: "scatter", mode: "lines", x: moments(line.x, long), y: line.y, xaxis: "x",
          yaxis: "y" + n, name: line.name, text: words, connectgaps: false,
          hovertemplate: line.name + " %{text}<extra></extra>",
          line: { color: c[line.colour], width: line.width, dash: line.dash || "solid", shape: "linear" } });
        if (row.lines.length > 1) layout.annotations.push(label(line, n, long, c, row));
      });
      top = bottom - gap;
    });
    d.bands.slice(1).forEach((band) => {
      layout.shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, yref: "y", y0: band.from, y1: band.from,
        line: { color: c.quiet, width: 1, dash: "dot" } });
      layout.annotations.push({ text: band.id, xref: "paper", x: 0.003, xanchor: "left", yref: "y", y: band.from,
        yanchor: "bottom", showarrow: false, bgcolor: c.paper, borderpad: 0, font: { size: c.size - 2, color: c.quiet } });
    });
    const bottomAxis = rows.length > 1 ? "y" + rows.length : "y";
    layout.xaxis = { anchor: bottomAxis, type: long ? "linear" : "date", gridcolor: c.line, zeroline: false,
      tickformat: long ? "" : "%-H:%M", hoverformat: long ? ".2f" : "%-H:%M:%S", range: moments([0, last], long),
      title: { text: long ? "hours from the start" : "time from the start, h:min", font: { size: c.size, color: c.quiet } },
      tickfont: { size: c.size - 1, color: c.quiet }, showspikes: true, spikemode: "across", spikethickness: 1,
      spikecolor: c.quiet, spikedash: "dot", spikesnap: "hovered data" };
    layout.hovermode = "x unified";
    layout.hoversubplots = "axis";
    return { data, layout };
  }

  // Names stand at the end of their lines, so that no legend has to be matched by colour.
  function label(line, n, long, c, row) {
    let i = line.y.length - 1;
    while (i > 0 && line.y[i] === null) i -= 1;
    const range = rangeOf(row), y = Math.min(Math.max(line.y[i], Math.min(...range)), Math.max(...range));
    return { text: line.name.replace(", ", ",<br>").replace("this session", "this<br>session"), align: "left",
      xref: "paper", x: 1.008, xanchor: "left", yref: "y" + n, y, yanchor: "middle", showarrow: false,
      font: { size: c.size - 1, color: c[line.colour] } };
  }

  function start(root = document) {
    root.querySelectorAll('[data-chart="session"]').forEach((element) => {
      riskfit.chart(element, (c) => figure(riskfit.block(element.dataset.block), c));
    });
  }

  start();
  return { figure, start, minutes };
})();
