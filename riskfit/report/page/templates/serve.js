// Sliders that answer while they move, files that are dropped in, outcomes that are logged.
"use strict";
(() => {
  const token = document.querySelector('meta[name="riskfit-token"]').content;
  const problem = document.getElementById("problem"), said = document.getElementById("said");

  async function ask(address, body, headers = {}) {
    const answer = await fetch(address, { method: "POST", body, headers: Object.assign({ "X-Riskfit-Token": token }, headers) });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error);
    return found;
  }

  function complain(error) {
    if (!problem) return;
    problem.hidden = !error;
    problem.textContent = error ? String(error.message || error) : "";
  }

  // ---- a plan

  const plan = document.getElementById("plan");
  if (plan) {
    const sliders = [...plan.querySelectorAll('input[type="range"]')];
    let asked = 0, shown = 0, busy = false, waiting = false, settle = 0;

    function label(input) {
      const { words, unknown } = input.dataset, place = Math.round((input.value - input.min) / input.step);
      const text = input.disabled ? unknown : words.split("|")[place];
      document.getElementById("o-" + input.name).textContent = text;
      input.setAttribute("aria-valuetext", text);
    }

    function form(full) {
      const day = {};
      plan.querySelectorAll("[data-tells]").forEach((box) => {
        if (box.checked) day[box.dataset.tells] = Number(plan.elements[box.dataset.tells].value);
      });
      const start = plan.elements.start.value;
      return { sport: plan.elements.sport.value, context: plan.elements.context.value, race: plan.elements.race.checked,
        duration_min: Number(plan.elements.duration_min.value), intensity_fraction: Number(plan.elements.intensity_fraction.value),
        start: start ? new Date(start).toISOString() : null, day, full };
    }

    // Charts stay where they are and are drawn anew; all else is replaced by what the server wrote.
    function put(parts, blocks) {
      for (const [id, value] of Object.entries(blocks)) {
        const block = document.getElementById(id);
        if (block) block.textContent = JSON.stringify(value);
      }
      for (const [name, html] of Object.entries(parts)) {
        const place = document.querySelector(`[data-part="${name}"]`), fresh = document.createElement("template");
        fresh.innerHTML = html;
        const open = new Set([...place.querySelectorAll("details[open] > summary")].map((s) => s.textContent));
        fresh.content.querySelectorAll(".chart[id]").forEach((chart) => {
          const old = document.getElementById(chart.id);
          if (!old) return;
          old.setAttribute("aria-label", chart.getAttribute("aria-label"));
          chart.replaceWith(old);
        });
        fresh.content.querySelectorAll("details > summary").forEach((s) => { if (open.has(s.textContent)) s.parentElement.open = true; });
        place.replaceChildren(fresh.content);
      }
      riskfit.refresh();
    }

    async function check(full) {
      if (busy) { waiting = waiting || "quick"; return; }
      busy = true;
      const number = asked += 1;
      try {
        const found = await ask("/api/check", JSON.stringify(form(full)), { "Content-Type": "application/json" });
        if (number > shown) { shown = number; put(found.parts, found.blocks); }
        document.getElementById("now").textContent = found.said;
        if (full) said.textContent = found.said;
        plan.dispatchEvent(new CustomEvent("riskfit:answered", { detail: { full, said: found.said } }));
        complain(null);
      } catch (error) { complain(error); }
      busy = false;
      if (waiting) { waiting = false; check(false); }
    }

    plan.addEventListener("input", (event) => {
      if (event.target.dataset.tells) plan.elements[event.target.dataset.tells].disabled = !event.target.checked;
      sliders.forEach(label);
      check(false);
      clearTimeout(settle);
      settle = setTimeout(function all() { if (busy) settle = setTimeout(all, 60); else check(true); }, 350);
    });
    plan.addEventListener("submit", (event) => event.preventDefault());
    sliders.forEach(label);
  }

  // ---- a file

  const drop = document.getElementById("drop");
  if (drop) {
    const target = document.getElementById("target");
    async function send(file) {
      if (!file) return;
      complain(null);
      said.textContent = riskfit.say(said.dataset.reading, { name: file.name });
      const query = new URLSearchParams({ context: drop.elements.context.value, race: drop.elements.race.checked ? "1" : "0" });
      try {
        const found = await ask("/api/analyze?" + query, file, { "X-Riskfit-Name": encodeURIComponent(file.name),
          "Content-Type": "application/octet-stream" });
        location.href = found.address;
      } catch (error) { said.textContent = ""; complain(error); }
    }
    drop.elements.file.addEventListener("change", () => send(drop.elements.file.files[0]));
    addEventListener("dragover", (event) => { event.preventDefault(); target.classList.add("over"); });
    addEventListener("dragleave", () => target.classList.remove("over"));
    addEventListener("drop", (event) => { event.preventDefault(); target.classList.remove("over"); send(event.dataTransfer.files[0]); });
    drop.addEventListener("submit", (event) => event.preventDefault());
  }

  // ---- how it went

  const table = document.getElementById("table");
  if (table) {
    const block = riskfit.block("batch-data");
    table.addEventListener("riskfit:opened", (event) => {
      const row = event.detail.row, form = event.target.querySelector("form.outcome");
      if (!form) return;
      const start = String(block.columns.start_s[row]), status = form.querySelector('[data-part="logged"]');
      const logged = (words) => { block.logged[start] = words; status.textContent = riskfit.say(status.dataset.logged, { words }); };
      if (block.logged[start]) logged(block.logged[start]);
      form.addEventListener("submit", async (sent) => {
        sent.preventDefault();
        const want = Object.fromEntries(new FormData(form));
        if (!want.cramp) { status.textContent = status.dataset.missing; return; }
        const cramp = want.cramp === "yes", body = { start_s: block.columns.start_s[row], cramp };
        if (cramp) for (const name of ["muscle", "when", "severity"]) if (want[name]) body[name] = want[name];
        try {
          logged((await ask("/api/log", JSON.stringify(body), { "Content-Type": "application/json" })).said);
        } catch (error) { status.textContent = error.message; }
      });
    });
  }
})();
