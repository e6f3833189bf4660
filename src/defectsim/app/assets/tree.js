// The command tree: units as wide as they are strong, coloured by who is gone, with their commanders.

import { capital, draw, find, make, number, percent } from "./dom.js";

const ROW = 17;
const GAP = 2;
const STOPS = [0, 0.01, 0.05, 0.25, 1];

/** Return the place of a share on the scale of colours, in per cent: small shares stay visible. */
const onScale = (share) => `${(100 * Math.sqrt(share)).toFixed(0)}%`;

export class Tree {
  constructor(army, select) {
    this.army = army;
    this.below = army.units.map(() => []);
    this.roots = [];
    army.units.forEach(({ parent }, unit) =>
      (parent < 0 ? this.roots : this.below[parent]).push(unit),
    );
    this.selected = this.roots[0];
    this.select = select;
    this.build();
    this.legend();
  }

  build() {
    this.boxes = [];
    const width = Math.max(find("tree").clientWidth - 2, 220);
    find("tree").replaceChildren(...this.roots.map((root) => this.branch(root, width)));
    this.boxes[this.selected].box.classList.add("selected");
  }

  branch(root, width) {
    const top = this.army.units[root].level;
    const depth = top - Math.min(...this.all(root).map((unit) => this.army.units[unit].level)) + 1;
    const height = depth * (ROW + GAP);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, height, "aria-hidden": "true" });
    this.place(svg, root, 0, width, top);
    const { name, strength } = this.army.units[root];
    const title = make(
      "div",
      { class: "branch" },
      name.replaceAll("_", " "),
      " ",
      make("span", { class: "muted" }, number(strength)),
    );
    return make("div", {}, title, svg);
  }

  all(unit) {
    return [unit, ...this.below[unit].flatMap((below) => this.all(below))];
  }

  place(svg, unit, left, width, top) {
    const { level, strength, name } = this.army.units[unit];
    const y = (top - level) * (ROW + GAP);
    const gap = width > 8 ? 1 : 0.4;
    const wide = Math.max(width - gap, 0.5);
    const box = draw("rect", {
      class: "unit",
      x: left,
      y,
      width: wide,
      height: ROW,
      onclick: () => this.choose(unit),
    });
    const mark = draw("use", { class: "mark", x: left + wide / 2, y: y + ROW / 2 });
    const title = draw("title", {}, name);
    box.append(title);
    svg.append(box, mark);
    this.boxes[unit] = { box, mark };
    let at = left;
    for (const below of this.below[unit]) {
      const part = (width * this.army.units[below].strength) / Math.max(strength, 1);
      this.place(svg, below, at, part, top);
      at += part;
    }
  }

  /** Colour some units, or all. */
  show(world, ways, units = this.boxes.keys()) {
    this.world = world;
    this.ways = ways;
    for (const unit of units) {
      const { box, mark } = this.boxes[unit];
      box.style.setProperty("--share", onScale(world.share(unit, ways)));
      mark.setAttribute("href", `#mark-${this.markOf(world.commander(unit))}`);
    }
    this.tell();
  }

  markOf(status) {
    if (status < 0) return "vacant";
    const { kind } = this.army.statuses[status];
    if (kind === "serves") return "none";
    return status === this.army.gone[this.army.gone.length - 1] ? "gone" : "out";
  }

  legend() {
    const defected = this.army.statuses[this.army.gone[this.army.gone.length - 1]].name;
    const swatch = (share) => {
      const box = draw("rect", { class: "unit", width: 16, height: 10 });
      box.style.setProperty("--share", onScale(share));
      return make(
        "span",
        {},
        draw("svg", { width: 16, height: 10, "aria-hidden": "true" }, box),
        ` ${100 * share} %`,
      );
    };
    const mark = (name, what) =>
      make(
        "span",
        {},
        draw(
          "svg",
          { width: 10, height: 10, viewBox: "-5 -5 10 10", "aria-hidden": "true" },
          draw("use", { class: "mark", href: `#mark-${name}` }),
        ),
        ` ${what}`,
      );
    find("tree-legend").replaceChildren(
      marks(),
      ...STOPS.map(swatch),
      mark("gone", `commander ${defected}`),
      mark("out", "commander out otherwise"),
      mark("vacant", "no commander"),
    );
  }

  choose(unit) {
    this.boxes[this.selected].box.classList.remove("selected");
    this.selected = unit;
    this.boxes[unit].box.classList.add("selected");
    this.tell();
  }

  /** Move the selection: up to the unit above, down to the first below, aside to the next. */
  move(key) {
    const { parent } = this.army.units[this.selected];
    const beside = parent < 0 ? this.roots : this.below[parent];
    const place = beside.indexOf(this.selected);
    const target = {
      ArrowUp: parent < 0 ? beside[place - 1] : parent,
      ArrowDown: this.below[this.selected][0] ?? (parent < 0 ? beside[place + 1] : undefined),
      ArrowLeft: beside[place - 1],
      ArrowRight: beside[place + 1],
    }[key];
    if (target !== undefined) this.choose(target);
  }

  tell() {
    const { name, strength } = this.army.units[this.selected];
    const { statuses, gone } = this.army;
    const parts = gone.map(
      (status, way) =>
        `${percent(this.world.share(this.selected, [way]))} ${statuses[status].phrase}`,
    );
    const commander = this.world.commander(this.selected);
    const leads =
      commander < 0 ? "nobody commands it" : `its commander is ${statuses[commander].name}`;
    const told = `${capital(name.replaceAll("_", " "))}: ${number(strength)} people at the start; ${parts.join(", ")}; ${leads}.`;
    if (find("unit").textContent !== told) this.select(told);
  }
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
