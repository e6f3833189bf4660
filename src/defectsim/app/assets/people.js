// People in numbers and in words: who is where, who differs, and what happened.

import { capital, find, make, number } from "./dom.js";

const MOST_LINES = 200;

/** Show how many of each rank or branch are in each status; of a second world below the first. */
export function showWhere(army, worlds, by) {
  const branches = by === "branches";
  const groups = branches ? army.branches : army.ranks.map((rank) => rank.label);
  const codes = army.statuses.map((_, code) => code);
  const heads = [branches ? "branch" : "rank", ...army.statuses.map((status) => status.name)];
  const rows = groups.map((group, code) => {
    const cells = codes.map((status) =>
      cell(worlds, { [branches ? "branch" : "rank"]: code, statuses: [status] }),
    );
    return make("tr", {}, make("th", { scope: "row" }, group.replaceAll("_", " ")), ...cells);
  });
  find("where").replaceChildren(headRow(heads), make("tbody", {}, ...rows));
}

function cell(worlds, group) {
  const [own, other] = worlds.map((world) => world.people(world.history.length - 1, group));
  const below =
    other === undefined
      ? null
      : make("small", { class: own === other ? "muted" : "differs" }, number(other));
  return make("td", {}, number(own), below);
}

function headRow(names) {
  const cells = names.map((name) => make("th", { scope: "col" }, name));
  return make("thead", {}, make("tr", {}, ...cells));
}

/** Show how many people differ between two worlds, and some of them. */
export function showDifferences(army, differ, against) {
  const ranks = army.ranks.flatMap((rank, code) =>
    differ.ranks[code] ? [`${number(differ.ranks[code])} ${rank.label}`] : [],
  );
  const how = ranks.length ? ` (${ranks.join(", ")})` : "";
  find("differ").textContent = differ.people
    ? `${number(differ.people)} of ${number(army.people)} people have changed status otherwise, or on another date${how}; ${number(differ.now)} have another status now. This is one pair of runs: a small study tells how such differences spread.`
    : "So far nobody differs.";
  const rows = differ.named.map((one) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, one.name),
      ...[one.where.replaceAll("_", " "), one.here, one.there].map((text) => make("td", {}, text)),
    ),
  );
  const heads = headRow(["person", "where", "yours", against]);
  find("differ-people").replaceChildren(
    ...(rows.length ? [heads, make("tbody", {}, ...rows)] : []),
  );
}

/** Add the sentences of a frame to the feed, the newest week first. */
export function showEvents(lines, { fresh }) {
  const feed = find("feed");
  if (fresh) feed.replaceChildren();
  const weeks = new Map();
  for (const line of lines) weeks.set(line.date, [...(weeks.get(line.date) ?? []), line]);
  for (const [date, told] of [...weeks].slice(-MOST_LINES)) {
    const items = told.map((line) =>
      make("li", { class: `event ${line.kind}` }, capital(line.text)),
    );
    feed.prepend(make("li", {}, make("h3", {}, date), make("ul", {}, ...items)));
  }
  while (feed.children.length > MOST_LINES) feed.lastChild.remove();
}
