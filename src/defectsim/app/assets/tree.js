// The command tree: units as wide as they are strong, coloured by who is gone, of each world.

import { capital, draw, find, make, number, percent } from "./dom.js";
import { markOf, onScale, showLegend } from "./scale.js";

const ROW = 17;
const GAP = 2;
const BESIDE = 10;
const SMALLEST = 220;

const spoken = (name) => name.replaceAll("_", " ");

export class Tree {
  /** `names` are those of the worlds: of one, or of two side by side. */
  constructor(army, names) {
    this.army = army;
    this.names = names;
    this.below = army.units.map(() => []);
    this.roots = [];
    army.units.forEach(({ parent }, unit) =>
      (parent < 0 ? this.roots : this.below[parent]).push(unit),
    );
    this.selected = this.roots[0];
    this.build();
    showLegend(army);
  }

  build() {
    this.boxes = this.names.map(() => []);
    const whole = Math.max(find("tree").clientWidth, SMALLEST);
    const beside = whole >= 2 * SMALLEST ? this.names.length : 1;
    const width = (whole - (beside - 1) * BESIDE) / beside - (this.names.length > 1 ? 7 : 0);
    find("tree").replaceChildren(...this.roots.map((root) => this.branch(root, width)));
    this.mark(true);
  }

  branch(root, width) {
    const { name, strength } = this.army.units[root];
    const people = make("span", { class: "muted" }, ` ${number(strength)}`);
    const forests = this.names.map((_, world) => this.forest(root, world, width));
    return make(
      "div",
      {},
      make("div", { class: "branch" }, spoken(name), people),
      make("div", { class: "forests" }, ...forests),
    );
  }

  forest(root, world, width) {
    const top = this.army.units[root].level;
    const lowest = Math.min(...this.all(root).map((unit) => this.army.units[unit].level));
    const height = (top - lowest + 1) * (ROW + GAP);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, height, "aria-hidden": "true" });
    this.place(svg, world, root, { left: 0, width, top });
    return make("div", { class: this.names.length > 1 ? `forest world-${world}` : "forest" }, svg);
  }

  all(unit) {
    return [unit, ...this.below[unit].flatMap((below) => this.all(below))];
  }

  /** Draw a unit and those below it, each under its own. */
  place(svg, world, unit, { left, width, top }) {
    const { level, strength, name } = this.army.units[unit];
    const y = (top - level) * (ROW + GAP);
    const wide = Math.max(width - (width > 8 ? 1 : 0.4), 0.5);
    const about = { class: "unit", x: left, y, width: wide, height: ROW };
    const box = draw("rect", { ...about, onclick: () => this.choose(unit) });
    box.append(draw("title", {}, spoken(name)));
    const mark = draw("use", { class: "mark", x: left + wide / 2, y: y + ROW / 2 });
    svg.append(box, mark);
    this.boxes[world][unit] = { box, mark };
    let at = left;
    for (const below of this.below[unit]) {
      const part = (width * this.army.units[below].strength) / Math.max(strength, 1);
      this.place(svg, world, below, { left: at, width: part, top });
      at += part;
    }
  }

  /** Colour the units of all worlds, or of each those that changed. */
  show(worlds, ways, changed) {
    this.worlds = worlds;
    worlds.forEach((world, place) => {
      for (const unit of changed?.[place] ?? this.boxes[place].keys()) {
        const { box, mark } = this.boxes[place][unit];
        box.style.setProperty("--share", onScale(world.share(unit, ways)));
        mark.setAttribute("href", `#mark-${markOf(this.army, world.commander(unit))}`);
      }
    });
    this.tell();
  }

  choose(unit) {
    this.mark(false);
    this.selected = unit;
    this.mark(true);
    this.tell();
  }

  mark(now) {
    for (const boxes of this.boxes) boxes[this.selected].box.classList.toggle("selected", now);
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

  /** Tell of the selected unit in words. */
  tell() {
    const { name, strength } = this.army.units[this.selected];
    const states = this.worlds.map((world, place) => {
      const whose = this.names.length > 1 ? `${capital(this.names[place])}: ` : "";
      return ` ${whose}${this.state(world)}.`;
    });
    const told = `${capital(spoken(name))}: ${number(strength)} people at the start.${states.join("")}`;
    if (find("unit").textContent !== told) find("unit").textContent = told;
  }

  state(world) {
    const { statuses, gone } = this.army;
    const shares = gone.map(
      (status, way) => `${percent(world.share(this.selected, [way]))} ${statuses[status].phrase}`,
    );
    const code = world.commander(this.selected);
    const leads = code < 0 ? "nobody commands it" : `its commander is ${statuses[code].name}`;
    return `${shares.join(", ")}; ${leads}`;
  }
}
