// A sentence where something was refused, warned of, or done.
import { Refusal } from "../app/refusal.js";
import { IconButton } from "./button.js";
import { html } from "./html.js";
import { Icon } from "./icon.js";
import { usePage } from "./page_context.js";

/**
 * @typedef {object} NoticeProps
 * @property {Refusal | Error | string | null} [refusal] a Refusal is said in the page's language
 * @property {"bad" | "warning" | "good" | "info"} [kind]
 * @property {any} [children] the sentence, where it is no refusal
 * @property {() => void} [onClose]
 * @property {boolean} [small]
 * @property {string} [id]
 */

/** @param {NoticeProps} props */
export function Notice({ refusal, kind = refusal ? "bad" : "info", children, onClose, small, id }) {
  const { t } = usePage();
  if (!refusal && !children) return null;
  const words =
    refusal instanceof Refusal
      ? t(refusal.key, refusal.values)
      : refusal instanceof Error
        ? t("shell.failed", { why: refusal.message })
        : refusal;
  return html`<div
    id=${id}
    class=${`notice ${kind} ${small ? "small" : ""}`}
    role=${kind === "bad" ? "alert" : "status"}
  >
    <${Icon} name=${kind === "good" ? "check" : kind === "info" ? "info" : "warning"} />
    <div class="notice-words">${words}${children}</div>
    ${onClose && html`<${IconButton} icon="close" kind="quiet" label=${t("shell.close")} onClick=${onClose} />`}
  </div>`;
}
