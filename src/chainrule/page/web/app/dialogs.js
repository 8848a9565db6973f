// What the bar opens: how the page looks, the link, the keys.
import { Button } from "../components/button.js";
import { Choice } from "../components/choice.js";
import { CopyButton } from "../components/copy_button.js";
import { Dialog } from "../components/dialog.js";
import { html } from "../components/html.js";
import { usePage } from "../components/page_context.js";
import { classColor, PALETTES } from "../components/palette.js";
import { allShortcuts } from "../components/shortcuts.js";
import { Toggle } from "../components/toggle.js";
import { linkOf } from "./state.js";

/** @typedef {{ state: import("./state.js").State, dispatch: (action: any) => void, onClose: () => void }} Props */

/** Theme, colors of data, size of text. @param {Props} props */
export function Display({ state, dispatch, onClose }) {
  const { t, dark } = usePage();
  return html`<${Dialog} title=${t("shell.settings")} onClose=${onClose}>
    <div class="stack">
      <${Choice}
        label=${t("shell.theme")}
        value=${state.theme}
        onChange=${(/** @type {string} */ to) => dispatch({ type: "theme", to })}
        options=${["auto", "light", "dark"].map((value) => ({
          value,
          label: t(`shell.theme.${value}`),
        }))}
      />
      <${Choice}
        label=${t("shell.palette")}
        value=${state.palette}
        onChange=${(/** @type {string} */ to) => dispatch({ type: "palette", to })}
        options=${PALETTES.map((value) => ({
          value,
          label: t(`shell.palette.${value}`),
          picture: html`<svg class="swatch" viewBox="0 0 40 16" aria-hidden="true">
            <rect width="20" height="16" fill=${classColor(0, value, dark, 2)} />
            <rect x="20" width="20" height="16" fill=${classColor(1, value, dark, 2)} />
          </svg>`,
        }))}
      />
      <p class="quiet-words">${t("shell.palette.note")}</p>
      <${Toggle}
        label=${t("shell.larger")}
        value=${state.larger}
        onChange=${(/** @type {boolean} */ to) => dispatch({ type: "larger", to })}
      />
      <p class="quiet-words">${t("shell.motion")}</p>
    </div>
  <//>`;
}

/** The link to what is shown. @param {Props} props */
export function LinkDialog({ state, dispatch, onClose }) {
  const { t } = usePage();
  const text = linkOf(state);
  const address = `${location.href.split("#")[0]}#${text}`;
  return html`<${Dialog} title=${t("shell.link.address")} onClose=${onClose}>
    <div class="stack">
      ${
        text === null
          ? html`<p>${t("shell.link.much")}</p>`
          : html`<p>${t("shell.link.note")}</p>
              <input
                type="text"
                class="code"
                readonly
                aria-label=${t("shell.link.address")}
                value=${address}
                onFocus=${(/** @type {any} */ event) => event.target.select()}
              />
              <${Toggle}
                label=${t("shell.link.look")}
                value=${state.look}
                onChange=${(/** @type {boolean} */ to) => dispatch({ type: "look", to })}
              />
              <div class="row">
                <${CopyButton} text=${address} icon="link" kind="main" label=${t("shell.link")} />
                <${Button} onClick=${onClose}>${t("shell.close")}<//>
              </div>`
      }
    </div>
  <//>`;
}

/** The keys that work now. @param {{ onClose: () => void }} props */
export function Keys({ onClose }) {
  const { t } = usePage();
  return html`<${Dialog} title=${t("shell.keys")} onClose=${onClose}>
    <div class="stack">
      <p>${t("shell.description")}</p>
      <p>${t("shell.keys.note")}</p>
      <table class="keys">
        <thead>
          <tr>
            <th scope="col">${t("shell.keys.key")}</th>
            <th scope="col">${t("shell.keys.what")}</th>
          </tr>
        </thead>
        <tbody>
          ${allShortcuts().map(
            ({ key, label }) =>
              html`<tr key=${key}>
                <td><kbd>${key === " " ? t("shell.keys.space") : key}</kbd></td>
                <td>${label}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      <p>${t("shell.keys.arrows")}</p>
      <p>${t("shell.keys.help.note")}</p>
    </div>
  <//>`;
}
