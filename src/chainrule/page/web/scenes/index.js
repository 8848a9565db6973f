// The scenes, in the order in which the page shows them. A scene is one folder and one line here.
import { scene as articles } from "./articles/index.js";
import { scene as digits } from "./digits/index.js";
import { scene as dreams } from "./dreams/index.js";
import { scene as memories } from "./memories/index.js";
import { scene as oneUpdate } from "./one_update/index.js";
import { scene as optimizers } from "./optimizers/index.js";
import { scene as playground } from "./playground/index.js";
import { scene as yourFile } from "./your_file/index.js";

/** @type {import("./scene.js").Scene[]} */
export const scenes = [
  playground,
  oneUpdate,
  articles,
  digits,
  optimizers,
  memories,
  dreams,
  yourFile,
];
