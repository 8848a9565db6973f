// Your own file: any saved network, energy model or recording, looked into and asked.
import { FileView } from "./file_view.js";
import { texts } from "./texts.js";

const VIEWS = ["ask", "weights", "equations", "run"];

/** @type {import("../scene.js").Scene} */
export const scene = {
  id: "your_file",
  texts,
  initial: () => ({ view: "ask" }),
  reduce: (state, action) =>
    action.type === "view" && VIEWS.includes(action.to) && action.to !== state.view
      ? { ...state, view: action.to }
      : state,
  View: FileView,
  // The file itself never goes into a link: it stays on the machine.
  link: {
    write: (state) => (state.view === "ask" ? {} : { view: state.view }),
    read: (value) => ({ view: VIEWS.includes(value?.view) ? value.view : "ask" }),
  },
};
