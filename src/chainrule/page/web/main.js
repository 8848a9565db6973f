// The beginning: reads the link, makes the store, shows the frame.
import { Shell } from "./app/shell.js";
import { initial, reduce } from "./app/state.js";
import { createStore } from "./app/store.js";
import { html, render } from "./components/html.js";

const language = navigator.language.startsWith("zh") ? "zh" : "en";
const store = createStore(reduce, initial(language));
const place = /** @type {HTMLElement} */ (document.getElementById("page"));
render(html`<${Shell} store=${store} />`, place);
