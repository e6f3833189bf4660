// Levers as sliders, by section, each with its range, source and meaning.

import { find, make } from "./dom.js";

/** Whether levers stand beside the curves, where the first section is open. */
const wide = () => matchMedia("(min-width: 1101px)").matches;
const short = (value) => String(Number(Number(value).toPrecision(6)));

export class Levers {
  /** `changed` is called with the values of all levers that are moved. */
  constructor(changed) {
    this.changed = changed;
    this.moved = {};
    this.rows = [];
    find("filter").addEventListener("input", () => this.filter());
    find("reset").addEventListener("click", () => this.reset());
  }

  build(sliders, moved) {
    this.moved = { ...moved };
    const groups = new Map();
    this.rows = sliders.map((slider) => this.row(slider));
    for (const one of this.rows)
      groups.set(one.slider.group, [...(groups.get(one.slider.group) ?? []), one.row]);
    this.groups = [...groups].map(([name, rows], place) =>
      make(
        "details",
        { open: place === 0 && wide() },
        make("summary", {}, `${name} (${rows.length})`),
        ...rows,
      ),
    );
    const none = make("p", { class: "muted" }, "This scenario gives no number a range.");
    find("levers").replaceChildren(...(this.groups.length ? this.groups : [none]));
    this.mark();
    this.filter();
  }

  row(slider) {
    const value = this.moved[slider.path] ?? slider.value;
    const id = `lever-${slider.path}`;
    const output = make("output", { for: id }, short(value));
    const input = make("input", {
      id,
      type: "range",
      min: slider.low,
      max: slider.high,
      step: slider.step,
      value,
      "data-path": slider.path,
      oninput: () => (output.textContent = short(input.value)),
      onchange: () => this.move(slider, Number(input.value)),
    });
    const row = make(
      "div",
      { class: "lever" },
      make("label", { for: id }, slider.name),
      output,
      input,
      make(
        "span",
        { class: "ends muted" },
        make("span", {}, short(slider.low)),
        make("span", {}, short(slider.high)),
      ),
      slider.about ? make("p", {}, slider.about) : null,
      make(
        "p",
        { class: "source" },
        make("b", { class: slider.grade }, slider.grade),
        " ",
        slider.source || "no source",
      ),
    );
    return { slider, row, input, output };
  }

  move(slider, value) {
    if (value === slider.value) delete this.moved[slider.path];
    else this.moved[slider.path] = value;
    this.mark();
    this.changed(this.moved);
  }

  mark() {
    for (const { slider, row } of this.rows)
      row.classList.toggle("moved", slider.path in this.moved);
    find("reset").disabled = !Object.keys(this.moved).length;
  }

  reset() {
    this.moved = {};
    for (const { slider, input, output } of this.rows) {
      input.value = slider.value;
      output.textContent = short(slider.value);
    }
    this.mark();
    this.changed(this.moved);
  }

  /** Show the levers whose name, meaning or source has a text. */
  filter() {
    const wanted = find("filter").value.trim().toLowerCase();
    for (const { slider, row } of this.rows) {
      const text = `${slider.name} ${slider.path} ${slider.about}`
        .toLowerCase()
        .replaceAll("_", " ");
      row.hidden = !text.includes(wanted.replaceAll("_", " "));
    }
    for (const [place, group] of (this.groups ?? []).entries()) {
      const any = group.querySelector(".lever:not([hidden])");
      group.hidden = !any;
      group.open = wanted ? Boolean(any) : place === 0 && wide();
    }
  }
}
