// One update: every number of a step of training, and where each of them came from.
import { python } from "./python.js";
import { initial, link, reduce } from "./state.js";
import { texts } from "./texts.js";
import { View } from "./view.js";

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "one_update",
  texts,
  initial,
  reduce,
  View,
  link,
  python,
  examples: [
    { type: "example", to: "softmax" },
    { type: "step", to: 3 },
    { type: "stage", to: 2 },
    { type: "look", to: "dz1[0, 1]" },
    { type: "row", to: 1 },
    { type: "big", to: true },
  ],
};
