// Sums over lists of terms by tiles in registers: some kernel rows of some vectors.
#include "convolve_sparse.h"
#include "kernels/gemm_pack.h"

// SUMS: vectors of sums that fit into the registers, besides a number and the vector that it
// multiplies. BROAD: the most vectors of a row in one tile.
enum { SUMS = MANY_REGISTERS ? 20 : 12, BROAD = 8 };

// Some kernel rows of some vectors: each term is its value times the numbers at from + at * step.
typedef struct {
  const Term *term, *end;
  const real *from;
  long step, from_row;
  real *to;
  long to_row;
} Sums;

// to = to + value from + ... in the order of the list.
INLINE void sum_terms(const int rows, const int vectors, const Sums *p) {
  Vector sum[5][BROAD];
  UNROLL
  for (int r = 0; r < rows; r++) UNROLL
  for (int v = 0; v < vectors; v++) sum[r][v] = load(p->to + r * p->to_row + v * WIDE);
  const long row = p->from_row, step = p->step;
  for (const Term *t = p->term; t < p->end; t++) {
    const Vector value = splat(t->value);
    const real *from = p->from + t->at * step;
    UNROLL
    for (int r = 0; r < rows; r++) UNROLL
    for (int v = 0; v < vectors; v++)
      sum[r][v] = fused(value, load(from + r * row + v * WIDE), sum[r][v]);
  }
  UNROLL
  for (int r = 0; r < rows; r++) UNROLL
  for (int v = 0; v < vectors; v++) store(p->to + r * p->to_row + v * WIDE, sum[r][v]);
}

typedef void SumTerms(const Sums *p);
#define TERMS(r, v)                         \
  static void terms_##r##v(const Sums *p) { \
    sum_terms(r, v, p);                     \
  }
#define NAMES(r, v) terms_##r##v,

// For each number of kernel rows, the number of vectors for which the sums fit into the registers.
#define ONE_ROW(f) f(1, 1) f(1, 2) f(1, 3) f(1, 4) f(1, 5) f(1, 6) f(1, 7) f(1, 8)
#if MANY_REGISTERS
#define TWO_ROWS(f) f(2, 1) f(2, 2) f(2, 3) f(2, 4) f(2, 5) f(2, 6) f(2, 7) f(2, 8)
#define THREE_ROWS(f) f(3, 1) f(3, 2) f(3, 3) f(3, 4) f(3, 5) f(3, 6)
#define FIVE_ROWS(f) f(5, 1) f(5, 2) f(5, 3) f(5, 4)
#else
#define TWO_ROWS(f) f(2, 1) f(2, 2) f(2, 3) f(2, 4) f(2, 5) f(2, 6)
#define THREE_ROWS(f) f(3, 1) f(3, 2) f(3, 3) f(3, 4)
#define FIVE_ROWS(f) f(5, 1) f(5, 2)
#endif
ONE_ROW(TERMS)
TWO_ROWS(TERMS)
THREE_ROWS(TERMS)
FIVE_ROWS(TERMS)
static SumTerms *const TILES[6][BROAD + 1] = {[1] = {0, ONE_ROW(NAMES)},
                                              [2] = {0, TWO_ROWS(NAMES)},
                                              [3] = {0, THREE_ROWS(NAMES)},
                                              [5] = {0, FIVE_ROWS(NAMES)}};

// Return how many of the last `left` kernel rows are computed together, with this number of vectors
// each.
static long rows_together(long left, long vectors, long most) {
  static const long sizes[] = {5, 3, 2, 1};
  int i = 0;
  while (sizes[i] > left || sizes[i] * vectors > most) i++;
  return sizes[i];
}

// ---- lists

INLINE long row_vectors(const Shape *s, long wide) {
  return parts_of(s->kw * s->C, wide);
}

static long line_limit(const Shape *s) {
  return s->kh * row_vectors(s, WIDE) * WIDE;
}

long FN(sparse_work)(const Shape *s) {
  if (s->groups > 1) return 0;
  const long places = s->high * s->wide, reals_of_a_term = sizeof(Term) / sizeof(real);
  const long reals_of_an_integer = sizeof(integer) / sizeof(real);
  const long lines = 2 * s->F * line_limit(s), terms = 2 * (places * s->F + 1);
  const long integers = places + 1 + s->F;
  return lines + reals_of_a_term * terms + reals_of_an_integer * integers + 2 * LANES;
}

Sparse FN(sparse)(const Shape *s, real *work) {
  const long places = s->high * s->wide, line = line_limit(s);
  Sparse p = {.s = s, .vectors = row_vectors(s, WIDE), .line = line, .W = whole_lines(work)};
  p.dW = p.W + s->F * line;
  p.by_place = (Term *)(p.dW + s->F * line);
  p.by_filter = p.by_place + places * s->F + 1;
  p.begin = (integer *)(p.by_filter + places * s->F + 1);
  p.count = p.begin + places + 1;
  return p;
}

// Return how many of n numbers are not 0; with `differences`, how many are not finite.
INLINE long count_of(const int differences, long n, const real *x) {
  Mask lanes[4] = {{0}};
  long k = 0, count = 0;
  for (; k + 4 * WIDE <= n; k += 4 * WIDE) UNROLL
  for (int v = 0; v < 4; v++) {
    const Vector at = load(x + k + v * WIDE);
    lanes[v] -= (differences ? at - at : at) != (Vector){0};
  }
  for (; k < n; k++) count += (differences ? x[k] - x[k] : x[k]) != 0;
  for (int v = 0; v < 4; v++)
    for (int q = 0; q < WIDE; q++) count += lanes[v][q];
  return count;
}

int FN(are_finite)(long n, const real *x) {
  return count_of(1, n, x) == 0;
}

// Vectors count as LANES numbers, for every width: so the same images are sparse on every
// processor. An image is sparse if its lists take less than four fifths of the time of all terms.
int FN(is_sparse)(const Shape *s, const real *dz) {
  if (s->groups > 1 || s->dw > 1) return 0;
  const long places = s->high * s->wide, size = places * s->F, half = LANES / 2;
  const long each = s->kh * row_vectors(s, LANES) + 3;
  const long all = places * terms_of(s) * parts_of(s->F, half) / 2;
  // before a max-pool of 2 x 2 and a relu at least an eighth is not 0
  if (5 * (size / 8 * each + size) >= 4 * all) return 0;
  return 5 * (count_of(0, size, dz) * each + size) < 4 * all && FN(are_finite)(size, dz);
}

// Bit q is 1 if x[q] is not 0, q < WIDE.
INLINE uint64_t bits_of(const real *x) {
  typedef int8_t Bytes __attribute__((vector_size(WIDE)));
  const Bytes bytes = __builtin_convertvector((Mask)(load(x) != (Vector){0}), Bytes);
  uint64_t word[2] = {0};
  __builtin_memcpy(word, &bytes, WIDE);
  UNROLL
  for (int i = 0; i < 2; i++) word[i] = (word[i] & 0x0101010101010101u) * 0x0102040810204080u >> 56;
  return word[0] | word[1] << 8;
}

// The same for n <= 64 numbers.
INLINE uint64_t bits_of_all(long n, const real *x) {
  uint64_t bits = 0;
  long k = 0;
  for (; k + WIDE <= n; k += WIDE) bits |= bits_of(x + k) << k;
  for (; k < n; k++) bits |= (uint64_t)(x[k] != 0) << k;
  return bits;
}

void FN(sparse_list)(Sparse *p, const real *dz, long row) {
  const Shape *s = p->s;
  const long places = s->high * s->wide, F = s->F;
  Term *term = p->by_place;
  for (long f = 0; f < F; f++) p->count[f] = 0;
  for (long h = 0, k = 0; h < s->high; h++)
    for (long w = 0; w < s->wide; w++, k++, dz += F) {
      const integer corner = (integer)(h * s->sh * row + w * s->sw * s->C);
      p->begin[k] = (integer)(term - p->by_place);
      for (long first = 0; first < F; first += 64) {
        uint64_t bits = bits_of_all(smaller_of(64, F - first), dz + first);
        for (; bits; bits &= bits - 1) {
          const long f = first + __builtin_ctzll(bits);
          *term++ = (Term){dz[f], (integer)f};
          p->by_filter[f * places + p->count[f]++] = (Term){dz[f], corner};
        }
      }
    }
  p->begin[places] = (integer)(term - p->by_place);
}

// ---- W as lines

void FN(lines_of_filters)(const Sparse *p, const real *W, real *lines) {
  const long n = p->s->kw * p->s->C, F = p->s->F, row = p->vectors * WIDE;
  for (long r = 0; r < p->s->kh; r++) {
    turn_all(n, F, W + r * n * F, F, lines + r * row, p->line);
    for (long f = 0; f < F; f++)
      for (long k = n; k < row; k++) lines[f * p->line + r * row + k] = 0;
  }
}

void FN(filters_of_lines)(const Sparse *p, const real *lines, real *W) {
  const long n = p->s->kw * p->s->C, F = p->s->F, row = p->vectors * WIDE;
  for (long r = 0; r < p->s->kh; r++) turn_all(F, n, lines + r * row, p->line, W + r * n * F, F);
}

// ---- both products

// Kernel rows and their strips go from the last to the first, so the terms of each pixel come in
// the order of its places. (Of several strips each has a single kernel row.)
void FN(sparse_spread)(const Sparse *p, real *image) {
  const Shape *s = p->s;
  const long row = met_wide(s) * s->C, own = p->vectors * WIDE;
  const long strips = parts_of(p->vectors, BROAD);
  for (long bottom = s->kh, rows; bottom > 0; bottom -= rows) {
    rows = rows_together(bottom, parts_of(p->vectors, strips), BROAD);
    for (long strip = strips - 1; strip >= 0; strip--) {
      const Range vectors = part_of(p->vectors, strip, strips);
      const long first = vectors.begin * WIDE, r = bottom - rows;
      Sums sums = {
          .from = p->W + r * own + first, .step = p->line, .from_row = own, .to_row = s->dh * row};
      SumTerms *const tile = TILES[rows][vectors.end - vectors.begin];
      for (long h = 0; h < s->high; h++)
        for (long w = 0; w < s->wide; w++) {
          const integer *k = p->begin + h * s->wide + w;
          sums.term = p->by_place + k[0], sums.end = p->by_place + k[1];
          sums.to = image + (h * s->sh + r * s->dh) * row + w * s->sw * s->C + first;
          if (sums.term < sums.end) tile(&sums);
        }
    }
  }
}

void FN(sparse_weights)(const Sparse *p, const real *image, long row) {
  const Shape *s = p->s;
  const long own = p->vectors * WIDE, places = s->high * s->wide,
             strips = parts_of(p->vectors, BROAD);
  for (long r = 0, rows; r < s->kh; r += rows) {
    rows = rows_together(s->kh - r, parts_of(p->vectors, strips), SUMS);
    for (long strip = 0; strip < strips; strip++) {
      const Range vectors = part_of(p->vectors, strip, strips);
      const long first = vectors.begin * WIDE;
      SumTerms *const tile = TILES[rows][vectors.end - vectors.begin];
      Sums sums = {.from = image + r * s->dh * row + first,
                   .step = 1,
                   .from_row = s->dh * row,
                   .to_row = own};
      for (long f = 0; f < s->F; f++) {
        sums.term = p->by_filter + f * places, sums.end = sums.term + p->count[f];
        sums.to = p->dW + f * p->line + r * own + first;
        if (sums.term < sums.end) tile(&sums);
      }
    }
  }
}
