// The Python code that does the same as the page, and the way back.
import { Button } from "./button.js";
import { CopyButton } from "./copy_button.js";
import { html, useState } from "./html.js";
import { Notice } from "./notice.js";
import { usePage } from "./page_context.js";
import { TextArea } from "./text_area.js";

/**
 * @param {{ text: string, onRead?: (text: string) => void }} props
 *   `onRead` takes pasted code; a Refusal that it throws is said here
 */
export function PythonPanel({ text, onRead }) {
  const { t, announce } = usePage();
  const [draft, setDraft] = useState(/** @type {string | null} */ (null));
  const [refusal, refuse] = useState(/** @type {any} */ (null));
  const read = () => {
    try {
      onRead?.(draft ?? "");
      setDraft(null);
      refuse(null);
      announce(t("shell.python.taken"));
    } catch (why) {
      refuse(why);
    }
  };
  return html`<div class="python">
    <p>${t("shell.python.note")}</p>
    ${
      draft === null
        ? html`<pre
            class="code-block"
            tabindex="0"
            aria-label=${t("shell.python")}
          ><code>${text}</code></pre>`
        : html`<${TextArea}
            label=${t("shell.python.paste")}
            value=${draft}
            code=${true}
            rows=${Math.max(10, Math.min(24, draft.split("\n").length + 2))}
            refusal=${refusal}
            onChange=${(/** @type {string} */ next) => {
              setDraft(next);
              refuse(null);
            }}
          />`
    }
    <div class="row">
      ${draft === null && html`<${CopyButton} text=${text} kind="main" />`}
      ${
        draft === null &&
        onRead &&
        html`<${Button} icon="draw" onClick=${() => setDraft(text)}>${t("shell.python.edit")}<//>`
      }
      ${
        draft !== null &&
        html`<${Button} kind="main" icon="check" onClick=${read}>${t("shell.python.read")}<//>
          <${Button}
            onClick=${() => {
              setDraft(null);
              refuse(null);
            }}
          >
            ${t("shell.cancel")}
          <//>`
      }
    </div>
    <${Notice} refusal=${draft === null ? refusal : null} />
  </div>`;
}
