// Your file: any saved network, energy model or recording, looked into and asked.
import { Refusal } from "../../app/refusal.js";
import { FileView } from "./file_view.js";
import { writePython } from "./python.js";
import { texts } from "./texts.js";

const KINDS = ["network", "table", "recording", "rbm", "stack", "hopfield"];
const VIEWS = ["ask", "weights", "equations", "run"];

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "your_file",
  texts,
  initial: () => ({ view: "ask", file: null }),
  reduce: (state, action) => {
    if (action.type === "view" && VIEWS.includes(action.to) && action.to !== state.view) {
      return { ...state, view: action.to };
    }
    if (
      action.type === "opened" &&
      typeof action.name === "string" &&
      KINDS.includes(action.kind)
    ) {
      return { ...state, file: { name: action.name.slice(0, 200), kind: action.kind } };
    }
    return state;
  },
  View: FileView,
  // The file itself never goes into a link: it stays on the machine.
  link: {
    write: (state) => (state.view === "ask" ? {} : { view: state.view }),
    read: (value) => {
      if (value?.view !== undefined && !VIEWS.includes(value.view)) {
        throw new Refusal("your_file.wrong_link");
      }
      return { view: value?.view ?? "ask", file: null };
    },
  },
  python: { write: writePython },
  examples: [
    { type: "view", to: "weights" },
    { type: "view", to: "nowhere" },
    { type: "view", to: "run" },
  ],
};
