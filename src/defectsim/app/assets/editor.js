// The scenario as text: line numbers, and faults at their lines.

import { find, make } from "./dom.js";

const WAIT = 400;

export class Editor {
  /** `check` is called with a text that has been typed; `changed` whenever there is another one. */
  constructor(check, changed) {
    this.text = find("text");
    this.written = "";
    this.changed = changed;
    this.text.addEventListener("input", () => {
      this.number();
      this.faults = [];
      this.changed();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => check(this.text.value), WAIT);
    });
    this.text.addEventListener("scroll", () => this.follow());
  }

  fill(text) {
    this.text.value = text;
    this.text.scrollTop = 0;
    this.number();
    this.show([]);
  }

  get value() {
    return this.text.value;
  }

  number() {
    const lines = this.text.value.split("\n").length;
    if (lines !== this.lines) {
      this.lines = lines;
      find("gutter").textContent = Array.from({ length: lines }, (_, line) => line + 1).join("\n");
    }
    this.follow();
  }

  follow() {
    find("gutter").style.transform = `translateY(${-this.text.scrollTop}px)`;
    find("marks").style.transform = `translateY(${-this.text.scrollTop}px)`;
    find("marks").style.setProperty("--scrolled", `${this.text.scrollLeft}px`);
  }

  /** Show faults at their lines, and below as a list that leads there. */
  show(faults) {
    const lines = this.text.value.split("\n");
    const placed = faults.filter((fault) => fault.here && fault.line);
    find("marks").replaceChildren(
      ...placed.map((fault) => {
        const mark = make(
          "div",
          { class: "mark-line" },
          make("i"),
          make("span", {}, fault.message),
        );
        mark.style.setProperty("--line", fault.line - 1);
        mark.style.setProperty("--column", (lines[fault.line - 1] ?? "").length + 2);
        return mark;
      }),
    );
    const items = faults.map((fault) =>
      make(
        "li",
        {},
        this.link(fault),
        fault.path ? make("code", {}, fault.path) : null,
        ` ${fault.message}`,
      ),
    );
    const title = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    find("faults").replaceChildren(
      ...(faults.length ? [make("h3", {}, title), make("ul", {}, ...items)] : []),
    );
    this.text.setAttribute("aria-invalid", faults.length > 0);
  }

  link(fault) {
    if (!(fault.here && fault.line)) return make("span", {}, fault.file ? `${fault.file}: ` : "");
    const place = `line ${fault.line}, column ${fault.column ?? 1}`;
    return make("button", { type: "button", class: "link", onclick: () => this.go(fault) }, place);
  }

  go({ line, column }) {
    const lines = this.text.value.split("\n");
    const before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    this.text.focus();
    this.text.setSelectionRange(before + (column ?? 1) - 1, before + (column ?? 1) - 1);
    const height = parseFloat(getComputedStyle(this.text).lineHeight);
    this.text.scrollTop = Math.max(0, (line - 4) * height);
  }
}

/** Give the browser a text to save as a file. */
export function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
