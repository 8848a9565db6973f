// A button with words, with a drawing, or with both.
import { html } from "./html.js";
import { Icon } from "./icon.js";

/**
 * @typedef {object} ButtonProps
 * @property {any} [children] what stands on it
 * @property {string} [label] its name where that is more than what stands on it
 * @property {(event: Event) => void} onClick
 * @property {"plain" | "main" | "quiet" | "danger"} [kind]
 * @property {import("./icon.js").IconName} [icon]
 * @property {boolean} [disabled]
 * @property {boolean} [pressed] for a button that stays down
 * @property {boolean} [expanded] for a button that opens something
 * @property {string} [controls] the id of what it opens
 * @property {string} [shortcut] the key that does the same, shown in its title
 * @property {string} [class]
 * @property {any} [elementRef]
 */

/** @param {ButtonProps} props */
export function Button(props) {
  const { children, label, kind = "plain", icon, disabled, pressed, expanded, shortcut } = props;
  const title = label ? (shortcut ? `${label} (${shortcut})` : label) : undefined;
  return html`<button
    type="button"
    class=${`button ${kind} ${props.class ?? ""}`}
    aria-label=${label}
    title=${title}
    disabled=${disabled}
    aria-pressed=${pressed}
    aria-expanded=${expanded}
    aria-controls=${props.controls}
    aria-keyshortcuts=${shortcut}
    onClick=${props.onClick}
    ref=${props.elementRef}
  >
    ${icon && html`<${Icon} name=${icon} />`}${children}
  </button>`;
}

/**
 * A button with a drawing only; `label` is its name.
 *
 * @param {ButtonProps & { icon: import("./icon.js").IconName, label: string }} props
 */
export const IconButton = (props) =>
  html`<${Button} ...${props} class=${`icon-only ${props.class ?? ""}`} />`;
