// Sums inside a row. Number k belongs to logical lane k % 16, for every width of the registers; at
// the end the lanes are added in halves.
#ifndef CHAINRULE_LANES_H
#define CHAINRULE_LANES_H
#include "vector_math.h"

// Lane i += lane i + 8, then 4, 2, 1.
INLINE real sum_lanes(real *lane) {
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] += lane[i + half];
  return lane[0];
}

// total = the sum over k < n of `term`, an expression of k.
#define SUM_OVER(k, n, term, total)                                  \
  do {                                                               \
    real lane_[LANES] = {0};                                         \
    const long whole_ = (n) - (n) % LANES;                           \
    for (long start_ = 0; start_ < whole_; start_ += LANES)          \
      for (long i_ = 0; i_ < LANES; i_++) {                          \
        const long k = start_ + i_;                                  \
        lane_[i_] += (term);                                         \
      }                                                              \
    for (long k = whole_; k < (n); k++) lane_[k - whole_] += (term); \
    (total) = sum_lanes(lane_);                                      \
  } while (0)

// The larger number; NaN if one is NaN.
INLINE real larger(real a, real b) {
  return b > a || b != b ? b : a;
}

// The numbers after the last whole block of 16, and `fill` in the other lanes.
INLINE void last_block(long n, const real *x, real fill, real *block) {
  for (int i = 0; i < LANES; i++) block[i] = fill;
  for (long k = n - n % LANES; k < n; k++) block[k % LANES] = x[k];
}

// The largest of n >= 1 numbers; NaN if one is NaN. The order of its lanes does not matter.
INLINE real largest(long n, const real *x) {
  real lane[LANES];
  last_block(n, x, x[0], lane);
  for (long start = 0; start + LANES <= n; start += LANES)
    for (int i = 0; i < LANES; i++) lane[i] = larger(lane[i], x[start + i]);
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] = larger(lane[i], lane[i + half]);
  return lane[0];
}

// e[k] = exp(z[k] - m). Returns their sum. e may be z.
INLINE real exponentials(long n, const real *z, real m, real *e) {
  real lane[LANES] = {0}, last[LANES];
  last_block(n, z, m, last);
  long start = 0;
  for (; start + LANES <= n; start += LANES)
    for (int i = 0; i < LANES; i++) lane[i] += e[start + i] = exponential(z[start + i] - m);
  for (int i = 0; i < LANES; i++) last[i] = exponential(last[i] - m);
  for (int i = 0; start + i < n; i++) lane[i] += e[start + i] = last[i];
  return sum_lanes(lane);
}

// The same sum without the numbers.
INLINE real sum_of_exponentials(long n, const real *z, real m) {
  real lane[LANES] = {0}, last[LANES];
  last_block(n, z, m, last);
  for (long start = 0; start + LANES <= n; start += LANES)
    for (int i = 0; i < LANES; i++) lane[i] += exponential(z[start + i] - m);
  for (int i = 0; i < LANES; i++) last[i] = i < n % LANES ? exponential(last[i] - m) : 0;
  for (int i = 0; i < LANES; i++) lane[i] += last[i];
  return sum_lanes(lane);
}

// Short rows side by side: 16 rows of up to FEW numbers are transposed, so that each row is a lane
// of the registers. turned[16 k + r] is number k of row r. The sums have the same bits as
// sum_of_exponentials.
enum { FEW = 64 };

// PIECE rows of 16 bytes each are transposed in registers. If they were stored number by number,
// each store would delay the next load of a vector.
enum { PIECE = 16 / sizeof(real) };
typedef real Piece __attribute__((vector_size(16), aligned(sizeof(real)), may_alias));

// r[i][k] and r[k][i] change places.
INLINE void turn_pieces(Piece *r) {
#if REAL_BITS == 32
#define MIXED(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
  const Piece s[] = {MIXED(r[0], r[1], 0, 4, 1, 5), MIXED(r[2], r[3], 0, 4, 1, 5),
                     MIXED(r[0], r[1], 2, 6, 3, 7), MIXED(r[2], r[3], 2, 6, 3, 7)};
  r[0] = MIXED(s[0], s[1], 0, 1, 4, 5), r[1] = MIXED(s[0], s[1], 2, 3, 6, 7);
  r[2] = MIXED(s[2], s[3], 0, 1, 4, 5), r[3] = MIXED(s[2], s[3], 2, 3, 6, 7);
#else
  const Piece first = r[0];
  r[0] = (Piece){first[0], r[1][0]}, r[1] = (Piece){first[1], r[1][1]};
#endif
}

// Where piece k of a row begins. The last piece ends with the row.
INLINE long piece_at(long k, long n) {
  return k + PIECE <= n ? k : n - PIECE;
}

// turned[16 k + r] = row[r][k]
INLINE void turn_rows(long n, const real *const *row, real *turned) {
  for (long k = 0; k < n && n >= PIECE; k += PIECE)
    for (int r = 0; r < LANES; r += PIECE) {
      const long at = piece_at(k, n);
      Piece p[PIECE];
      for (int i = 0; i < PIECE; i++) p[i] = *(const Piece *)(row[r + i] + at);
      turn_pieces(p);
      for (int i = 0; i < PIECE; i++) *(Piece *)(turned + LANES * (at + i) + r) = p[i];
    }
  for (int r = 0; r < LANES && n < PIECE; r++)
    for (long k = 0; k < n; k++) turned[LANES * k + r] = row[r][k];
}

// Turns the first `count` rows back: row[r][k] = turned[16 k + r], or += with `add`.
INLINE void turn_back(long n, long count, const real *turned, real *const *row, int add) {
  const long whole = add || n < PIECE ? 0 : count - count % PIECE;
  for (long r = 0; r < whole; r += PIECE)
    for (long k = 0; k < n; k += PIECE) {
      const long at = piece_at(k, n);
      Piece p[PIECE];
      for (int i = 0; i < PIECE; i++) p[i] = *(const Piece *)(turned + LANES * (at + i) + r);
      turn_pieces(p);
      for (int i = 0; i < PIECE; i++) *(Piece *)(row[r + i] + at) = p[i];
    }
  for (long r = whole; r < count; r++)
    for (long k = 0; k < n; k++) {
      const real x = turned[LANES * k + r];
      row[r][k] = add ? row[r][k] + x : x;
    }
}

// turned = exp(turned - largest), and their sums: number k is added to lane k % 16, then the lanes
// in halves. (If a row has a NaN, `largest` may be any number: the sum is NaN.)
INLINE void exponentials_of_rows(long n, real *turned, real *largest, real *sum) {
  real lane[LANES * LANES];
  const long lanes = n < LANES ? n : LANES;
  for (int r = 0; r < LANES; r++) largest[r] = turned[r];
  for (long k = 1; k < n; k++) {
    const real *x = turned + LANES * k;
    for (int r = 0; r < LANES; r++) largest[r] = x[r] > largest[r] ? x[r] : largest[r];
  }
  for (long k = 0; k < lanes; k++) {
    real *x = turned + LANES * k, *own = lane + LANES * k;
    for (int r = 0; r < LANES; r++) own[r] = x[r] = exponential(x[r] - largest[r]);
  }
  for (long k = LANES; k < n; k++) {
    real *x = turned + LANES * k, *own = lane + LANES * (k % LANES);
    for (int r = 0; r < LANES; r++) own[r] += x[r] = exponential(x[r] - largest[r]);
  }
  long left = lanes;
  for (long half = LANES / 2; half > 0; half /= 2) {
    for (long k = 0; k + half < left; k++)
      for (long r = 0; r < LANES; r++) lane[LANES * k + r] += lane[LANES * (k + half) + r];
    left = smaller_of(left, half);
  }
  for (int r = 0; r < LANES; r++) sum[r] = lane[r];
}

// For `count` <= 16 vectors of n numbers: m = the largest, sum = the sum over k of exp(x[k] - m).
// All 16 pointers must be readable.
INLINE void largest_and_sums(long n, long count, const real *const *x, real *m, real *sum) {
  if (n <= FEW && count > 2) {
    real turned[LANES * FEW];
    turn_rows(n, x, turned);
    exponentials_of_rows(n, turned, m, sum);
  } else {
    for (long r = 0; r < count; r++)
      m[r] = largest(n, x[r]), sum[r] = sum_of_exponentials(n, x[r], m[r]);
  }
}

#endif
