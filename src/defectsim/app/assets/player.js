// Playing: steps one after the other, each asked for when the last one is on the screen.

import { find } from "./dom.js";

/** Parts of the page that would be read aloud with every step. */
const SPOKEN = ["feed", "unit", "date"];

export class Player {
  /** `step` takes some steps and waits for the screen; `running` tells whether any are left. */
  constructor(step, running) {
    this.step = step;
    this.running = running;
    this.playing = false;
  }

  async play(weeks = 1) {
    if (this.playing) return;
    this.show(true);
    while (this.playing && this.running()) {
      const due = performance.now() + (weeks > 1 ? 0 : 1000 / Number(find("speed").value));
      await this.step(weeks);
      await new Promise((resolve) => setTimeout(resolve, Math.max(due - performance.now(), 0)));
    }
    this.pause();
  }

  pause() {
    this.show(false);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  show(playing) {
    this.playing = playing;
    find("play").textContent = playing ? "Pause" : "Play";
    for (const id of SPOKEN) find(id).setAttribute("aria-live", playing ? "off" : "polite");
  }
}
