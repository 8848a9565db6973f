// Playground.
import * as link from "./link.js";
import * as python from "./python.js";
import { initial, reduce } from "./state.js";
import { texts } from "./texts.js";
import { View } from "./view.js";

/** @type {import("../scene.js").Scene} */
export const scene = { id: "playground", texts, initial, reduce, View, link, python };
