// What every page does: read its data, know its colours, draw when seen, save its numbers.
"use strict";
const riskfit = (() => {
  const names = ["paper", "ink", "quiet", "line", "wash", "accent", "accent-soft", "second"];
  const charts = [];

  function block(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  function colours(printed) {
    const from = printed ? document.querySelector(".as-printed") : document.documentElement;
    const style = getComputedStyle(from);
    return Object.fromEntries(names.map((n) => [n, style.getPropertyValue("--" + n).trim()]));
  }

  // A chart is a function from colours to plotly's data and layout; it is drawn when it comes
  // into view, and again when the colours change.
  // `paper` is its size when printed, where that is not the whole width.
  function chart(element, make, paper = {}) {
    const one = { element, make, paper, drawn: false };
    charts.push(one);
    if (typeof IntersectionObserver === "undefined") { draw(one); return one; }
    const watch = new IntersectionObserver((seen) => {
      if (seen.some((s) => s.isIntersecting)) { watch.disconnect(); if (!one.drawn) draw(one); }
    }, { rootMargin: "200px" });
    watch.observe(element);
    return one;
  }

  function draw(one, printed = false) {
    const c = Object.assign(colours(printed), { size: printed ? 9 : 12 });
    const { data, layout } = one.make(c);
    const full = Object.assign({
      paper_bgcolor: c.paper, plot_bgcolor: c.paper, autosize: !printed,
      font: { color: c.ink, size: c.size, family: "system-ui, 'Liberation Sans', sans-serif" },
      hoverlabel: { bgcolor: c.wash, bordercolor: c.line, font: { color: c.ink } },
      showlegend: false,
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    }, layout, printed ? Object.assign({ width: 690, height: layout.height * 0.5 }, one.paper) : {});
    one.drawn = true;
    one.element.setAttribute("data-drawn", "true");
    return Plotly.react(one.element, data, full, {
      responsive: true, displaylogo: false, displayModeBar: false, doubleClick: "reset",
    });
  }

  function redraw(printed) {
    charts.forEach((one) => { if (one.drawn || printed) draw(one, printed); });
  }

  // What a chart is made of has changed.
  function refresh() {
    charts.forEach((one) => { if (one.drawn && one.element.isConnected) draw(one); });
  }

  function save(text, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // A sentence of the page with its gaps filled; numbers get their thousands apart.
  function say(text, values) {
    return text.replace(/\{(\w+)\}/g, (_, name) =>
      (typeof values[name] === "number" ? values[name].toLocaleString("en") : values[name]));
  }

  // A number to be read, with the whole of it behind.
  function data(place, value, text) {
    const made = document.createElement("data");
    made.value = value;
    made.textContent = text;
    place.replaceChildren(made);
  }

  // ---- what charts share

  const axis = (c, set) => Object.assign({ gridcolor: c.line, zeroline: false, fixedrange: true,
    tickfont: { size: c.size - 1, color: c.quiet } }, set);
  const title = (text, c) => ({ text, font: { size: c.size, color: c.quiet } });
  const head = (text, y, c) => ({ text, xref: "paper", yref: "paper", x: 0, y, xanchor: "left", yanchor: "bottom",
    showarrow: false, font: { size: c.size, color: c.ink } });
  const spikes = (c) => ({ showspikes: true, spikemode: "across", spikethickness: 1, spikecolor: c.quiet, spikedash: "dot" });

  // Where each band begins, with its name.
  function bands(all, c) {
    const above = all.slice(1);
    return {
      shapes: above.map((band) => ({ type: "line", xref: "paper", x0: 0, x1: 1, yref: "y", y0: band.from, y1: band.from,
        line: { color: c.quiet, width: 1, dash: "dot" } })),
      annotations: above.map((band) => ({ text: band.id, xref: "paper", x: 0.003, xanchor: "left", yref: "y", y: band.from,
        yanchor: "bottom", showarrow: false, bgcolor: c.paper, borderpad: 0, font: { size: c.size - 2, color: c.quiet } })),
    };
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw(false));
  addEventListener("beforeprint", () => redraw(true));
  addEventListener("afterprint", () => redraw(false));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save]");
    if (!button) return;
    save(JSON.stringify(block(button.dataset.save).document, null, 2) + "\n", "riskfit.json");
  });
  // A link to a source opens the list it stands in.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const goal = link && document.getElementById(link.getAttribute("href").slice(1));
    const closed = goal && goal.closest("details:not([open])");
    if (closed) closed.open = true;
  });

  return { block, chart, draw, refresh, colours, save, say, data, axis, title, head, spikes, bands };
})();
