// The page: its state, its controls and keys, and what each reply of the server changes.

import { Curves } from "./curves.js";
import { capital, fillChoice, find, make, number } from "./dom.js";
import { Editor, save } from "./editor.js";
import { Levers } from "./levers.js";
import { Link } from "./link.js";
import { showDifferences, showEvents, showWhere } from "./people.js";
import { Player } from "./player.js";
import { Studies } from "./studies.js";
import { Tree } from "./tree.js";
import { World } from "./world.js";

const WRITTEN = "as written";
const KEPT = "defectsim";
const LEAP = 26;

const state = { scenario: null, text: null, seed: 1, moved: {}, against: "", week: 0, ...kept() };
let names = [];
let army,
  curves,
  tree,
  worlds = [],
  fresh = true,
  busy = false;
let painted = () => {};

const link = new Link(
  { hello, scenario, opened, frame, faults, checked, file, error, progress, study, studies },
  closed,
);
const levers = new Levers((moved) => change({ moved: { ...moved } }));
const editor = new Editor((text) => link.send("check", { text }), edited);
const stored = new Studies(link);
const player = new Player(step, running);

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {};
  }
}

function keep() {
  sessionStorage.setItem(KEPT, JSON.stringify({ ...state, week: worlds[0]?.week ?? 0 }));
}

// Replies

function hello(reply) {
  names = Object.values(reply.groups).flat();
  find("scenario").replaceChildren(
    ...Object.entries(reply.groups).map(([group, of]) =>
      make(
        "optgroup",
        { label: group === "given" ? "given" : group },
        ...of.map((name) => make("option", { value: name }, name)),
      ),
    ),
  );
  if (!names.includes(state.scenario))
    Object.assign(state, { scenario: reply.first, text: null, moved: {}, week: 0 });
  find("folder").textContent = reply.folder;
  stored.list(reply.studies, reply.study);
  if (reply.study) part("studies");
  open();
}

function scenario(reply) {
  find("scenario").value = state.scenario = reply.name;
  find("seed").value = state.seed;
  state.text = reply.edited ? reply.text : null;
  const others = names.filter((name) => name !== reply.name);
  const choices = [
    ["", "nothing"],
    [WRITTEN, "the file as written"],
    ...others.map((name) => [name, name]),
  ];
  fillChoice(find("against"), choices, state.against);
  fillChoice(find("study-against"), [
    ["", "this scenario alone"],
    ...choices.slice(1).map(([value, label]) => [value, `compared with ${label}`]),
  ]);
  editor.written = reply.text;
  if (editor.value !== reply.text) editor.fill(reply.text);
  editor.show([]);
  edited();
  levers.build(reply.sliders, state.moved);
}

function opened(reply) {
  army = reply.army;
  worlds = (reply.against ? [0, 1] : [0]).map(() => new World(army));
  fresh = true;
  find("question").textContent = army.question;
  document.title = `${army.name} · defectsim`;
  const groups = [
    ["", "everybody"],
    ...army.ranks.map((rank, code) => [`rank ${code}`, rank.label]),
    ...army.branches.map((name, code) => [`branch ${code}`, name.replaceAll("_", " ")]),
  ];
  fillChoice(find("group"), groups);
  const ways = army.gone.map((status, way) => [String(way), army.statuses[status].name]);
  fillChoice(find("share"), [
    [army.gone.map((_, way) => way).join(","), `${ways.map(([, name]) => name).join(" or ")}`],
    ...ways,
  ]);
  document.querySelector(".differ").hidden = worlds.length < 2;
  find("legend").hidden = worlds.length < 2;
  find("legend").replaceChildren(
    make("span", { class: "key world-0" }, "yours"),
    make("span", { class: "key world-1" }, reply.against ?? ""),
  );
  curves = new Curves(army);
  tree = new Tree(army, reply.against ? ["yours", reply.against] : ["yours"]);
}

function frame(reply) {
  const changed = worlds.map((world, place) => world.take(reply.worlds[place]));
  curves.show(worlds, group());
  tree.show(worlds, ways(), fresh ? undefined : changed);
  showWhere(army, worlds, find("by").value);
  showEvents(reply.worlds[0].feed, { fresh });
  if (worlds.length > 1) showDifferences(army, reply.differ, state.against);
  const { week, date } = worlds[0];
  find("date").textContent = date;
  find("week").textContent = `step ${week} of ${army.steps}`;
  find("progress").value = week / army.steps;
  fresh = false;
  waiting(false);
  if (!running()) player.pause();
  keep();
  const done = answered();
  requestAnimationFrame(() => setTimeout(done));
}

function faults(reply) {
  editor.show(reply.faults);
  waiting(false);
  notice(
    `The scenario cannot be used: ${reply.faults.map((fault) => `${fault.line && fault.here ? `line ${fault.line}: ` : ""}${fault.message}`).join("; ")}`,
  );
  const first = reply.faults.find((fault) => fault.here && fault.line);
  if (first) {
    part("file");
    editor.go(first);
  }
  answered()();
}

function checked(reply) {
  editor.show(reply.faults);
}

function file(reply) {
  save(reply.name, reply.text);
}

function error(reply) {
  if (["open", "change"].includes(reply.of) && state.against) {
    find("against").value = "";
    change({ against: "" }); // the world itself can be shown
    notice(capital(reply.message));
    return;
  }
  notice(capital(reply.message));
  waiting(false);
  if (reply.of === "study") stored.running(false);
  player.pause();
  answered()();
}

function progress(reply) {
  stored.progress(reply);
}

function study(reply) {
  stored.ended(reply);
}

function studies(reply) {
  stored.list(reply.studies);
}

function closed() {
  player.pause();
  notice(
    "The connection to defectsim is closed: start `defectsim app` again, and reload this page.",
  );
}

function notice(text) {
  find("notice").hidden = !text;
  find("notice").textContent = text;
}

/** Return what waits for this answer, and nothing for further ones. */
function answered() {
  const done = painted;
  painted = () => {};
  return done;
}

// What is asked of the server

function waiting(now) {
  busy = now;
  document.body.classList.toggle("busy", now);
  find("watch").setAttribute("aria-busy", now);
}

function open() {
  player.pause();
  notice("");
  waiting(true);
  link.send("open", state);
}

/** Begin the worlds anew with other levers, or beside another world. */
function change(with_) {
  Object.assign(state, with_, { week: worlds[0]?.week ?? state.week });
  notice("");
  waiting(true);
  keep();
  link.send("change", state);
}

/** Take steps, and wait until they are on the screen. */
function step(weeks = 1) {
  if (busy || !running()) return new Promise((resolve) => setTimeout(resolve, 20));
  const start = performance.now();
  waiting(true);
  link.send("step", { weeks });
  return new Promise((resolve) => {
    painted = () => {
      if (weeks === 1) performance.measure("week", { start });
      resolve();
    };
  });
}

function running() {
  return worlds.some((world) => world.running);
}

function restart() {
  player.pause();
  state.week = 0;
  waiting(true);
  link.send("change", { ...state, week: 0 });
}

// Controls

const group = () => {
  const [kind, code] = find("group").value.split(" ");
  return kind ? { [kind]: Number(code) } : {};
};
const ways = () => find("share").value.split(",").map(Number);

function edited() {
  const changed = editor.value !== editor.written;
  find("apply").disabled = !changed;
  find("discard").disabled = !changed && state.text === null;
}

function part(name) {
  for (const section of document.querySelectorAll("[data-section]"))
    section.hidden = section.dataset.section !== name;
  for (const button of document.querySelectorAll("[data-part]")) {
    if (button.dataset.part === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  if (name === "watch" && army) redraw();
}

function redraw() {
  tree.build();
  tree.show(worlds, ways());
  curves.show(worlds, group());
}

find("play").addEventListener("click", () => player.toggle());
find("step").addEventListener("click", () => step());
find("end").addEventListener("click", () => player.play(LEAP));
find("restart").addEventListener("click", restart);
find("group").addEventListener("change", () => curves.show(worlds, group()));
find("share").addEventListener("change", () => tree.show(worlds, ways()));
find("by").addEventListener("change", () => showWhere(army, worlds, find("by").value));
find("against").addEventListener("change", (event) => change({ against: event.target.value }));
find("scenario").addEventListener("change", (event) => {
  Object.assign(state, {
    scenario: event.target.value,
    text: null,
    moved: {},
    against: "",
    week: 0,
  });
  open();
});
find("seed").addEventListener("change", (event) => {
  const { valueAsNumber, min, max, validity } = event.target;
  if (!validity.valid) {
    notice(`The seed must be a whole number from ${min} to ${number(max)}.`);
    return;
  }
  state.seed = valueAsNumber;
  open();
});
find("apply").addEventListener("click", () => {
  Object.assign(state, { text: editor.value, moved: {}, week: worlds[0]?.week ?? 0 });
  open();
});
find("discard").addEventListener("click", () => {
  Object.assign(state, { text: null, moved: {} });
  open();
});
find("download").addEventListener("click", () => {
  if (editor.value !== editor.written)
    notice("The text has changes that are not applied: apply them first.");
  else link.send("download");
});
for (const button of document.querySelectorAll("[data-part]"))
  button.addEventListener("click", () => part(button.dataset.part));
find("tree").addEventListener("keydown", (event) => {
  if (!event.key.startsWith("Arrow")) return;
  event.preventDefault();
  event.stopPropagation();
  tree.move(event.key);
});

const KEYS = {
  " ": () => player.toggle(),
  ArrowRight: () => step(),
  End: () => player.play(LEAP),
  Home: restart,
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, summary, #feed, [role=group]");
  const pressed = event.key === " " && event.target.closest("button, a");
  if (typing || pressed || find("watch").hidden || event.ctrlKey || event.altKey || event.metaKey)
    return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
let resizing;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => army && redraw(), 100);
});

await link.opened;
link.send("hello");
