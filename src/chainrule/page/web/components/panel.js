// A part of a scene with its heading; it may open and close.
import { Help } from "./help.js";
import { html, useId, useState } from "./html.js";
import { Icon } from "./icon.js";

/**
 * @param {{ title: string, children: any, help?: import("./help.js").HelpOf, tools?: any, level?: 3 | 4,
 *   class?: string }} props `tools` stand at the right of the heading
 */
export function Panel({ title, children, help, tools, level = 3, ...rest }) {
  const id = useId();
  return html`<section class=${`panel ${rest.class ?? ""}`} aria-labelledby=${id}>
    <div class="panel-head">
      <${`h${level}`} id=${id}>${title}<//>
      ${help && html`<${Help} of=${help} label=${title} />`}
      ${tools && html`<div class="panel-tools">${tools}</div>`}
    </div>
    <div class="panel-body">${children}</div>
  </section>`;
}

/**
 * A part that opens. Without `open` it remembers by itself whether it is.
 *
 * @param {{ title: string, children: any, open?: boolean, onToggle?: (open: boolean) => void,
 *   first?: boolean, level?: 3 | 4, note?: any, help?: import("./help.js").HelpOf }} props
 *   `first` is whether it begins open; `note` stands beside the title while it is closed
 */
export function Disclosure({
  title,
  children,
  open,
  onToggle,
  first = false,
  level = 3,
  note,
  help,
}) {
  const id = useId();
  const [own, setOwn] = useState(first);
  const shown = open ?? own;
  return html`<section class=${`panel disclosure ${shown ? "open" : ""}`}>
    <div class="panel-head">
      <${`h${level}`}>
        <button
          type="button"
          aria-expanded=${shown}
          aria-controls=${shown ? id : undefined}
          onClick=${() => {
            setOwn(!shown);
            onToggle?.(!shown);
          }}
        >
          <${Icon} name="right" />${title}
        </button>
      <//>
      ${help && html`<${Help} of=${help} label=${title} />`}
      ${note && !shown && html`<span class="disclosure-note">${note}</span>`}
    </div>
    ${shown && html`<div class="panel-body" id=${id}>${children}</div>`}
  </section>`;
}
