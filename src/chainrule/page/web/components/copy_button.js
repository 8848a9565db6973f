// Puts text on the clipboard and says so.
import { Button } from "./button.js";
import { html, useEffect, useState } from "./html.js";
import { usePage } from "./page_context.js";

/** @param {string} text @returns {Promise<boolean>} */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A page opened from a file may not use the clipboard; a selection can be copied there.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "only-heard";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/**
 * @param {{ text: string | (() => string), label?: string, icon?: import("./icon.js").IconName,
 *   kind?: "plain" | "main" | "quiet" }} props
 */
export function CopyButton({ text, label, icon = "copy", kind = "plain" }) {
  const { t, announce } = usePage();
  const [done, setDone] = useState("");
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(""), 2500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    const ok = await copyText(typeof text === "function" ? text() : text);
    const words = t(ok ? "shell.copied" : "shell.copy.failed");
    setDone(words);
    announce(words);
  };
  return html`<${Button} kind=${kind} icon=${done ? "check" : icon} onClick=${copy}>
    ${done || label || t("shell.copy")}
  <//>`;
}
