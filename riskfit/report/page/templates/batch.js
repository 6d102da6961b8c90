// Sessions by the thousand: one block of columns, rows made when they are looked at.
"use strict";
riskfit.batch = (() => {
  // rows come in chunks while one scrolls; from AT_ONCE on by the button, or nothing below is ever reached
  const CHUNK = 60, AT_ONCE = 180, DAY = 86400;
  const block = riskfit.block("batch-data"), col = block.columns, words = block.words, say = block.say;
  const count = col.start_s.length, table = document.getElementById("table");
  if (!table) return null;
  const body = table.querySelector("tbody"), more = document.getElementById("more");
  const [rowTemplate, ledgerTemplate] = ["row-template", "ledger-template"].map((id) => document.getElementById(id));
  const width = table.querySelectorAll("thead th").length;
  let sort = { key: "score", down: true }, chosen = [], shown = 0;

  const word = (name, row) => words[name][col[name][row]];
  const athlete = (row) => block.athletes[col.athlete[row]];
  // days are counted from a Monday
  const moment = (day) => (block.first_monday_s + day * DAY) * 1000;
  const iso = (day) => new Date(moment(day)).toISOString().slice(0, 10);
  const dayOf = (text) => (text ? (Date.parse(text + "T00:00:00Z") / 1000 - block.first_monday_s) / DAY : null);

  // ---- the table

  function makeRow(row) {
    const tr = rowTemplate.content.firstElementChild.cloneNode(true);
    const put = (kind, text) => { const cell = tr.querySelector(".c-" + kind); if (cell) cell.textContent = text; };
    tr.dataset.row = row;
    tr.querySelector(".open-row").textContent = word("date", row);
    put("athlete", athlete(row));
    put("sport", word("sport", row));
    put("time", word("time", row));
    put("km", word("km", row));
    put("score", word("score_text", row));
    put("range", word("range", row));
    put("band", word("band", row) || say.unscored);
    put("why", word("why", row));
    if (col.score[row] !== null) riskfit.data(tr.querySelector(".c-score"), col.score[row], word("score_text", row));
    return tr;
  }

  function extend(howMany = CHUNK) {
    const part = document.createDocumentFragment();
    for (const row of chosen.slice(shown, shown + howMany)) part.append(makeRow(row));
    body.append(part);
    shown = Math.min(shown + howMany, chosen.length);
    more.hidden = shown >= chosen.length;
    more.textContent = riskfit.say(say.more, { n: chosen.length - shown });
  }

  function key(name) {
    if (name === "athlete") return col.athlete.map((a) => block.athletes[a].toLowerCase());
    if (name === "sport") return col.sport.map((s) => words.sport[s]);
    return col[name];
  }

  const inputs = (form) => Object.fromEntries(new FormData(form));
  const filter = document.getElementById("filter");

  function choose() {
    const want = inputs(filter);
    if (want.sort) sort = { key: want.sort.replace(/^-/, ""), down: want.sort.startsWith("-") };
    const from = dayOf(want.from), to = dayOf(want.to);
    const text = want.words.trim().toLowerCase().split(/\s+/).filter(Boolean);
    chosen = [];
    for (let row = 0; row < count; row += 1) {
      if (want.athlete && athlete(row) !== want.athlete) continue;
      if (want.sport && word("sport", row) !== want.sport) continue;
      if (want.band && word("band", row) !== want.band) continue;
      if (from !== null && col.day[row] < from) continue;
      if (to !== null && col.day[row] > to) continue;
      if (text.length) {
        const all = [...["sport", "source", "band", "why"].map((name) => word(name, row)), athlete(row)].join(" ").toLowerCase();
        if (!text.every((one) => all.includes(one))) continue;
      }
      chosen.push(row);
    }
    order();
  }

  function order() {
    const values = key(sort.key), sign = sort.down ? -1 : 1;
    chosen.sort((a, b) => {
      const x = values[a], y = values[b];
      if (x === y) return a - b;
      if (x === null) return 1;  // what is unknown stands last either way
      if (y === null) return -1;
      return x < y ? -sign : sign;
    });
    table.querySelectorAll("th[data-key]").forEach((th) => th.setAttribute("aria-sort",
      th.dataset.key !== sort.key ? "none" : sort.down ? "descending" : "ascending"));
    body.replaceChildren();
    shown = 0;
    extend();
    document.getElementById("count").textContent =
      riskfit.say(chosen.length === count ? say.all : say.some, { n: chosen.length, count: say.count });
  }

  function toggle(tr) {
    const button = tr.querySelector(".open-row"), row = Number(tr.dataset.row);
    if (button.getAttribute("aria-expanded") === "true") {
      tr.nextElementSibling.remove();
      button.setAttribute("aria-expanded", "false");
      button.removeAttribute("aria-controls");
      return;
    }
    const next = document.createElement("tr"), inside = document.createElement("td");
    next.className = "ledger-row";
    next.id = "ledger-" + row;
    inside.colSpan = width;
    inside.append(riskfit.ledger.fill(ledgerTemplate, block, row));
    inside.querySelector('[data-part="facts"]').textContent = [word("date", row) + " " + word("clock", row), ...["source", "split", "odds"].map((name) => word(name, row))].filter(Boolean).join(" · ");
    const notes = inside.querySelector('[data-part="notes"]');
    for (const note of word("notes", row).split("\n").filter(Boolean)) {
      const li = document.createElement("li");
      li.textContent = note;
      notes.append(li);
    }
    if (!notes.children.length) notes.remove();
    next.append(inside);
    tr.after(next);
    button.setAttribute("aria-expanded", "true");
    button.setAttribute("aria-controls", next.id);
    inside.dispatchEvent(new CustomEvent("riskfit:opened", { bubbles: true, detail: { row } }));
  }

  body.addEventListener("click", (event) => {
    const tr = event.target.closest("tr[data-row]");
    if (tr && !event.target.closest("a")) toggle(tr);
  });
  table.querySelector("thead").addEventListener("click", (event) => {
    const th = event.target.closest("th[data-key]");
    if (!th) return;
    const name = th.dataset.key, numbers = name !== "athlete" && name !== "sport";
    sort = { key: name, down: sort.key === name ? !sort.down : numbers };
    filter.elements.sort.value = "";
    order();
  });
  more.addEventListener("click", () => extend(5 * CHUNK));
  if (typeof IntersectionObserver !== "undefined") {
    new IntersectionObserver((seen) => {
      if (seen.some((s) => s.isIntersecting) && shown < Math.min(AT_ONCE, chosen.length)) extend();
    }, { rootMargin: "600px" }).observe(more);
  }
  let waiting = 0;
  filter.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(choose, 60); });
  filter.addEventListener("submit", (event) => event.preventDefault());
  filter.addEventListener("reset", () => setTimeout(choose, 0));

  function look(wanted) {
    filter.reset();
    for (const [name, value] of Object.entries(wanted)) if (filter.elements[name] && value) filter.elements[name].value = value;
    choose();
    document.getElementById("sessions").scrollIntoView();
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("button.link[data-athlete]");
    if (link) look({ athlete: link.dataset.athlete, from: link.dataset.from, to: link.dataset.to });
  });

  // ---- what the calendar and the curves show

  const scope = document.getElementById("scope");

  function scoped() {
    const want = inputs(scope), rows = [];
    for (let row = 0; row < count; row += 1) {
      if (want.athlete && athlete(row) !== want.athlete) continue;
      if (want.sport && word("sport", row) !== want.sport) continue;
      if (col.score[row] !== null) rows.push(row);
    }
    return rows;
  }

  const newest = col.day.reduce((a, b) => Math.max(a, b)), oldest = col.day.reduce((a, b) => Math.min(a, b));
  const NS = "http://www.w3.org/2000/svg";
  function svg(parent, name, set, text) {
    const made = document.createElementNS(NS, name);
    for (const [k, v] of Object.entries(set)) made.setAttribute(k, v);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }

  // A year as weeks: the area of a square and its tint say the band, so that neither has to.
  function calendar() {
    const year = scope.elements.year.value, last = year ? dayOf(year + "-12-31") : newest;
    const first = year ? dayOf(year + "-01-01") : last - 52 * 7 + 1, start = first - (((first % 7) + 7) % 7);
    const best = new Map(), number = new Map();
    for (const row of scoped()) {
      const d = col.day[row];
      if (d < first || d > last) continue;
      number.set(d, (number.get(d) || 0) + 1);
      if (!best.has(d) || col.score[row] > col.score[best.get(d)]) best.set(d, row);
    }
    const size = 15, left = 34, weeks = Math.floor((last - start) / 7) + 1, top = block.bands.length - 1;
    const high = [...best.values()].filter((row) => word("band", row) === block.bands[top].id).length;
    const root = svg(null, "svg", { viewBox: `0 0 ${left + weeks * size} ${7 * size + 22}`, role: "img", class: "calendar",
      "aria-label": riskfit.say(say.calendar, { year: year || say.latest, days: best.size, high, band: block.bands[top].id }) });
    for (let d = first, before = -1; d <= last - 14; d += 1) {
      const date = new Date(moment(d)), month = date.getUTCMonth();
      if (month === before) continue;
      if (before >= 0 || date.getUTCDate() < 20)
        svg(root, "text", { x: left + Math.floor((d - start) / 7) * size + 1, y: 11, class: "quiet-text" }, say.months[month]);
      before = month;
    }
    say.weekdays.forEach((name, i) => svg(root, "text", { x: 0, y: 18 + (i + 0.8) * size, class: "quiet-text" }, name));
    const square = (parent, x, y, band, set) => {
      const side = 4 + (9 * band) / top;
      return svg(parent, "rect", Object.assign({ x: x + (14 - side) / 2, y: y + (14 - side) / 2, width: side, height: side }, set));
    };
    for (let d = first; d <= last; d += 1) {
      const x = left + Math.floor((d - start) / 7) * size, y = 18 + ((d - start) % 7) * size, row = best.get(d);
      if (row === undefined) {
        svg(root, "rect", { x: x + 6, y: y + 6, width: 2, height: 2, class: "rest" });
        continue;
      }
      const band = block.bands.findIndex((b) => b.id === word("band", row)), n = number.get(d);
      svg(square(root, x, y, band, { class: "day band-" + band, "data-day": iso(d) }), "title", {}, riskfit.say(n > 1 ? say.days : say.day,
        { date: word("date", row), score: word("score_text", row), band: block.bands[band].id, n }));
    }
    const legend = document.createElement("p");
    legend.className = "legend small quiet";
    block.bands.forEach((b, i) => {
      const mark = svg(null, "svg", { viewBox: "0 0 14 14", class: "calendar-mark", "aria-hidden": "true" });
      square(mark, 0, 0, i, { class: "band-" + i });
      legend.append(mark, b.id + (i < top ? "   " : ""));
    });
    const scroll = document.getElementById("calendar");
    scroll.firstElementChild.replaceChildren(root);
    scroll.lastElementChild.replaceWith(legend);
  }
  document.getElementById("calendar").addEventListener("click", (event) => {
    const square = event.target.closest("[data-day]");
    if (square) look({ from: square.dataset.day, to: square.dataset.day, athlete: inputs(scope).athlete, sport: inputs(scope).sport });
  });

  // Weeks, or four together where there are many, with their means; longer silence is a gap.
  const bin = 7 * block.bin_weeks;
  function weekly() {
    const sums = new Map(), causes = Object.keys(block.causes);
    for (const row of scoped()) {
      const week = Math.floor(col.day[row] / bin);
      let one = sums.get(week);
      if (!one) sums.set(week, one = { n: 0, score: 0, high: -1, atl: 0, ctl: 0, loads: 0, causes: causes.map(() => 0) });
      one.n += 1;
      one.score += col.score[row];
      one.high = Math.max(one.high, col.score[row]);
      causes.forEach((name, i) => { one.causes[i] += col[name][row]; });
      if (col.fatigue_atl[row] !== null && col.fitness_ctl[row] !== null) {
        one.loads += 1; one.atl += col.fatigue_atl[row]; one.ctl += col.fitness_ctl[row];
      }
    }
    const numbers = [...sums.keys()].sort((a, b) => a - b), out = { x: [], score: [], high: [], atl: [], ctl: [], causes: causes.map(() => []) };
    numbers.forEach((week, i) => {
      if (i && (week - numbers[i - 1]) * bin > 28) {
        out.x.push(moment((numbers[i - 1] + 1) * bin));
        for (const list of [out.score, out.high, out.atl, out.ctl, ...out.causes]) list.push(null);
      }
      const one = sums.get(week);
      out.x.push(moment(week * bin));
      out.score.push(one.score / one.n);
      out.high.push(one.high);
      out.atl.push(one.loads ? one.atl / one.loads : null);
      out.ctl.push(one.loads ? one.ctl / one.loads : null);
      one.causes.forEach((sum, k) => out.causes[k].push(sum / one.n));
    });
    return out;
  }

  const { axis, head } = riskfit;
  const one = (x, y, n, name, colour, c, set = {}) => Object.assign({ type: "scatter", mode: "lines", x, y, yaxis: "y" + n, xaxis: "x",
    name, connectgaps: false, hovertemplate: name + " %{y:.1f}<extra></extra>", line: { color: c[colour], width: 1.8 } }, set);
  const upright = (domain, c, nticks = 5) => axis(c, { domain, nticks, rangemode: "tozero" });
  const time = (anchor, c) => axis(c, Object.assign({ anchor, type: "date", fixedrange: false, hoverformat: "from %-d %b %Y",
    range: [moment(oldest - bin), moment(newest + 2)] }, riskfit.spikes(c)));
  const last = (y) => y.reduce((a, b) => (b === null ? a : b), 0);
  const ends = (y, other, n, text, colour, c) => ({ text, xref: "paper", x: 1.005, xanchor: "left", yref: "y" + n, y: last(y),
    yshift: last(y) > last(other) ? 6 : -6, showarrow: false, font: { size: c.size - 1, color: c[colour] } });
  const common = { margin: { l: 40, r: 70, t: 26, b: 30 }, hovermode: "x unified", hoversubplots: "axis" };

  function trend(c) {
    const w = weekly(), { shapes, annotations } = riskfit.bands(block.bands, c);
    const data = [
      one(w.x, w.high, "", say.highest, "accent", c, { mode: "markers", marker: { color: c.accent, size: 4, symbol: "circle-open" } }),
      one(w.x, w.score, "", say.mean, "accent", c, { line: { color: c.accent, width: 2.2 } }),
      one(w.x, w.atl, "2", say.acute, "second", c),
      one(w.x, w.ctl, "2", say.chronic, "quiet", c, { line: { color: c.quiet, width: 1.4, dash: "dash" } }),
    ];
    return { data, layout: Object.assign({ height: 400, shapes,
      annotations: [head(say.score, 1, c), head(say.load, 0.36, c), ...annotations,
        ends(w.atl, w.ctl, "2", say.acute, "second", c), ends(w.ctl, w.atl, "2", say.chronic, "quiet", c)],
      yaxis: upright([0.46, 1], c), yaxis2: upright([0, 0.36], c), xaxis: time("y2", c) }, common) };
  }

  function causes(c) {
    const w = weekly(), names = Object.values(block.causes), layout = Object.assign({ height: 420, annotations: [], xaxis: time("y4", c) }, common);
    const step = 1 / names.length;
    const data = names.map((name, i) => {
      const n = i ? String(i + 1) : "", top = 1 - i * step;
      layout["yaxis" + n] = upright([Math.max(0, top - step + 0.065), top], c, 4);
      layout.annotations.push(head(name, top, c));
      return one(w.x, w.causes[i], n, name, "accent", c, { fill: "tozeroy", fillcolor: c["accent-soft"], line: { color: c.accent, width: 1.4 } });
    });
    return { data, layout };
  }

  const curves = [riskfit.chart(document.getElementById("trend"), trend), riskfit.chart(document.getElementById("causes"), causes)];
  scope.addEventListener("input", () => {
    calendar();
    curves.forEach((chart) => { if (chart.drawn) riskfit.draw(chart); });
  });
  scope.addEventListener("submit", (event) => event.preventDefault());

  choose();
  calendar();
  return { look, choose, rows: () => chosen };
})();
