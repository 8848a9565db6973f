// Dates as people write them: estimators/tables/dates.py in JavaScript.

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const LONG_MONTHS =
  "january february march april may june july august september october november december".split(
    " ",
  );
/** For each directive of strptime its pattern. */
const DIRECTIVES = /** @type {Record<string, string>} */ ({
  Y: "(?<Y>\\d{4})",
  y: "(?<y>\\d{2})",
  m: "(?<m>\\d{1,2})",
  d: "(?<d>\\d{1,2})",
  H: "(?<H>\\d{1,2})",
  I: "(?<I>\\d{1,2})",
  M: "(?<M>\\d{1,2})",
  S: "(?<S>\\d{1,2})",
  p: "(?<p>am|pm)",
  b: `(?<b>${MONTHS.join("|")})`,
  B: `(?<B>${LONG_MONTHS.join("|")})`,
});
const ISO =
  /^(?<Y>\d{4})-(?<m>\d{2})-(?<d>\d{2})(?:[T ](?<H>\d{2}):(?<M>\d{2})(?::(?<S>\d{2})(?:\.\d+)?)?)?$/;

/**
 * Return the time of a date in ms since 1970, NaN if it is no date of this form.
 *
 * @param {string} text
 * @param {string} form "ISO", or a format of `strptime`
 */
export function dateOf(text, form) {
  const pattern =
    form === "ISO"
      ? ISO
      : new RegExp(
          `^${form.replace(/[.^$|()[\]\\/+*?{}]/g, "\\$&").replace(/%(\w)/g, (_, d) => DIRECTIVES[d] ?? "(?!)")}$`,
          "i",
        );
  const found = pattern.exec(text)?.groups;
  if (!found) return NaN;
  const short = Number(found.y);
  const year = found.Y ? Number(found.Y) : short + (short < 69 ? 2000 : 1900);
  const named = found.b
    ? MONTHS.indexOf(found.b.toLowerCase())
    : LONG_MONTHS.indexOf((found.B ?? "").toLowerCase());
  const month = found.m ? Number(found.m) - 1 : named;
  const day = Number(found.d ?? 1);
  const half = found.I ? (Number(found.I) % 12) + (/pm/i.test(found.p ?? "") ? 12 : 0) : 0;
  const hour = found.H ? Number(found.H) : half;
  const [minute, second] = [Number(found.M ?? 0), Number(found.S ?? 0)];
  const time = new Date(Date.UTC(2000, month, day, hour, minute, second));
  time.setUTCFullYear(year, month, day); // Date.UTC takes the years 0 to 99 for others
  const same = time.getUTCMonth() === month && time.getUTCDate() === day;
  const fits = hour < 24 && minute < 60 && second < 60 && Number(found.I ?? 1) <= 12;
  return same && fits && year > 0 ? time.getTime() : NaN;
}
