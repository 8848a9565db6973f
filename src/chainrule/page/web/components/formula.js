// A printed equation, set by the browser as MathML.
import { createElement } from "../vendor/preact.js";
import { html, useMemo } from "./html.js";
import { usePage } from "./page_context.js";

const TAGS = new Set(
  "math mrow mi mn mo ms mtext mspace mfrac msub msup msubsup munder mover munderover msqrt mroot mtable mtr mtd mstyle mpadded mphantom".split(
    " ",
  ),
);
const ATTRIBUTES = new Set(
  "display mathvariant width stretchy accent form fence separator lspace rspace minsize maxsize displaystyle columnalign rowspacing columnspacing linethickness movablelimits".split(
    " ",
  ),
);
const ENTITIES = /** @type {Record<string, string>} */ ({ amp: "&", lt: "<", gt: ">", quot: '"' });

/**
 * Return elements of a MathML string. Only tags and attributes of the lists above are made, so no
 * text, wherever it comes from, becomes markup. Null where the string is not such MathML.
 *
 * @param {string} text
 */
export function elements(text) {
  /** @type {{ tag: string, props: Record<string, string>, children: any[] }[]} */
  const open = [{ tag: "", props: {}, children: [] }];
  const token = /<(\/?)([a-z]+)((?:\s+[a-z]+="[^"<>]*")*)\s*(\/?)>|([^<>]+)/gy;
  let at = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    at = token.lastIndex;
    const [, closing, tag, attributes, alone, words] = match;
    const parent = open[open.length - 1];
    if (words !== undefined) {
      parent.children.push(
        words.replace(/&(amp|lt|gt|quot|#\d{1,6});/g, (_, name) =>
          name[0] === "#" ? String.fromCodePoint(Number(name.slice(1))) : ENTITIES[name],
        ),
      );
    } else if (closing) {
      const made = open.pop();
      if (!made || made.tag !== tag || open.length === 0) return null;
      open[open.length - 1].children.push(element(made));
    } else {
      if (!TAGS.has(tag)) return null;
      /** @type {Record<string, string>} */
      const props = {};
      for (const [, name, value] of attributes.matchAll(/([a-z]+)="([^"]*)"/g)) {
        if (ATTRIBUTES.has(name)) props[name] = value;
      }
      if (alone) parent.children.push(createElement(tag, props));
      else open.push({ tag, props, children: [] });
    }
  }
  return at === text.length && open.length === 1 ? open[0].children : null;
}

/**
 * Return one element. Browsers draw the sign of a root only with a font for mathematics, and leave it
 * out without a word where there is none: it is written as a sign with a line over what is under it.
 *
 * @param {{ tag: string, props: Record<string, string>, children: any[] }} made
 */
function element({ tag, props, children }) {
  if (tag !== "msqrt") return createElement(tag, props, ...children);
  const sign = createElement("mo", { stretchy: "false", lspace: "0", rspace: "0" }, "√");
  return createElement(
    "mrow",
    null,
    sign,
    createElement("mrow", { class: "radicand" }, ...children),
  );
}

/** @param {{ text: string, block?: boolean }} props the equation as text, as `equations` prints it */
export function Formula({ text, block }) {
  const { formula } = usePage();
  const made = useMemo(() => {
    if (!formula) return null;
    try {
      return elements(formula(text));
    } catch {
      return null;
    }
  }, [text, formula]);
  return html`<span class=${`formula ${block ? "block" : ""}`}>
    ${made ?? html`<code>${text}</code>`}
  </span>`;
}

/**
 * Many equations as `equations` prints them: titles without indentation, equations with two spaces
 * before them, their sides in two columns.
 *
 * @param {{ text: string, label: string }} props
 */
export const Equations = ({ text, label }) =>
  html`<div class="equations" role="group" aria-label=${label}>
    ${text.split("\n").map((line, k) => {
      if (!line.trim()) return null;
      if (!line.startsWith(" ")) return html`<div class="equations-title" key=${k}>${line}</div>`;
      const sign = line.includes(" += ") ? " += " : " = ";
      const [left, ...right] = line.trim().split(sign);
      return right.length
        ? html`<div class="equation" key=${k}>
            <${Formula} text=${left} />
            <${Formula} text=${`${sign.trim()} ${right.join(sign)}`} />
          </div>`
        : html`<div class="equation" key=${k}><${Formula} text=${line.trim()} /></div>`;
    })}
  </div>`;
