// The cells of a table: missing words, numbers as people write them, dates. The rules are those of
// the Python readers: files/delimited.py and estimators/tables/.

/** A plain number. */
export const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
export const DECIMAL_COMMA = /^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$/;
export const GROUPS = /^[+-]?\d{1,3}(?: \d{3})+$/;

/** Words for a missing cell, in lower case. */
export const MISSING = new Set(
  (
    "|na|n/a|nan|-nan|nat|null|none|<na>|#na|#n/a|#n/a n/a|?|-|--|1.#ind|-1.#ind|1.#qnan|-1.#qnan|" +
    "#div/0!|#value!|#ref!|#name?|#num!|#null!"
  ).split("|"),
);

/** Words for a missing cell among numbers; among categories they are words like any other. */
export const UNKNOWN = new Set(
  "unknown|missing|not available|not applicable|n.a.|n. a.|n.a|n.d.|tbd|tba|.|..|...|–|—".split(
    "|",
  ),
);

const UNIT = "[$€£¥₹₩₽]|USD|EUR|GBP|CHF|JPY";
const WRITTEN = new RegExp(
  `^(?<sign>[+-]?)\\s*(?<before>(?:${UNIT})?)\\s*(?:` +
    "(?<plain>\\d+(?:\\.\\d+)?|\\.\\d+)" +
    "|(?<groups>[1-9]\\d{0,2}(?<gap>[, '’\\u00a0\\u202f])\\d{3}(?:\\k<gap>\\d{3})*(?:\\.\\d+)?)" +
    "|(?<comma>\\d{1,3}(?:\\.\\d{3})+,\\d+))" +
    `\\s*(?<after>(?:%|${UNIT})?)$`,
);
const INFINITY = /^[+-]?inf(?:inity)?$/i;

/** A cell without blanks around it, or null for a word that means missing. @param {string} text */
export function word(text) {
  const trimmed = text.trim();
  return MISSING.has(trimmed.toLowerCase()) ? null : trimmed;
}

/**
 * Value and unit of a word, or null if it is no number; a word for a missing number has NaN.
 *
 * @param {string} text
 * @returns {{ value: number, unit: string, grouped?: boolean } | null}
 */
export function numberOf(text) {
  if (NUMBER.test(text)) return { value: Number(text), unit: "" };
  if (UNKNOWN.has(text.toLowerCase())) return { value: NaN, unit: "" };
  if (INFINITY.test(text)) return { value: text.startsWith("-") ? -Infinity : Infinity, unit: "" };
  const found = WRITTEN.exec(text)?.groups;
  if (!found || (found.before && found.after)) return null;
  const digits = found.comma
    ? found.comma.replaceAll(".", "").replace(",", ".")
    : found.plain || found.groups.replaceAll(found.gap, "");
  return {
    value: Number(found.sign + digits),
    unit: found.before || found.after,
    grouped: !found.plain,
  };
}

/**
 * True if a number fits a column of this unit. Among $, 5 is $5; among %, 5 is not 5 %.
 *
 * @param {ReturnType<typeof numberOf>} found
 * @param {string} unit
 */
export function fits(found, unit) {
  if (!found) return false;
  const { value, unit: own } = found;
  return own === unit || (own === "" && (unit !== "%" || !value));
}

// ---------------------------------------------------------------- decimal commas

const COMMA_OF_THOUSANDS = /^(?:\D*\d{1,3}(?:,\d{3}){2,}\D*|\D*\d{1,3}(?:,\d{3})+\.\d+\D*)$/;
const WITH_UNIT = new RegExp(
  `^[+-]?\\s*(?:${UNIT})?\\s*(?<digits>\\d[\\d.,]*(?:[eE][+-]?\\d+)?)\\s*(?:%|${UNIT})?$`,
);
const BOTH = /^\d{1,3}(?:\.\d{3})+,\d+$/; // 1.234,50
const POINTS = /^[1-9]\d{0,2}(?:\.\d{3})+$/;
const GROUPED = /^(?:\d{1,3}(?:,\d+)?|[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?)$/;

/** A number as it is written, without sign and unit; "" for any other word. @param {string} text */
export const digitsOf = (text) => WITH_UNIT.exec(text)?.groups?.digits ?? "";

/** True for a word that shows that the table writes decimal commas. @param {string} digits */
export const showsCommas = (digits) => DECIMAL_COMMA.test(digits) || BOTH.test(digits);

/**
 * The words of a column that change when decimal commas become points: 3,5 is 3.5. If the table has
 * decimal commas, 1.234 is 1234 where all points and commas of the column stand as in 1.234,5.
 *
 * @param {Map<string, string>} digits the number in each word, or ""
 * @param {boolean} commas
 * @returns {Map<string, string>}
 */
export function withoutCommas(digits, commas) {
  const changed = new Map(decimalCommas(digits).map((w) => [w, w.replaceAll(",", ".")]));
  const grouped = commas && [...digits.values()].every((d) => !d || GROUPED.test(d));
  if (grouped) {
    for (const [w, d] of digits) if (POINTS.test(d)) changed.set(w, w.replaceAll(".", ""));
  }
  return changed;
}

/**
 * The words like 3,5; none if commas are signs of thousands. $1,234 alone is a number of thousands;
 * in a column that also has $5,50 or 1.234,50 € it is not.
 *
 * @param {Map<string, string>} digits
 */
function decimalCommas(digits) {
  const decimal = [...digits].filter(([, d]) => DECIMAL_COMMA.test(d));
  const sure = decimal.some(([w, d]) => w.replace(/^[+-]+/, "") === d || !/,\d{3}$/.test(d));
  if (!sure && ![...digits.values()].some((d) => BOTH.test(d))) return [];
  if ([...digits.keys()].some((w) => COMMA_OF_THOUSANDS.test(w))) return [];
  return decimal.map(([w]) => w);
}

// ---------------------------------------------------------------- dates and kinds

const MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*";
const CLOCK =
  "(?:[ T]\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?(?: ?[ap]m)?(?:Z|[+-]\\d{2}:?\\d{2})?)?";
const DATE = new RegExp(
  `^(?:\\d{4}[-/]\\d{1,2}(?:[-/]\\d{1,2})?${CLOCK}|\\d{1,2}[./-]\\d{1,2}[./-](?:\\d{4}|\\d{2})${CLOCK}` +
    `|\\d{1,2}[ -]${MONTH}[ -]\\d{2,4}|${MONTH} \\d{1,2}, \\d{4}|\\d{4}年\\d{1,2}月(?:\\d{1,2}日)?)$`,
  "i",
);

/** @param {string} text */
export const isDate = (text) => DATE.test(text);

const SHARE = 0.9; // if this share of the cells are numbers or dates, the others are mistakes
// If half of the cells are numbers, MANY different ones, then FEW different words are mistakes.
const FEW = 3;
const MANY = 20;

const PART = 4000; // words between two breaths

/**
 * What a column holds, from its different words and how often each occurs; kinds.py in Python.
 * Yields now and then, so that a page can breathe.
 *
 * @param {Map<string, number>} counts
 * @returns {Generator<number, { kind: "number" | "category" | "date" | "empty", numbers: Map<string, ReturnType<typeof numberOf>> }>}
 */
export function* guessing(counts) {
  /** @type {Map<string, ReturnType<typeof numberOf>>} */
  const found = new Map();
  let unit = "";
  let seen = 0;
  for (const w of counts.keys()) {
    const number = numberOf(w);
    found.set(w, number);
    if (!unit && number) unit = number.unit;
    if (++seen % PART === 0) yield 0.5;
  }
  let cells = 0;
  let numbers = 0;
  let good = 0;
  let different = 0;
  let coded = false; // 007 is a code
  let dates = 0;
  for (const [w, count] of counts) {
    if (++seen % PART === 0) yield 1;
    const number = found.get(w) ?? null;
    if (number && Number.isNaN(number.value)) continue;
    different++;
    cells += count;
    if (w.length > 1 && w[0] === "0" && /^\d+$/.test(w)) coded = true;
    if (!number && isDate(w)) dates += count;
    if (!fits(number, unit)) continue;
    good++;
    numbers += count;
  }
  return { kind: kindOf(), numbers: found };

  function kindOf() {
    if (!different) return "empty";
    const mistakes = numbers >= cells / 2 && good > MANY && different - good <= FEW;
    if (!coded && (numbers >= SHARE * cells || mistakes)) return "number";
    return dates >= SHARE * cells ? "date" : "category";
  }
}

/** The unit of a column: the first currency or % in it, or "". @param {Map<string, ReturnType<typeof numberOf>>} numbers */
export function unitOf(numbers) {
  for (const number of numbers.values()) if (number?.unit) return number.unit;
  return "";
}
