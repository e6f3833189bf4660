// The scale of the command tree: colours of shares, marks of commanders, and what they mean.

import { draw, find, make } from "./dom.js";

const STOPS = [0, 0.01, 0.05, 0.25, 1];

/** Return the place of a share on the scale of colours, in per cent: small shares stay visible. */
export const onScale = (share) => `${(100 * Math.sqrt(share)).toFixed(0)}%`;

/** Return the mark of a commander of some status, which is -1 where there is nobody. */
export function markOf(army, status) {
  if (status < 0) return "vacant";
  if (army.statuses[status].kind === "serves") return "none";
  return status === openly(army) ? "gone" : "out";
}

const openly = (army) => army.gone[army.gone.length - 1];

export function showLegend(army) {
  find("tree-legend").replaceChildren(
    marks(),
    ...STOPS.map(swatch),
    explained("gone", `commander ${army.statuses[openly(army)].name}`),
    explained("out", "commander out otherwise"),
    explained("vacant", "no commander"),
  );
}

function swatch(share) {
  const box = draw("rect", { class: "unit", width: 16, height: 10 });
  box.style.setProperty("--share", onScale(share));
  const drawing = draw("svg", { width: 16, height: 10, "aria-hidden": "true" }, box);
  return make("span", {}, drawing, ` ${100 * share} %`);
}

function explained(mark, meaning) {
  const drawing = draw(
    "svg",
    { width: 10, height: 10, viewBox: "-5 -5 10 10", "aria-hidden": "true" },
    draw("use", { class: "mark", href: `#mark-${mark}` }),
  );
  return make("span", {}, drawing, ` ${meaning}`);
}

/** Return the marks of commanders, which differ in shape. */
function marks() {
  return draw(
    "svg",
    { class: "hidden", width: 0, height: 0, "aria-hidden": "true" },
    draw("symbol", { id: "mark-none", overflow: "visible" }),
    draw("symbol", { id: "mark-gone", overflow: "visible" }, draw("circle", { r: 3 })),
    draw(
      "symbol",
      { id: "mark-out", overflow: "visible" },
      draw("path", { d: "M-2.6-2.6 2.6 2.6M-2.6 2.6 2.6-2.6" }),
    ),
    draw(
      "symbol",
      { id: "mark-vacant", overflow: "visible" },
      draw("circle", { r: 2.2, class: "hollow" }),
    ),
  );
}
