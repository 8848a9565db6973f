// Twin of scalar.py: powers of single numbers, computed with + - * / alone.
#ifndef CHAINRULE_SCALAR_H
#define CHAINRULE_SCALAR_H
#include "rules.h"

#define LN2_HIGH 0x1.62e42fefa3800p-1 // ln 2 to 42 bits: k LN2_HIGH is exact for |k| < 2048
#define LN2_LOW 0x1.ef35793c76730p-45 // the rest of ln 2

// e^x = 2^k e^r with x = k ln 2 + r, e^r = sum of r^n / n!
static double scalar_exp(double x) {
  const double rounded = x / (LN2_HIGH + LN2_LOW) + 0x1.8p52, k = rounded - 0x1.8p52;
  const double r = (x - k * LN2_HIGH) - k * LN2_LOW;
  double total = 1;
  for (int n = 17; n > 0; n--) total = 1 + total * r / n;
  for (long i = (long)k; i < 0; i++) total /= 2;
  for (long i = (long)k; i > 0; i--) total *= 2;
  return total;
}

// ln x = k ln 2 + 2 (s + s^3/3 + s^5/5 + ...) with x = 2^k m, s = (m - 1) / (m + 1), for 0 < x
// <= 1.
static double scalar_log(double x) {
  double m = x, k = 0, total = 0;
  for (; m < 0.7071067811865476; k--) m *= 2;
  const double s = (m - 1) / (m + 1);
  for (int n = 25; n > 0; n -= 2) total = total * s * s + 1.0 / n;
  return k * LN2_HIGH + (2 * s * total + k * LN2_LOW);
}

// x^y for 0 < x <= 1 and y >= 0; by squaring where y is whole.
static double real_power(double x, double y) {
  if (y == (double)(long)y) return power(x, (long)y);
  return scalar_exp(y * scalar_log(x));
}
#endif
