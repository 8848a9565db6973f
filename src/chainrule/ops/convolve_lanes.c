// The products of a convolution with few columns: the lanes are neighboring rows of A, so that no
// lane is idle. A is a copy in planes, one for each channel: the numbers of neighbors lie side by
// side. Vectors reach beyond the last row; room for one must follow the copy.
#include "convolve_product.h"

// COLUMNS: the most columns. SUMS: vectors of sums in registers, beside those of A and of B.
enum { COLUMNS = 8, SUMS = MANY_REGISTERS ? 24 : 12 };
#define EACH_COLUMN UNROLL for (int j = 0; j < columns; j++)
#define EACH_VECTOR UNROLL for (int v = 0; v < vectors; v++)

// Neighboring rows of A, or windows, whose sums are lanes of a vector, or of two.
typedef struct {
  const real *at;
  real *c;
  long count;
  long room; // numbers of c from here on that are written now or later
} Strip;

// The strips of all lines, one after another.
typedef struct {
  const ConvolveProduct *p;
  long each;          // rows of C in a strip
  long c_line, c_row; // from one line and row of C to the next
  long line, first;   // the next strip
  int piece;          // 1: C is one piece
} Strips;

INLINE Strips strips_of(const ConvolveProduct *p) {
  const Level *rows = p->rows->level;
  Strips s = {.p = p, .each = p->cell ? WIDE / 2 : WIDE, .c_row = p->c_row};
  s.c_line = rows[2].count * p->c_row;
  if (p->places) s.c_line = p->places->level[1].step, s.c_row = p->places->level[2].step;
  s.piece = s.c_row == p->columns && s.c_line == rows[2].count * s.c_row && !p->onto;
  return s;
}

INLINE Strip next_strip(Strips *s) {
  const Level *rows = s->p->rows->level;
  const long left = rows[2].count - s->first, below = rows[1].count - s->line - 1;
  Strip strip = {s->p->a + s->line * rows[1].step + s->first * rows[2].step,
                 s->p->c + s->line * s->c_line + s->first * s->c_row, smaller_of(s->each, left),
                 s->piece ? (left + below * rows[2].count) * s->c_row : 0};
  s->first += s->each;
  if (s->first >= rows[2].count) s->first = 0, s->line++;
  return strip;
}

// Where the sums of a strip begin: c, the bias, or 0.
INLINE void start_of(const int columns, const ConvolveProduct *p, Strip strip, long c_row,
                     Vector *sum) {
  real lane[COLUMNS][WIDE];
  EACH_COLUMN sum[j] = p->start ? splat(p->start[j]) : (Vector){0};
  if (!p->onto) return;
  EACH_COLUMN store(lane[j], sum[j]);
  for (long i = 0; i < strip.count; i++) EACH_COLUMN lane[j][i] = strip.c[i * c_row + j];
  EACH_COLUMN sum[j] = load(lane[j]);
}

INLINE void give(const int columns, const int windows, const Vector *sum, Strip strip, long c_row) {
  real lane[COLUMNS][WIDE];
  if (columns == 1 && c_row == 1 && !windows) {
    store_up_to(strip.c, (integer)strip.count, sum[0]);
    return;
  }
  UNROLL
  for (int j = 0; j < COLUMNS; j++) store(lane[j], j < columns ? sum[j] : (Vector){0});
  FN(convolve_turn)(lane[0], WIDE, strip.count, columns, windows, strip.c, c_row, strip.room);
}

// Compute the next strips, as many as fit `vectors` of sums. A window has two.
INLINE void some_strips(const int columns, const int vectors, const int windows,
                        const ConvolveProduct *p, Strips *all) {
  const int together = windows ? vectors / 2 : vectors;
  const Level *level = p->terms->level;
  const long inner = level[2].count, step = level[2].step, b_step = p->b_step[2];
  Strip strip[8];
  const real *at[8];
  Vector sum[8][COLUMNS];
  UNROLL
  for (int v = 0; v < together; v++) strip[v] = next_strip(all);
  EACH_VECTOR at[v] = windows ? strip[v / 2].at + v % 2 * p->cell[2] : strip[v].at;
  EACH_VECTOR start_of(columns, p, strip[windows ? v / 2 : v], all->c_row, sum[v]);
  for (long r = 0; r < level[0].count; r++)
    for (long q = 0; q < level[1].count; q++) {
      const real *b = p->b + r * p->b_step[0] + q * p->b_step[1];
      long here = r * level[0].step + q * level[1].step;
      for (long k = 0; k < inner; k++, here += step, b += b_step) {
        Vector x[8];
        EACH_VECTOR x[v] = load(at[v] + here);
        EACH_COLUMN {
          const Vector w = splat(b[j]);
          EACH_VECTOR sum[v][j] = fused(x[v], w, sum[v][j]); // c += a b
        }
      }
    }
  if (p->relu) {
    EACH_VECTOR EACH_COLUMN sum[v][j] = at_least((Vector){0}, sum[v][j]);
  }
  UNROLL
  for (int v = 0; v < together; v++) {
    if (windows) EACH_COLUMN sum[2 * v][j] = greater(sum[2 * v][j], sum[2 * v + 1][j]);
    give(columns, windows, sum[windows ? 2 * v : v], strip[v], all->c_row);
  }
}

// Some strips at a time: 8, 4, 2 or 1 vectors for each column.
INLINE void all_strips(const int columns, const int windows, const ConvolveProduct *p) {
  const int most = SUMS / columns, share = windows ? 2 : 1;
  Strips all = strips_of(p);
  const Level *rows = p->rows->level;
  long left = rows[1].count * parts_of(rows[2].count, all.each);
  for (; most >= 8 && left >= 8 / share; left -= 8 / share)
    some_strips(columns, 8, windows, p, &all);
  for (; most >= 4 && left >= 4 / share; left -= 4 / share)
    some_strips(columns, 4, windows, p, &all);
  for (; left >= 2 / share; left -= 2 / share) some_strips(columns, 2, windows, p, &all);
  for (; left > 0; left--) some_strips(columns, 1, 0, p, &all);
}

typedef void Lanes(const ConvolveProduct *p);
#define FAMILY(n)                                     \
  static void places_##n(const ConvolveProduct *p) {  \
    all_strips(n, 0, p);                              \
  }                                                   \
  static void windows_##n(const ConvolveProduct *p) { \
    all_strips(n, 1, p);                              \
  }
#define NAMES(n) {places_##n, windows_##n},
EACH_TO_8(FAMILY)
static Lanes *const LANES_OF[COLUMNS + 1][2] = {{0}, EACH_TO_8(NAMES)};

void FN(convolve_lanes)(const ConvolveProduct *p) {
  LANES_OF[p->columns][p->cell != 0](p);
}
