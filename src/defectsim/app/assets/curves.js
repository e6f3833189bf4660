// Curves that fill in week by week, each with its number at the end of the line.

import { capital, draw, find, make, number } from "./dom.js";

const HEIGHT = 132;
const MARGIN = { left: 6, right: 62, top: 10, bottom: 20 };

/** Return what the charts show: everybody gone by each way, those of the highest rank, and the rest. */
function chartsOf(army) {
  const { statuses, ranks, gone } = army;
  const top = ranks.length - 1;
  const open = gone[gone.length - 1];
  const doubtful = statuses.flatMap((one, code) => (one.kind === "serves" && code ? [code] : []));
  return [
    ...gone.map((code) => ({ title: capital(statuses[code].name), statuses: [code] })),
    { title: `${ranks[top].label} who ${statuses[open].phrase}`, statuses: [open], rank: top },
    {
      title: capital(doubtful.map((code) => statuses[code].name).join(" or ")),
      statuses: doubtful,
    },
  ];
}

/** Return a round number, the end of an axis that holds a value. */
function roundUp(value) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(value, 4)));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((size) => size * unit).find((end) => end >= value);
}

export class Curves {
  constructor(army) {
    this.army = army;
    this.charts = chartsOf(army).map((about) => this.build(about));
    find("charts").replaceChildren(...this.charts.map((chart) => chart.figure));
  }

  build(about) {
    const svg = draw("svg", { role: "img", height: HEIGHT });
    const figure = make("figure", {}, make("figcaption", {}, about.title), svg);
    return { ...about, svg, figure };
  }

  /** Draw the worlds, the first of them on top; `group` is a branch or rank, or neither. */
  show(worlds, group) {
    for (const chart of this.charts) {
      const chosen = { ...group, statuses: chart.statuses };
      if (chart.rank != null) chosen.rank = chart.rank;
      this.fill(
        chart,
        worlds.map((world) => world.series(chosen)),
      );
    }
  }

  fill(chart, series) {
    const width = Math.max(chart.figure.clientWidth, 220);
    const most = roundUp(Math.max(...series.flat(), 10));
    const across = width - MARGIN.left - MARGIN.right;
    const down = HEIGHT - MARGIN.top - MARGIN.bottom;
    const x = (week) => MARGIN.left + (across * week) / this.army.steps;
    const y = (people) => MARGIN.top + down * (1 - people / most);
    chart.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    chart.svg.setAttribute("aria-label", this.inWords(chart.title, series));
    chart.svg.replaceChildren(
      ...this.axes(x, y, most, width),
      ...series.map((values, world) => this.line(values, world, x, y)).reverse(),
      ...labels(series, x, y),
    );
  }

  inWords(title, series) {
    const last = series.map((values) => number(values[values.length - 1]));
    return last.length > 1 ? `${title}: ${last[0]}, against ${last[1]}` : `${title}: ${last[0]}`;
  }

  axes(x, y, most, width) {
    const { start, steps, stepDays } = this.army;
    const begin = Date.parse(start);
    const years = [];
    const finish = new Date(begin + steps * stepDays * 864e5).getUTCFullYear();
    const every =
      Math.ceil((finish - new Date(begin).getUTCFullYear()) / (width > 330 ? 6 : 4)) || 1;
    for (let year = new Date(begin).getUTCFullYear() + 1; year <= finish; year += every) {
      const week = (Date.UTC(year, 0, 1) - begin) / (stepDays * 864e5);
      years.push(draw("line", { class: "tick", x1: x(week), x2: x(week), y1: y(0), y2: y(0) + 4 }));
      years.push(draw("text", { class: "axis year", x: x(week), y: HEIGHT - 4 }, String(year)));
    }
    return [
      draw("line", { class: "rule", x1: x(0), x2: x(steps), y1: y(0), y2: y(0) }),
      draw("line", { class: "rule faint", x1: x(0), x2: x(steps), y1: y(most), y2: y(most) }),
      draw("text", { class: "axis", x: x(0), y: y(most) + 11 }, number(most)),
      ...years,
    ];
  }

  line(values, world, x, y) {
    const points = values.map((people, week) => `${x(week).toFixed(1)},${y(people).toFixed(1)}`);
    return draw("polyline", { class: `line world-${world}`, points: points.join(" ") });
  }
}

/** Return the number at the end of each line, moved apart where they would overlap. */
function labels(series, x, y) {
  const places = series.map((values, world) => {
    const week = values.length - 1;
    return { world, people: values[week], x: x(week) + 4, y: y(values[week]) + 4 };
  });
  if (places.length === 2 && Math.abs(places[0].y - places[1].y) < 12) {
    const [upper, lower] = places[0].y <= places[1].y ? places : [places[1], places[0]];
    const middle = Math.min((upper.y + lower.y) / 2, HEIGHT - MARGIN.bottom - 6);
    upper.y = middle - 6;
    lower.y = middle + 6;
  }
  return places.map((at) =>
    draw("text", { class: `label world-${at.world}`, x: at.x, y: at.y }, number(at.people)),
  );
}
