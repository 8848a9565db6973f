// A place to drop a file, choose one, or paste.
import { Button } from "./button.js";
import { html, useRef, useState } from "./html.js";
import { Notice } from "./notice.js";
import { usePage } from "./page_context.js";

/**
 * @param {{ label: string, onFile: (file: File) => void | Promise<void>, accept?: string, note?: any,
 *   onText?: (text: string) => void | Promise<void>, refusal?: any, children?: any,
 *   most?: number }} props
 *   `accept` as for an input (".csv,.txt"); with `onText`, pasted text is taken as well; `most` is the
 *   largest size in bytes; a Refusal that `onFile` throws is said here
 */
export function FileDrop({
  label,
  onFile,
  accept,
  note,
  onText,
  refusal,
  children,
  most = 2 ** 28,
}) {
  const { t } = usePage();
  const [over, setOver] = useState(false);
  const [own, setOwn] = useState(/** @type {any} */ (null));
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));

  /** @param {() => void | Promise<void>} work */
  const attempt = async (work) => {
    setOwn(null);
    try {
      await work();
    } catch (why) {
      setOwn(why);
    }
  };
  /** @param {FileList | File[] | null | undefined} files */
  const take = (files) => {
    const list = [...(files ?? [])];
    if (!list.length) return setOwn(t("shell.file.none"));
    if (list.length > 1) return setOwn(t("shell.file.one", { count: list.length }));
    if (list[0].size > most) {
      return setOwn(
        t("shell.file.large", { size: megabytes(list[0].size), most: megabytes(most) }),
      );
    }
    return attempt(() => onFile(list[0]));
  };
  return html`<div
    class=${`file-drop ${over ? "over" : ""}`}
    onDragOver=${(/** @type {DragEvent} */ event) => {
      event.preventDefault();
      setOver(true);
    }}
    onDragLeave=${() => setOver(false)}
    onDrop=${(/** @type {DragEvent} */ event) => {
      event.preventDefault();
      setOver(false);
      take(event.dataTransfer?.files);
    }}
    onPaste=${(/** @type {ClipboardEvent} */ event) => {
      const files = event.clipboardData?.files;
      if (files?.length) take(files);
      else if (onText && !(/** @type {Element} */ (event.target).closest("input, textarea"))) {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        attempt(() => onText(text));
      } else return;
      event.preventDefault();
    }}
  >
    <p class="file-label">${label}</p>
    <div class="file-buttons">
      <${Button} icon="upload" onClick=${() => input.current?.click()}>${t("shell.file.choose")}<//>
      ${children}
    </div>
    <input
      type="file"
      class="only-heard"
      tabindex="-1"
      aria-label=${label}
      ref=${input}
      accept=${accept}
      onChange=${(/** @type {any} */ event) => {
        take(event.target.files);
        event.target.value = "";
      }}
    />
    ${note && html`<p class="file-note">${note}</p>`}
    <${Notice} refusal=${own ?? refusal} />
  </div>`;
}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0)} MB`;
