// Numbers as Python writes them.

/**
 * Return repr(float): the shortest digits that give the same number, as 1e-05, 0.1, 1.0, 1e+16.
 *
 * @param {number} x
 */
export function pythonFloat(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  const [digits, power] = x.toExponential().split("e");
  const exponent = Number(power);
  const sign = digits.startsWith("-") ? "-" : "";
  const mantissa = digits.replace(/[-.]/g, "");
  if (exponent < -4 || exponent >= 16) {
    const fraction = mantissa.length > 1 ? `.${mantissa.slice(1)}` : "";
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${mantissa[0]}${fraction}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${mantissa}`;
  const whole = mantissa.padEnd(exponent + 1, "0");
  return `${sign}${whole.slice(0, exponent + 1)}.${whole.slice(exponent + 1) || "0"}`;
}

/**
 * Return "%.6g" of a number: six digits, without zeros at the end.
 *
 * @param {number} x
 * @param {number} [digits]
 */
export function general(x, digits = 6) {
  if (x === 0) return Object.is(x, -0) ? "-0" : "0";
  if (!Number.isFinite(x)) return pythonFloat(x);
  const exponent = Number(x.toExponential(digits - 1).split("e")[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa] = x.toExponential(digits - 1).split("e");
    const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
    return `${short}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const fixed = x.toFixed(Math.max(0, digits - 1 - exponent));
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

/**
 * Return a string as json.dumps writes it: everything outside ASCII escaped.
 *
 * @param {string} text
 */
export const pythonJsonText = (text) =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) =>
    c === "\u007f" ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
