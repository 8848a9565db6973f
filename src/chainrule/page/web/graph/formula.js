// A printed equation as MathML, as plots/mathml.py writes it.

/** @type {Record<string, string>} */
const RAISED = {
  ᵀ: "<mi>⊤</mi>",
  "²": "<mn>2</mn>",
  "³": "<mn>3</mn>",
  ᵗ: "<mi>t</mi>",
  "⁺": "<mo>+</mo>",
  "⁻": "<mo>−</mo>",
  "⁻¹": "<mn>−1</mn>",
};
/** @type {Record<string, string>} */
const LOWERED = { ₙ: "n", ₖ: "k", ᵢ: "i", ⱼ: "j", ₜ: "t" };
const HALF = "<mfrac><mn>1</mn><mn>2</mn></mfrac>";
const THIN = '<mspace width="0.17em"></mspace>';
const FUNCTIONS = new Set(
  (
    "exp log sqrt max min sign tanh cosh sinh sin cos arctan erf softmax softplus onehot mask " +
    "patches fold vec reshape concat pad repeat transpose noise mean K if else and or σ Φ φ"
  ).split(" "),
);
const OPEN = ["(", "["];
const CLOSE = [")", "]"];

const HAT = "\u0302"; // after its letter
const LETTER = "(?:(?![ᵀₙₖᵢⱼₜ½²³ᵗ])[\\p{L}\\p{No}\\p{Nl}])";
const TOKEN = new RegExp(
  `\\+=|⁻¹|${LETTER}${HAT}|${LETTER}+(?:_${LETTER}+)*\\p{Nd}*(?:_\\p{Nd}+)?|` +
    "\\p{Nd}+(?:\\.\\p{Nd}+)?(?:e-?\\p{Nd}+)?|.",
  "gu",
);
const NAME =
  /^(d?)([\p{L}\p{No}\p{Nl}_]*?[\p{L}\p{No}\p{Nl}])(\p{Nd}*)(?:_(\p{Nd}+|[a-z]{1,2}))?$/u;
const POWER_OF_TEN = /^(\p{Nd}+(?:\.\p{Nd}+)?)e(-?)0*(\p{Nd}+)$/u;

/** Escape the signs of XML; replace what cannot be printed. @param {string} text */
const clean = (text) =>
  text
    .replace(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");

/**
 * Return one printed equation as a MathML element.
 *
 * @param {string} equation
 */
export function formula(equation) {
  const tokens = equation.replace(/(?<=\p{Nd})e\+(?=\p{Nd})/gu, "e").match(TOKEN) ?? [];
  const [atoms] = atomsOf(tokens, 0, "");
  return `<math display="inline"><mrow>${atoms.join("")}</mrow></math>`;
}

/**
 * Return the elements up to the bracket that closes, and the position after it.
 *
 * @param {string[]} tokens
 * @param {number} k
 * @param {string} until
 * @returns {[string[], number]}
 */
function atomsOf(tokens, k, until) {
  /** @type {string[]} */
  const atoms = [];
  while (k < tokens.length) {
    const token = tokens[k];
    k += 1;
    if (token === until) break;
    if (token === "√") {
      const [root, next] = rootOf(tokens, k);
      atoms.push(root);
      k = next;
    } else if (OPEN.includes(token)) {
      const close = CLOSE[OPEN.indexOf(token)];
      const [inner, next] = atomsOf(tokens, k, close);
      const [left, right] = [token, close].map((b) => `<mo stretchy="false">${b}</mo>`);
      atoms.push(`<mrow>${left}${inner.join("")}${right}</mrow>`);
      k = next;
    } else if (Object.hasOwn(RAISED, token) && atoms.length) {
      atoms.push(`<msup>${atoms.pop()}${RAISED[token]}</msup>`);
    } else if (Object.hasOwn(LOWERED, token) && atoms.length) {
      atoms.push(`<msub>${atoms.pop()}<mi>${LOWERED[token]}</mi></msub>`);
    } else atoms.push(token === " " ? THIN : atomOf(token));
  }
  return [atoms, k];
}

/** The square root of what follows: a bracket, or one name. @param {string[]} tokens @param {number} k @returns {[string, number]} */
function rootOf(tokens, k) {
  if (tokens[k] === "(") {
    const [inner, next] = atomsOf(tokens, k + 1, ")");
    return [`<msqrt>${inner.join("")}</msqrt>`, next];
  }
  if (k < tokens.length && tokens[k] !== " ") {
    return [`<msqrt>${atomOf(tokens[k])}</msqrt>`, k + 1];
  }
  return ["<mo>√</mo>", k];
}

/** A name, a number or a sign. @param {string} token */
function atomOf(token) {
  if (/^[\p{Nd}²³¹⁰⁴-⁹₀-₉]/u.test(token) && !token.includes("½")) {
    const power = POWER_OF_TEN.exec(token);
    if (!power) return `<mn>${token}</mn>`;
    const factor = power[1] === "1" ? "" : `<mn>${power[1]}</mn><mo>·</mo>`;
    const minus = power[2] ? "<mo>−</mo>" : "";
    return `${factor}<msup><mn>10</mn><mrow>${minus}<mn>${power[3]}</mn></mrow></msup>`;
  }
  if (token === "½") return HALF;
  if (token.endsWith(HAT)) {
    return `<mover accent="true"><mi>${clean([...token][0])}</mi><mo>^</mo></mover>`;
  }
  if (["if", "else", "and", "or"].includes(token)) return `<mtext>&#160;${token}&#160;</mtext>`;
  if (FUNCTIONS.has(token)) return `<mi mathvariant="normal">${clean(token)}</mi>`;
  const found = NAME.exec(token);
  if (found) return nameOf(found[1], found[2], found[3], found[4]);
  return `<mo stretchy="false">${clean(token)}</mo>`;
}

/**
 * W1 with its index; the d of a gradient is upright.
 *
 * @param {string} gradient
 * @param {string} letter
 * @param {string} number
 * @param {string | undefined} again
 */
function nameOf(gradient, letter, number, again) {
  const kind = [...letter].length === 1 ? "" : ' mathvariant="normal"';
  let name = `<mi${kind}>${clean(letter)}</mi>`;
  const index = [number, again].filter(Boolean).join(",");
  if (index) {
    const tag = /^\p{L}+$/u.test(index) ? "mi" : "mn";
    name = `<msub>${name}<${tag}>${index}</${tag}></msub>`;
  }
  return gradient ? `<mrow><mi mathvariant="normal">d</mi>${name}</mrow>` : name;
}
