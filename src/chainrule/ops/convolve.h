// The shared code of convolutions and transposed convolutions. An image has C channels; there are
// places of a kernel in it, and F numbers at each place:
//   see      places = start + patches(image) W         a convolution; dx of a transposed one
//   spread   image += fold(places W')                  dx of a convolution; a transposed one
// Sums run over kernel rows, cells and channels in this order; fold adds place after place, row by
// row.
#ifndef CHAINRULE_CONVOLVE_H
#define CHAINRULE_CONVOLVE_H
#include "convolve_shape.h"

// ---- scratch: W packed | the image with its padding, or the patches of one row of places | the
// lines that fold adds

INLINE long packed_size(const Shape *s) {
  const long to_see = terms_of(s) * whole_panels(s->own);
  const long to_spread = s->own * whole_panels(terms_of(s));
  return s->groups * larger_of(to_see, to_spread);
}

// Enough memory for the usual padding: the planner does not know the padding when it asks.
INLINE long padded_limit(const Shape *s) {
  return (larger_of(s->H, s->high) + s->kh) * (larger_of(s->W, s->wide) + s->kw) * s->C;
}

INLINE int fits(const Shape *s) {
  return met_high(s) * met_wide(s) * s->C <= padded_limit(s);
}

INLINE long image_size(const Shape *s) {
  return larger_of(padded_limit(s), s->wide * terms_of(s)) + PANEL;
}

INLINE long lines_size(const Shape *s) {
  return s->wide * terms_of(s) + PANEL;
}

INLINE long work_size(const Shape *s) {
  return LANES + packed_size(s) + image_size(s) + lines_size(s);
}

typedef struct {
  real *packed, *image, *lines;
} Scratch;

INLINE Scratch scratch_of(const Shape *s, real *work) {
  real *packed = whole_lines(work), *image = packed + packed_size(s);
  return (Scratch){packed, image, image + image_size(s)};
}

// ---- W as panels

// For each group: a line for each (cell, channel), columns are the numbers at a place.
static void pack_to_see(const Shape *s, const real *W, real *to) {
  for (long g = 0; g < s->groups; g++)
    for (long j = 0; j < s->own; j += PANEL)
      for (long cell = 0; cell < s->kh * s->kw; cell++)
        for (long e = 0; e < s->each; e++, to += PANEL) {
          const real *from = W + g * s->group + cell * s->cell + e * s->channel + j * s->number;
          const long n = smaller_of(PANEL, s->own - j);
          for (long i = 0; i < n; i++) to[i] = from[i * s->number];
          for (long i = n; i < PANEL; i++) to[i] = 0;
        }
}

// For each group: a line for each number at a place, columns are (cell, channel).
static void pack_to_spread(const Shape *s, const real *W, real *to) {
  const long K = terms_of(s);
  for (long g = 0; g < s->groups; g++)
    for (long j = 0; j < K; j += PANEL, to += s->own * PANEL)
      for (long i = 0; i < PANEL; i++) {
        const long k = j + i;
        const real *from = W + g * s->group + k / s->each * s->cell + k % s->each * s->channel;
        for (long o = 0; o < s->own; o++) to[o * PANEL + i] = k < K ? from[o * s->number] : 0;
      }
}

// ---- patches in place

// The places, divided into `bands` equal parts; in each part, walks from `at` on go over the cells
// of a kernel and over its places. copied: each band is one row of places, and its patches are
// copied.
typedef struct {
  const real *at;
  Walk cells, places;
  long bands;
  int copied;
} View;

INLINE void copy_numbers(long n, const real *from, real *to) {
  for (long i = 0; i < n; i++) to[i] = from[i];
}
INLINE void add_numbers(long n, const real *from, real *to) {
  for (long i = 0; i < n; i++) to[i] += from[i];
}
INLINE void clear_numbers(long n, real *to) {
  for (long i = 0; i < n; i++) to[i] = 0;
}

// Copy the pixels that the kernel reads; pixels outside the image are 0.
static void copy_padded(const Shape *s, const real *x, real *to) {
  const long row = met_wide(s) * s->C, left = smaller_of(s->left * s->C, row);
  const long inside = smaller_of(s->W * s->C, row - left);
  for (long h = 0; h < met_high(s); h++, to += row) {
    const long i = h - s->top;
    if (i < 0 || i >= s->H) {
      clear_numbers(row, to);
      continue;
    }
    clear_numbers(left, to);
    copy_numbers(inside, x + i * s->W * s->C, to + left);
    clear_numbers(row - left - inside, to + left + inside);
  }
}

static View view_of_pixels(const Shape *s, const real *at, long row) {
  View v = {.at = at, .bands = 1};
  if (s->dw == 1 && s->groups == 1) // the cells of a kernel row are neighbors
    v.cells = (Walk){{{s->kh, s->dh * row}, {1, s->dw * s->C}, {s->kw * s->C, 1}}};
  else
    v.cells = (Walk){{{s->kh, s->dh * row}, {s->kw, s->dw * s->C}, {s->each, 1}}};
  v.places = (Walk){{{1, 0}, {s->high, s->sh * row}, {s->wide, s->sw * s->C}}};
  return v;
}

static View view_of(const Shape *s, const real *x, real *image) {
  if (!has_padding(s)) return view_of_pixels(s, x, s->W * s->C);
  if (fits(s)) {
    copy_padded(s, x, image);
    return view_of_pixels(s, image, met_wide(s) * s->C);
  }
  View v = {.at = image, .bands = s->high, .copied = 1};
  v.cells = (Walk){{{1, 0}, {1, 0}, {terms_of(s), 1}}};
  v.places = (Walk){{{1, 0}, {1, 0}, {s->wide, terms_of(s)}}};
  return v;
}

// Where group g of a band begins. With `copied` its patches are copied now.
static const real *band_of(const Shape *s, const View *v, const real *x, long band, long g,
                           real *image) {
  if (!v->copied) return v->at + g * s->each;
  for (long w = 0; w < s->wide; w++)
    for (long p = 0; p < s->kh; p++)
      for (long q = 0; q < s->kw; q++, image += s->each) {
        const long i = band * s->sh + p * s->dh - s->top, j = w * s->sw + q * s->dw - s->left;
        const int inside = i >= 0 && i < s->H && j >= 0 && j < s->W;
        for (long e = 0; e < s->each; e++)
          image[e] = inside ? x[(i * s->W + j) * s->C + g * s->each + e] : 0;
      }
  return v->at;
}

// ---- separate channels (groups == C == F): the lanes are channels, and W is read in place

INLINE int is_depthwise(const Shape *s) {
  return s->each == 1 && s->own == 1 && s->groups > 1;
}

// n sums side by side: to = start + the sum of x w over the terms.
INLINE void sum_channels(const integer n, const Walk *terms, const real *x, const real *w,
                         long apart, const real *start, real *to) {
  Vector sum = start ? load_up_to(start, n) : (Vector){0};
  for (long p = 0; p < terms->level[0].count; p++)
    for (long q = 0; q < terms->level[1].count; q++) {
      const real *at = x + p * terms->level[0].step + q * terms->level[1].step;
      for (long k = 0; k < terms->level[2].count; k++, at += terms->level[2].step, w += apart)
        sum = n == WIDE ? fused(load(at), load(w), sum)
                        : fused_first(load_first(at, n), load_first(w, n), sum, n);
    }
  store_up_to(to, n, sum);
}

// Places from cells, or cells from places: to = start + the sum of x w over the terms, for each of
// `rows`, in lines of C numbers.
static void each_channel(long C, const Walk *rows, const Walk *terms, const real *x, const real *w,
                         const real *start, long start_row, real *to) {
  Cursor cursor = {rows, x, 0, 0};
  for (long m = walk_length(rows); m > 0; m--, to += C) {
    const real *at;
    addresses(&cursor, 1, &at);
    long c = 0;
    for (; c + WIDE <= C; c += WIDE)
      sum_channels(WIDE, terms, at + c, w + c, C, start ? start + c : 0, to + c);
    if (c < C)
      sum_channels((integer)(C - c), terms, at + c, w + c, C, start ? start + c : 0, to + c);
    if (start) start += start_row;
  }
}

// x += fold(z W)
static void fold_channels(const Shape *s, const real *z, const real *W, real *x) {
  for (long h = 0; h < s->high; h++)
    for (long w = 0; w < s->wide; w++, z += s->C)
      for (long p = 0; p < s->kh; p++)
        for (long q = 0; q < s->kw; q++) {
          const long i = h * s->sh + p * s->dh - s->top, j = w * s->sw + q * s->dw - s->left;
          if (i < 0 || i >= s->H || j < 0 || j >= s->W) continue;
          const real *cell = W + (p * s->kw + q) * s->C;
          real *to = x + (i * s->W + j) * s->C;
          long c = 0;
          for (; c + WIDE <= s->C; c += WIDE)
            store(to + c, fused(load(z + c), load(cell + c), load(to + c)));
          for (; c < s->C; c++) to[c] = FMA(z[c], cell[c], to[c]);
        }
}

// ---- see and spread, one image

// places = start + patches(x) W
typedef struct {
  const real *x, *W;
  Scratch scratch;
  const real *start; // NULL for 0
  int add;           // 1: the places hold the start
  int relu;          // 1: max(places, 0) comes out of the last pass
} Seeing;

static void see_channels(const Shape *s, const View *v, const Seeing *from, const Walk *places,
                         const real *at, long count, real *z) {
  const real *start = from->add ? z : from->start;
  each_channel(s->C, places, &v->cells, at, from->W, start, from->add ? s->C : 0, z);
  for (long i = 0; from->relu && i < count * s->C; i++) z[i] = z[i] < 0 ? 0 : z[i];
}

// Compute these lines of the places; z: where the first of them goes.
static void see_lines(const Shape *s, const View *v, const Seeing *from, Range lines, real *z) {
  const long high = lines.end - lines.begin, bands = v->copied ? high : 1, K = terms_of(s);
  const long each_band = high / bands * s->wide;
  Walk places = v->places;
  places.level[1].count = high / bands;
  const long behind = v->copied ? 0 : lines.begin * places.level[1].step;
  if (is_depthwise(s) && !v->copied) {
    see_channels(s, v, from, &places, v->at + behind, high * s->wide, z);
    return;
  }
  const Level *cells = v->cells.level;
  for (long band = 0; band < bands; band++)
    for (long g = 0; g < s->groups; g++) {
      const real *at = band_of(s, v, from->x, lines.begin + band, g, from->scratch.image);
      real *to = z + band * each_band * s->F + g * s->own;
      ConvolveProduct p = {.rows = &places,
                           .terms = &v->cells,
                           .a = at + behind,
                           .b = from->scratch.packed + g * K * whole_panels(s->own),
                           .panel = K * PANEL,
                           .columns = s->own,
                           .whole = 1,
                           .c = to,
                           .c_row = s->F,
                           .relu = from->relu};
      set_packed_steps(&p, cells);
      if (from->start) p.start = from->start + g * s->own;
      if (from->add) p.start = to, p.start_row = s->F;
      FN(convolve_product)(&p);
    }
}

static void see(const Shape *s, const Seeing *from, real *z) {
  const View v = view_of(s, from->x, from->scratch.image);
  see_lines(s, &v, from, (Range){0, s->high}, z);
}

// Compute what one row of places adds to the image in group g: the lines (wide, k k each).
static void lines_of(const Shape *s, const real *z, long h, long g, Scratch scratch) {
  const long K = terms_of(s);
  const Walk places = {{{1, 0}, {1, 0}, {s->wide, s->F}}};
  const Walk numbers = {{{1, 0}, {1, 0}, {s->own, 1}}};
  const ConvolveProduct p = {.rows = &places,
                             .terms = &numbers,
                             .a = z + h * s->wide * s->F + g * s->own,
                             .b = scratch.packed + g * s->own * whole_panels(K),
                             .panel = s->own * PANEL,
                             .columns = K,
                             .whole = 1,
                             .b_step = {0, 0, PANEL},
                             .c = scratch.lines,
                             .c_row = K};
  FN(convolve_product)(&p);
}

// The cells that read pixel j of a line from a place of the row: first, first + step, ..., `count`
// of them. The first belongs to place w, each following one to a place w_step further.
typedef struct {
  long first, step, count, w, w_step;
} Meeting;

static Meeting meeting_of(const Shape *s, long j) {
  Meeting m = {0, 1, 0, 0, 0};
  if (s->sw == 1 && s->dw == 1) { // w = j + left - q, 0 <= w < wide
    const long at = j + s->left, first = at < s->wide ? 0 : at - s->wide + 1;
    return (Meeting){first, 1, smaller_of(s->kw, at + 1) - first, at - first, -1};
  }
  for (long q = 0; q < s->kw; q++) { // w sw = j + left - q dw: they lie evenly
    const long at = j + s->left - q * s->dw;
    if (at < 0 || at % s->sw || at / s->sw >= s->wide) continue;
    if (m.count == 0) m.first = q, m.w = at / s->sw;
    if (m.count == 1) m.step = q - m.first, m.w_step = at / s->sw - m.w;
    m.count++;
  }
  return m;
}

INLINE void fold_pixel(const integer n, const real *from, long step, long count, real *to) {
  Vector sum = load_up_to(to, n);
  // a whole vector is read; what follows the n numbers is not stored
  for (long q = 0; q < count; q++, from += step) sum += load(from);
  store_up_to(to, n, sum);
}

// x += the lines of one row of places, pixel by pixel.
static void fold_row(const Shape *s, const real *lines, long h, long g, real *x) {
  const long K = terms_of(s), whole = s->each / WIDE * WIDE;
  for (long j = 0; j < s->W; j++) {
    const Meeting m = meeting_of(s, j);
    const real *from = lines + m.w * K + m.first * s->each;
    const long step = m.w_step * K + m.step * s->each;
    for (long p = 0; p < s->kh && m.count > 0; p++, from += s->kw * s->each) {
      const long i = h * s->sh + p * s->dh - s->top;
      if (i < 0 || i >= s->H) continue;
      real *to = x + (i * s->W + j) * s->C + g * s->each;
      for (long e = 0; e < whole; e += WIDE) fold_pixel(WIDE, from + e, step, m.count, to + e);
      if (whole < s->each)
        fold_pixel((integer)(s->each - whole), from + whole, step, m.count, to + whole);
    }
  }
}

static void spread(const Shape *s, const real *z, const real *W, Scratch scratch, real *x) {
  if (is_depthwise(s)) {
    fold_channels(s, z, W, x);
    return;
  }
  for (long h = 0; h < s->high; h++)
    for (long g = 0; g < s->groups; g++) {
      lines_of(s, z, h, g, scratch);
      fold_row(s, scratch.lines, h, g, x);
    }
}

// db += the sum over the places of an image. Places with the same p % 4 are summed first, then the
// four sums.
static void sum_places(long places, long F, const real *dz, real *db) {
  for (long f = 0; f < F; f += WIDE) {
    const integer n = (integer)smaller_of(WIDE, F - f);
    const real *at = dz + f, *end = dz + places * F;
    Vector sum[4] = {{0}};
    // whole vectors are read; what follows the n numbers is not stored
    for (; at + 3 * F + WIDE <= end; at += 4 * F) UNROLL
    for (int i = 0; i < 4; i++) sum[i] += load(at + i * F);
    for (; at < end; at += 4 * F) UNROLL
    for (int i = 0; i < 4; i++)
      if (at + i * F < end) sum[i] += load_first(at + i * F, n);
    store_first(db + f, n, load_first(db + f, n) + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
  }
}
#endif
