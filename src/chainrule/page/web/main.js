// The beginning: reads the link, makes the store, shows the frame.
import { keepAddress } from "./app/address.js";
import { keepSettings, keptSettings } from "./app/settings.js";
import { Shell } from "./app/shell.js";
import { start } from "./app/start.js";
import { beginning, reduce } from "./app/state.js";
import { createStore } from "./app/store.js";
import { html, render } from "./components/html.js";

const language = navigator.language.startsWith("zh") ? "zh" : "en";
const store = createStore(reduce, beginning({ language, ...keptSettings() }, start, location.hash));
if (!start.bridge) keepAddress(store);
store.watch(keepSettings);
const place = /** @type {HTMLElement} */ (document.getElementById("page"));
place.replaceChildren(); // the name, which was there from the first moment on
render(html`<${Shell} store=${store} />`, place);
