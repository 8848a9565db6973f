// Small drawings for buttons, 20 by 20, drawn with the color of the text.
import { html } from "./html.js";

/** Paths by name; a path that ends with "!" is filled, any other is a line. */
const PATHS = {
  play: ["M6 4 L16 10 L6 16 Z!"],
  pause: ["M5 4 H8.5 V16 H5 Z!", "M11.5 4 H15 V16 H11.5 Z!"],
  step: ["M4 4 L12 10 L4 16 Z!", "M14 4 H16.5 V16 H14 Z!"],
  back: ["M16 4 L8 10 L16 16 Z!", "M3.5 4 H6 V16 H3.5 Z!"],
  epoch: ["M3 4 L10 10 L3 16 Z!", "M10 4 L17 10 L10 16 Z!"],
  start: ["M17 4 L10 10 L17 16 Z!", "M10 4 L3 10 L10 16 Z!"],
  reset: ["M4.5 10 A5.5 5.5 0 1 0 6.5 5.8", "M7 2.5 L6.2 6.2 L10 6.8"],
  dice: ["M4 4 H16 V16 H4 Z", "M7 7 h.01 M13 7 h.01 M10 10 h.01 M7 13 h.01 M13 13 h.01"],
  branch: ["M6 4 V16", "M6 12 C6 8 14 10 14 5", "M11.5 7 L14 4 L16.5 7"],
  copy: ["M7 7 H16 V17 H7 Z", "M13 7 V3.5 H4 V13 H7"],
  link: [
    "M8.5 11.5 L11.5 8.5",
    "M9 6 L11 4 A3.5 3.5 0 0 1 16 9 L14 11",
    "M11 14 L9 16 A3.5 3.5 0 0 1 4 11 L6 9",
  ],
  print: ["M6 8 V3 H14 V8", "M6 14 H3.5 V8 H16.5 V14 H14", "M6 12 H14 V17 H6 Z"],
  help: ["M7.2 7.5 A2.8 2.8 0 1 1 10 10.4 V12", "M10 15 h.01"],
  close: ["M5 5 L15 15 M15 5 L5 15"],
  menu: ["M3 5.5 H17 M3 10 H17 M3 14.5 H17"],
  more: ["M5 10 h.01 M10 10 h.01 M15 10 h.01"],
  plus: ["M10 4 V16 M4 10 H16"],
  minus: ["M4 10 H16"],
  check: ["M4 10.5 L8.5 15 L16 5.5"],
  undo: ["M4 8 H12 A4 4 0 0 1 12 16 H8", "M7.5 4.5 L4 8 L7.5 11.5"],
  trash: ["M4 6 H16", "M8 6 V3.5 H12 V6", "M5.5 6 L6.5 17 H13.5 L14.5 6"],
  draw: ["M4 16 L5 12 L13.5 3.5 L16.5 6.5 L8 15 Z"],
  erase: ["M8 16 L3.5 11.5 L11.5 3.5 L16.5 8.5 L9 16 Z", "M7.5 7.5 L12.5 12.5", "M8 16 H17"],
  download: ["M10 3 V12 M6 8.5 L10 12.5 L14 8.5", "M4 16.5 H16"],
  upload: ["M10 13 V4 M6 7.5 L10 3.5 L14 7.5", "M4 16.5 H16"],
  sun: [
    "M10 6.5 A3.5 3.5 0 1 1 10 13.5 A3.5 3.5 0 1 1 10 6.5",
    "M10 2 V3.5 M10 16.5 V18 M2 10 H3.5 M16.5 10 H18 M4.3 4.3 L5.4 5.4 M14.6 14.6 L15.7 15.7 M4.3 15.7 L5.4 14.6 M14.6 5.4 L15.7 4.3",
  ],
  moon: ["M15.5 12.5 A6.5 6.5 0 1 1 8 4 A5.2 5.2 0 0 0 15.5 12.5 Z"],
  settings: [
    "M3 6 H11 M15 6 H17 M3 14 H5 M9 14 H17",
    "M13 4 A2 2 0 1 1 13 8 A2 2 0 1 1 13 4",
    "M7 12 A2 2 0 1 1 7 16 A2 2 0 1 1 7 12",
  ],
  code: ["M7 5 L2.5 10 L7 15", "M13 5 L17.5 10 L13 15"],
  down: ["M5 8 L10 13 L15 8"],
  right: ["M8 5 L13 10 L8 15"],
  left: ["M12 5 L7 10 L12 15"],
  warning: ["M10 3 L18 16.5 H2 Z", "M10 8 V11.5", "M10 14 h.01"],
  info: ["M10 2.5 A7.5 7.5 0 1 1 10 17.5 A7.5 7.5 0 1 1 10 2.5", "M10 9 V14", "M10 6.2 h.01"],
  expand: ["M12 3.5 H16.5 V8 M8 16.5 H3.5 V12 M16.5 3.5 L11.5 8.5 M3.5 16.5 L8.5 11.5"],
  lock: ["M5 9 H15 V17 H5 Z", "M7 9 V6.5 A3 3 0 0 1 13 6.5 V9"],
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {{ name: IconName }} props */
export const Icon = ({ name }) =>
  html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    ${PATHS[name].map((path) =>
      path.endsWith("!")
        ? html`<path d=${path.slice(0, -1)} fill="currentColor" stroke="none" />`
        : html`<path d=${path} />`,
    )}
  </svg>`;
