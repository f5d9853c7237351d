// Notices what a keyboard reaches on a page. begin() names what there is to reach, stop() looks at what has the focus,
// end() says what was wrong: one line for each control.
() => {
  if (window.keyboard) return;
  const CONTROLS = "a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const ACTS = "[data-opens], [data-clear], [data-all], [data-switch-unit], :is([hx-get], [hx-post]):not(form, [hx-trigger]), [onclick], [role=button], [role=link]";
  const PRESSED = "a[href], area[href], button, input, select, textarea, summary, label, option, [role=separator]";
  const FIELDS = "input, select, textarea";
  const wrong = [];
  const reached = new Set();
  let wanted = [];
  let last = null;
  let pressed = null;
  let presses = false;
  let fired = 0;

  const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length > 0;
  const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const say = (node, fault) => {
    const at = node.id ? `#${node.id}` : node.name ? `[name=${node.name}]` : "";
    wrong.push(`${fault}: ${node.localName}${at} ${nameOf(node).slice(0, 40) || node.outerHTML.slice(0, 80)}`);
  };

  function nameOf(node) {
    const by = (node.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent);
    const labels = [...(node.labels ?? [])].map((label) => label.textContent);
    const inside = node.matches(FIELDS) ? "" : node.textContent || node.querySelector("img")?.alt;
    const said = [node.getAttribute("aria-label"), ...by, ...labels, inside, node.title, node.placeholder];
    return said.map(plain).find(Boolean) ?? "";
  }

  // One of a group of radio buttons stands for all: the arrows go on from there.
  const group = (node) => (node.type === "radio" ? [...document.getElementsByName(node.name)].filter((each) => each.form === node.form) : [node]);

  function controls() {
    const closed = [...document.querySelectorAll("details:not([open])")];
    const bars = [...document.querySelectorAll("[data-batch][hidden]")];
    closed.forEach((each) => (each.open = true));
    bars.forEach((each) => (each.hidden = false));
    const found = [...document.querySelectorAll(CONTROLS)].filter(
      (node) => node.tabIndex >= 0 && !node.matches(":disabled") && !node.closest("dialog, [inert]") && shown(node),
    );
    closed.forEach((each) => (each.open = false));
    bars.forEach((each) => (each.hidden = true));
    return found;
  }

  // Whatever looks as if it could be pressed must be a control, or stand in one.
  function pointedAtOnly() {
    for (const node of document.body.querySelectorAll("*")) {
      if (!node.matches(ACTS) && getComputedStyle(node).cursor !== "pointer") continue;
      if (shown(node) && !node.closest(`${PRESSED}, dialog`)) say(node, "only a pointer can press it");
    }
  }

  function luminance(colour) {
    const [red, green, blue] = colour.map((each) => (each /= 255) <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  const parts = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);

  function ground(node) {
    for (let at = node; at; at = at.parentElement) {
      const [red, green, blue, alpha = 1] = parts(getComputedStyle(at).backgroundColor);
      if (alpha > 0.9) return [red, green, blue];
    }
    return [255, 255, 255];
  }

  function contrast(one, other) {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  // Two pixels of a colour that stands out from what lies around it, not cut off where the box around it ends.
  function ring(node) {
    const style = getComputedStyle(node);
    const width = parseFloat(style.outlineWidth);
    if (!node.matches(":focus-visible") || style.outlineStyle === "none" || width < 2) return say(node, "no ring");
    const offset = parseFloat(style.outlineOffset);
    const around = offset < 0 ? node : node.parentElement ?? node;
    if (contrast(parts(style.outlineColor).slice(0, 3), ground(around)) < 3) say(node, "a ring that cannot be told from its ground");
    if (cut(node, offset + width)) say(node, "a ring that is cut off");
  }

  function cut(node, reach) {
    const box = node.getBoundingClientRect();
    for (let at = node.parentElement; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.position === "fixed") return false;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = at.getBoundingClientRect();
      const sides = [edge.left > box.left - reach, edge.right < box.right + reach, edge.top > box.top - reach, edge.bottom < box.bottom + reach];
      if (sides.filter(Boolean).length > 2) return true;
    }
    return false;
  }

  function covered(node) {
    const box = node.getBoundingClientRect();
    const points = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]];
    const seen = points.some(([across, down]) => {
      const top = document.elementFromPoint(box.left + box.width * across, box.top + box.height * down);
      return top && (node.contains(top) || top.contains(node) || [...(node.labels ?? [])].some((label) => label.contains(top)));
    });
    if (!seen) say(node, "out of sight, or behind something, when it has the focus");
  }

  function order(node) {
    if (last && !(last.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING)) say(node, "reached before what stands before it");
    if (!last || last.parentElement !== node.parentElement) return;
    const [before, after] = [last.getBoundingClientRect(), node.getBoundingClientRect()];
    const lines = Math.min(before.bottom, after.bottom) - Math.max(before.top, after.top);
    if (lines > 0.5 * Math.min(before.height, after.height) && after.right <= before.left) say(node, "reached after what stands right of it");
  }

  function kind(node) {
    if (node.matches("a[href]")) return "link";
    if (node.matches("button, input[type=submit], input[type=button]")) return "button";
    if (node.matches("input[type=checkbox], input[type=radio]")) return "tick";
    if (node.matches("summary, input, select, textarea, [role=separator]")) return "other";
    return node.matches(".scroll, main, pre") || node.title || node.dataset.why ? "reading" : "unknown";
  }

  // What a press would do is held back; but the first row is chosen, which shows what can be done with it.
  for (const name of ["click", "submit"])
    addEventListener(name, (event) => {
      if (!pressed || event.target.matches("summary, summary *")) return;
      if (name === "click") fired += 1;
      if (pressed.node.name === "chosen" && document.querySelectorAll("[name=chosen]:checked").length === 1) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, { capture: true });

  const PRESSES = { link: ["Enter"], button: ["Enter", "Space"], tick: ["Space"] };

  function settle() {
    if (pressed && fired < pressed.keys.length) say(pressed.node, "does nothing when it is pressed");
    pressed = null;
    fired = 0;
  }

  // The controls behind a part of the page, or all, with the focus where Tab goes to the first of them.
  function startBehind(part) {
    const found = controls();
    last = found.findLast((node) => part?.contains(node) && shown(node)) ?? null;
    if (!last) document.body.tabIndex = -1;
    (last ?? document.body).focus();
    document.body.removeAttribute("tabindex");
    return found.filter((node) => !last || (!part.contains(node) && part.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING));
  }

  window.keyboard = {
    begin({ after, fire }) {
      presses = fire;
      // The browser's own viewer of PDF takes the focus when it likes: what it does with the Tab key is its own.
      for (const frame of document.querySelectorAll("iframe")) frame.removeAttribute("src");
      pointedAtOnly();
      wanted = startBehind(after ? document.querySelector(after) : null);
      for (const node of wanted) if (node.tabIndex > 0) say(node, "a place in the order of its own");
      return wanted.length + 3 * wanted.filter((node) => node.matches("[type=date], [type=time]")).length;
    },
    stop() {
      settle();
      const node = document.activeElement;
      if (node && node === last && reached.has(node)) return []; // a date has three places to go through
      if (!node || node === document.body || reached.has(node) || (last && node.matches(".skip"))) return null;
      reached.add(node);
      if (node.localName !== "iframe") ring(node); // inside it the browser shows where one is
      covered(node);
      order(node);
      if (!nameOf(node)) say(node, "no name");
      const what = kind(node);
      if (what === "unknown") say(node, "reached, and nobody knows what for");
      last = node;
      const closed = node.matches("details:not([open]) > summary");
      const done = node.type === "radio" && node.checked;
      pressed = closed ? null : { node, keys: presses && !done ? PRESSES[what] ?? [] : [] };
      return closed ? ["Enter"] : pressed.keys;
    },
    end() {
      settle();
      for (const node of wanted) if (node.isConnected && !group(node).some((each) => reached.has(each))) say(node, "not reached");
      return [...new Set(wrong)];
    },
  };
}
