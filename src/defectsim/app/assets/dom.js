// Elements of the page, made and found.

export const find = (id) => document.getElementById(id);

/** Make an element with attributes (`on...` are listeners) and children. */
export function make(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** Make an element of a drawing. */
export function draw(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Fill a choice with `[value, label]` pairs, and keep what was chosen if it is still there. */
export function fillChoice(select, pairs, chosen = select.value) {
  select.replaceChildren(...pairs.map(([value, label]) => make("option", { value }, label)));
  if (pairs.some(([value]) => String(value) === String(chosen))) select.value = chosen;
}

const whole = new Intl.NumberFormat("en");
export const number = (value) => whole.format(value);

/** Write a share of 1 in per cent, with a decimal where it is small. */
export function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "under 0.1 %";
  return `${value.toFixed(value < 10 && value > 0 ? 1 : 0)} %`;
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const sum = (values) => values.reduce((total, value) => total + value, 0);
