// Sessions by the thousand: one block of columns, rows made when they are looked at.
"use strict";
riskfit.batch = (() => {
  // rows come in chunks while one scrolls; from AT_ONCE on by the button, or nothing below is ever reached
  const CHUNK = 60, AT_ONCE = 180, DAY = 86400, WEEK = 7 * DAY, MONDAY = 4 * DAY;
  const block = riskfit.block("batch-data"), col = block.columns, words = block.words;
  const count = col.start_s.length, table = document.getElementById("table");
  if (!table) return null;
  const body = table.querySelector("tbody"), more = document.getElementById("more");
  const template = document.getElementById("ledger-template");
  const many = block.athletes.length > 1;
  const local = col.start_s.map((s, i) => s + col.offset_s[i]);
  const bandNumber = new Map(block.bands.map((b, i) => [b.id, i]));
  const width = table.querySelectorAll("thead th").length;
  let sort = { key: "score", down: true }, chosen = [], shown = 0;

  // ---- words

  const iso = (s) => new Date(s * 1000).toISOString();
  const dayWords = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const day = (s) => dayWords.format(new Date(s * 1000));
  const minutes = (m) => (m === null ? "–" : riskfit.ledger.hours(m));
  const plain = (sport) => sport.replace(/_/g, " ");

  // The known rules of the session's own part that add most.
  const drivers = new Array(count);
  function driven(row) {
    if (drivers[row] === undefined) {
      const best = block.rules.map((_, k) => k)
        .filter((k) => block.rules[k].part === "session" && block.values[k][row] !== null && block.points[k][row] >= 0.5)
        .sort((a, b) => block.points[b][row] - block.points[a][row]).slice(0, 2);
      drivers[row] = best.map((k) => block.rules[k].name).join(", ") || "nothing in particular";
    }
    return drivers[row];
  }

  // ---- the table

  function cell(row, text, kind) {
    const made = document.createElement("td");
    if (kind) made.className = kind;
    made.textContent = text;
    row.append(made);
    return made;
  }

  function makeRow(row) {
    const tr = document.createElement("tr"), head = document.createElement("th"), open = document.createElement("button");
    tr.dataset.row = row;
    head.scope = "row";
    open.type = "button";
    open.className = "open-row";
    open.setAttribute("aria-expanded", "false");
    open.textContent = day(local[row]);
    head.append(open);
    tr.append(head);
    if (many) cell(tr, block.athletes[col.athlete[row]], "c-athlete");
    cell(tr, plain(words.sport[col.sport[row]]), "c-sport");
    cell(tr, minutes(col.duration_min[row]), "num c-time");
    cell(tr, col.distance_km[row] === null ? "–" : col.distance_km[row].toFixed(1), "num c-km");
    const score = col.score[row], value = cell(tr, "–", "num points c-score");
    if (score !== null) {
      const data = document.createElement("data");
      data.value = score;
      data.textContent = riskfit.ledger.down(score, 0);
      value.replaceChildren(data);
    }
    cell(tr, score === null ? "" : col.low[row].toFixed(0) + "–" + col.high[row].toFixed(0), "num quiet c-range");
    cell(tr, words.band[col.band[row]] || "not scored", "c-band");
    cell(tr, score === null ? "" : driven(row), "quiet c-why");
    return tr;
  }

  function extend(howMany = CHUNK) {
    const part = document.createDocumentFragment();
    for (const row of chosen.slice(shown, shown + howMany)) part.append(makeRow(row));
    body.append(part);
    shown = Math.min(shown + howMany, chosen.length);
    more.hidden = shown >= chosen.length;
    more.textContent = "Show more sessions (" + (chosen.length - shown).toLocaleString("en") + " left)";
  }

  function key(name) {
    if (name === "athlete") return col.athlete.map((a) => block.athletes[a].toLowerCase());
    if (name === "sport") return col.sport.map((s) => words.sport[s]);
    return col[name];
  }

  const inputs = (form) => Object.fromEntries(new FormData(form));
  const filter = document.getElementById("filter");
  const asked = (text, end) => (text ? Date.parse(text + "T00:00:00Z") / 1000 + (end ? DAY : 0) : null);

  function choose() {
    const want = inputs(filter);
    if (want.sort) sort = { key: want.sort.replace(/^-/, ""), down: want.sort.startsWith("-") };
    const from = asked(want.from), to = asked(want.to, true);
    const text = want.words.trim().toLowerCase().split(/\s+/).filter(Boolean);
    chosen = [];
    for (let row = 0; row < count; row += 1) {
      if (many && want.athlete && block.athletes[col.athlete[row]] !== want.athlete) continue;
      if (want.sport && words.sport[col.sport[row]] !== want.sport) continue;
      if (want.band && words.band[col.band[row]] !== want.band) continue;
      if (from !== null && local[row] < from) continue;
      if (to !== null && local[row] >= to) continue;
      if (text.length) {
        const all = [plain(words.sport[col.sport[row]]), words.source[col.source[row]], words.band[col.band[row]],
          block.athletes[col.athlete[row]], driven(row)].join(" ").toLowerCase();
        if (!text.every((word) => all.includes(word))) continue;
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
    const said = chosen.length === count ? "" : " of " + count.toLocaleString("en");
    document.getElementById("count").textContent = chosen.length.toLocaleString("en") + said +
      (chosen.length === 1 ? " session" : " sessions") + ". Open one to see its ledger.";
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
    inside.append(riskfit.ledger.fill(template, block, row));
    const facts = [iso(local[row]).slice(0, 16).replace("T", " "), words.source[col.source[row]]];
    if (col.score[row] !== null) facts.push("you " + col.you[row].toFixed(1) + ", this session " + col.session[row].toFixed(1),
      "between " + col.low[row].toFixed(0) + " and " + col.high[row].toFixed(0),
      col.odds[row].toFixed(2) + " times the usual odds of " + block.context);
    inside.querySelector('[data-part="facts"]').textContent = facts.filter(Boolean).join(" · ");
    const notes = inside.querySelector('[data-part="notes"]');
    for (const note of words.notes[col.notes[row]].split("\n").filter(Boolean)) {
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
  function options(select, values, name = (v) => v) {
    for (const value of values) select.add(new Option(name(value), value));
  }
  const sports = [...words.sport].sort();
  for (const form of [filter, scope]) {
    options(form.elements.sport, sports, plain);
    if (many) options(form.elements.athlete, block.athletes);
  }
  options(filter.elements.band, block.bands.map((b) => b.id));
  const years = [...new Set(local.map((s) => new Date(s * 1000).getUTCFullYear()))].sort((a, b) => b - a);
  scope.elements.year.add(new Option("the latest", ""));
  options(scope.elements.year, years);

  function scoped() {
    const want = inputs(scope), rows = [];
    for (let row = 0; row < count; row += 1) {
      if (many && want.athlete && block.athletes[col.athlete[row]] !== want.athlete) continue;
      if (want.sport && words.sport[col.sport[row]] !== want.sport) continue;
      if (col.score[row] !== null) rows.push(row);
    }
    return rows;
  }

  const newest = local.reduce((a, b) => Math.max(a, b), 0);
  const NS = "http://www.w3.org/2000/svg";
  function svg(parent, name, set, text) {
    const made = document.createElementNS(NS, name);
    for (const [k, v] of Object.entries(set)) made.setAttribute(k, v);
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  }

  // A year as weeks: the area of a square and its tint say the band, so that neither has to.
  function calendar() {
    const year = Number(scope.elements.year.value), latest = Math.floor(newest / DAY) * DAY;
    const last = year ? Date.UTC(year, 11, 31) / 1000 : latest;
    const first = year ? Date.UTC(year, 0, 1) / 1000 : last - 52 * WEEK + DAY;
    const start = first - ((first - MONDAY) % WEEK), best = new Map(), number = new Map();
    for (const row of scoped()) {
      const d = Math.floor(local[row] / DAY) * DAY;
      if (d < first || d > last) continue;
      number.set(d, (number.get(d) || 0) + 1);
      if (!best.has(d) || col.score[row] > best.get(d)) best.set(d, col.score[row]);
    }
    const holder = document.getElementById("calendar"), size = 15, left = 34;
    const weeks = Math.floor((last - start) / WEEK) + 1, top = block.bands.length - 1;
    const high = [...best.values()].filter((s) => s >= block.bands[top].from).length;
    const root = document.createElementNS(NS, "svg");
    root.setAttribute("viewBox", `0 0 ${left + weeks * size} ${7 * size + 22}`);
    root.setAttribute("role", "img");
    root.setAttribute("aria-label", `Calendar of ${year || "the latest year"}: sessions on ${best.size} days, ${high} of them ${block.bands[top].id}. ` +
      "The table of sessions below holds the same.");
    root.setAttribute("class", "calendar");
    const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    for (let d = first, before = -1; d <= last - 2 * WEEK; d += DAY) {
      const month = new Date(d * 1000).getUTCMonth(), week = Math.floor((d - start) / WEEK);
      if (month === before) continue;
      if (before >= 0 || new Date(d * 1000).getUTCDate() < 20)
        svg(root, "text", { x: left + week * size + 1, y: 11, class: "quiet-text" }, months[month]);
      before = month;
    }
    ["Mon", "Wed", "Fri", "Sun"].forEach((name, i) => svg(root, "text", { x: 0, y: 18 + (2 * i + 0.8) * size, class: "quiet-text" }, name));
    for (let d = first; d <= last; d += DAY) {
      const week = Math.floor((d - start) / WEEK), weekday = Math.floor((d - start) / DAY) % 7;
      const x = left + week * size, y = 18 + weekday * size, score = best.get(d);
      if (score === undefined) {
        svg(root, "rect", { x: x + 6, y: y + 6, width: 2, height: 2, class: "rest" });
        continue;
      }
      const band = block.bands.filter((b) => score >= b.from).length - 1, side = 4 + (9 * band) / top;
      const square = svg(root, "rect", { x: x + (14 - side) / 2, y: y + (14 - side) / 2, width: side, height: side,
        class: "day band-" + band, "data-day": iso(d).slice(0, 10) });
      svg(square, "title", {}, `${day(d)}: ${riskfit.ledger.down(score, 0)}, ${block.bands[band].id}` +
        (number.get(d) > 1 ? `, ${number.get(d)} sessions` : ""));
    }
    const legend = document.createElement("p");
    legend.className = "legend small quiet";
    block.bands.forEach((b, i) => {
      const mark = document.createElementNS(NS, "svg"), side = 4 + (9 * i) / top;
      mark.setAttribute("viewBox", "0 0 14 14");
      mark.setAttribute("class", "calendar-mark");
      mark.setAttribute("aria-hidden", "true");
      svg(mark, "rect", { x: (14 - side) / 2, y: (14 - side) / 2, width: side, height: side, class: "band-" + i });
      legend.append(mark, b.id + (i < top ? "   " : ""));
    });
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Calendar of risk");
    scroll.append(root);
    holder.replaceChildren(scroll, legend);
  }
  document.getElementById("calendar").addEventListener("click", (event) => {
    const square = event.target.closest("[data-day]");
    if (square) look({ from: square.dataset.day, to: square.dataset.day, athlete: inputs(scope).athlete, sport: inputs(scope).sport });
  });

  // Weeks, or four together where there are many, with their means; longer silence is a gap.
  const oldest = local.reduce((a, b) => Math.min(a, b), Infinity), bin = newest - oldest > 160 * WEEK ? 4 * WEEK : WEEK;
  document.querySelectorAll("[data-bin]").forEach((e) => { e.textContent = bin === WEEK ? "a week" : "four weeks"; });
  function weekly() {
    const sums = new Map(), causes = Object.keys(block.causes);
    for (const row of scoped()) {
      const week = Math.floor((local[row] - MONDAY) / bin);
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
      if (i && (week - numbers[i - 1]) * bin > 4 * WEEK) {
        out.x.push((MONDAY + (numbers[i - 1] + 1) * bin) * 1000);
        for (const list of [out.score, out.high, out.atl, out.ctl, ...out.causes]) list.push(null);
      }
      const one = sums.get(week);
      out.x.push((MONDAY + week * bin) * 1000);
      out.score.push(one.score / one.n);
      out.high.push(one.high);
      out.atl.push(one.loads ? one.atl / one.loads : null);
      out.ctl.push(one.loads ? one.ctl / one.loads : null);
      one.causes.forEach((sum, k) => out.causes[k].push(sum / one.n));
    });
    return out;
  }

  const one = (x, y, n, name, colour, c, set = {}) => Object.assign({ type: "scatter", mode: "lines", x, y, yaxis: "y" + n, xaxis: "x",
    name, connectgaps: false, hovertemplate: name + " %{y:.1f}<extra></extra>", line: { color: c[colour], width: 1.8 } }, set);
  const head = (text, top, c) => ({ text, xref: "paper", yref: "paper", x: 0, y: top, xanchor: "left", yanchor: "bottom", showarrow: false,
    font: { size: c.size, color: c.ink } });
  const axis = (domain, c, set = {}) => Object.assign({ domain, fixedrange: true, gridcolor: c.line, zeroline: false, nticks: 5,
    tickfont: { size: c.size - 1, color: c.quiet }, rangemode: "tozero" }, set);
  const time = (anchor, c) => ({ anchor, type: "date", gridcolor: c.line, zeroline: false, tickfont: { size: c.size - 1, color: c.quiet },
    hoverformat: "from %-d %b %Y", range: [(oldest - bin) * 1000, (newest + 2 * DAY) * 1000], showspikes: true, spikemode: "across", spikethickness: 1, spikecolor: c.quiet, spikedash: "dot" });
  const last = (y) => y.reduce((a, b) => (b === null ? a : b), 0);
  const ends = (y, other, n, text, colour, c) => ({ text, xref: "paper", x: 1.005, xanchor: "left", yref: "y" + n, y: last(y),
    yshift: last(y) > last(other) ? 6 : -6, showarrow: false, font: { size: c.size - 1, color: c[colour] } });
  const common = { margin: { l: 40, r: 70, t: 26, b: 30 }, hovermode: "x unified", hoversubplots: "axis" };

  function trend(c) {
    const w = weekly();
    const data = [
      one(w.x, w.high, "", "highest", "accent", c, { mode: "markers", marker: { color: c.accent, size: 4, symbol: "circle-open" } }),
      one(w.x, w.score, "", "mean", "accent", c, { line: { color: c.accent, width: 2.2 } }),
      one(w.x, w.atl, "2", "acute", "second", c),
      one(w.x, w.ctl, "2", "chronic", "quiet", c, { line: { color: c.quiet, width: 1.4, dash: "dash" } }),
    ];
    const lines = block.bands.slice(1).map((b) => ({ type: "line", xref: "paper", x0: 0, x1: 1, yref: "y", y0: b.from, y1: b.from,
      line: { color: c.quiet, width: 1, dash: "dot" } }));
    const tags = block.bands.slice(1).map((b) => ({ text: b.id, xref: "paper", x: 0.003, xanchor: "left", yref: "y", y: b.from, yanchor: "bottom",
      showarrow: false, bgcolor: c.paper, font: { size: c.size - 2, color: c.quiet } }));
    return { data, layout: Object.assign({ height: 400, shapes: lines,
      annotations: [head("Score: mean (line) and highest (circles)", 1, c), head("Load, TSS a day", 0.36, c), ...tags,
        ends(w.atl, w.ctl, "2", "acute", "second", c), ends(w.ctl, w.atl, "2", "chronic", "quiet", c)],
      yaxis: axis([0.46, 1], c), yaxis2: axis([0, 0.36], c), xaxis: time("y2", c) }, common) };
  }

  function causes(c) {
    const w = weekly(), names = Object.values(block.causes), layout = Object.assign({ height: 420, annotations: [], xaxis: time("y4", c) }, common);
    const step = 1 / names.length;
    const data = names.map((name, i) => {
      const n = i ? String(i + 1) : "", top = 1 - i * step;
      layout["yaxis" + n] = axis([Math.max(0, top - step + 0.065), top], c, { nticks: 4 });
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
