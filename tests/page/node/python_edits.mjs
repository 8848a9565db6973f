// Code of scenes with one edit: what `read` says of it. JSON in and out: [[scene, from, to], ...].
import { readFileSync } from "node:fs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { scenes } from "../../../src/chainrule/page/web/scenes/index.js";

const answers = JSON.parse(readFileSync(0, "utf8")).map(
  (/** @type {string[]} */ [id, from, to]) => {
    const { python, initial } = /** @type {any} */ (scenes.find((scene) => scene.id === id));
    const code = python.write(initial());
    if (!code.includes(from)) return "not in the code";
    try {
      return python.write(python.read(code.replace(from, to)));
    } catch (error) {
      if (error instanceof Refusal) return error.key;
      throw error;
    }
  },
);
console.log(JSON.stringify(answers));
