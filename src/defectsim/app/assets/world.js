// The worlds as the page knows them: counts of every week, and units as they stand.

import { sum } from "./dom.js";

export class World {
  constructor(army) {
    this.army = army;
    this.history = [];
    this.units = army.units.map(() => [...army.gone.map(() => 0), -1]);
    this.week = 0;
    this.date = army.start;
    this.running = true;
  }

  /** Take a frame; return the numbers of units that changed. */
  take(frame) {
    this.history.length = frame.from;
    this.history.push(...frame.counts);
    this.week = frame.week;
    this.date = frame.date;
    this.running = frame.running;
    for (const [unit, ...state] of frame.units) this.units[unit] = state;
    return frame.units.map(([unit]) => unit);
  }

  /** Return the people of some statuses at a week; of all branches or ranks where none is given. */
  people(week, { branch, rank, statuses }) {
    const { branches, ranks, statuses: all } = this.army;
    const flat = this.history[week];
    let total = 0;
    for (let b = branch ?? 0; b < (branch == null ? branches.length : branch + 1); b += 1) {
      for (let r = rank ?? 0; r < (rank == null ? ranks.length : rank + 1); r += 1) {
        const start = (b * ranks.length + r) * all.length;
        for (const status of statuses) total += flat[start + status];
      }
    }
    return total;
  }

  series(group) {
    return this.history.map((_, week) => this.people(week, group));
  }

  /** Return the share of a unit's people who are gone, by any of some ways. */
  share(unit, ways) {
    const { strength } = this.army.units[unit];
    return strength ? sum(ways.map((way) => this.units[unit][way])) / strength : 0;
  }

  commander(unit) {
    return this.units[unit][this.army.gone.length];
  }
}
