// Studies: those that are stored, a small one that runs, and the report of one.

import { find, make } from "./dom.js";

export class Studies {
  constructor(link) {
    this.link = link;
    find("run").addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
    find("cancel").addEventListener("click", () => link.send("cancel"));
  }

  start() {
    this.running(true);
    this.link.send("study", {
      replicates: Number(find("replicates").value),
      against: find("study-against").value || null,
    });
  }

  running(now) {
    find("start").disabled = now;
    find("cancel").disabled = !now;
    find("study-progress").hidden = !now;
    if (now) find("study-progress").removeAttribute("value");
  }

  progress({ what, done, runs }) {
    find("study-state").textContent = what;
    if (runs) {
      find("study-progress").max = runs;
      find("study-progress").value = done;
    }
  }

  /** Show what became of the study that was running. */
  ended(study) {
    this.running(false);
    find("study-state").textContent = study.error ?? `${study.answer} ${study.grounds}`;
    this.link.send("studies");
    if (study.name) this.read(study.name);
  }

  list(studies, open) {
    const items = studies.map((study) =>
      make(
        "li",
        {},
        make(
          "button",
          { type: "button", class: "link", onclick: () => this.read(study.name) },
          study.name,
        ),
        make(
          "span",
          { class: "muted" },
          ` ${study.kind}${study.status === "complete" ? "" : `, ${study.status}`}`,
        ),
        make("p", {}, study.question ?? ""),
      ),
    );
    find("stored").replaceChildren(
      ...(items.length ? items : [make("li", { class: "muted" }, "There are none yet.")]),
    );
    if (open) this.read(open);
  }

  read(name) {
    find("reading").hidden = false;
    find("report-title").textContent = `Report: ${name}, being drawn`;
    find("report").onload = () => (find("report-title").textContent = `Report: ${name}`);
    find("report").src = `/report/${encodeURIComponent(name)}`;
    find("reading").scrollIntoView({ block: "nearest" });
  }
}
