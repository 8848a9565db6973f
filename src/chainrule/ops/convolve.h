// The shared code of convolutions and transposed convolutions. An image has C channels; there are
// places of a kernel in it, and F numbers at each place:
//   see      places = start + patches(image) W         a convolution; dx of a transposed one
//   spread   image = start + fold(places W')           dx of a convolution; a transposed one
// Sums run over kernel rows, cells and channels in this order; those of fold over the places, row
// by row, and the numbers of each place.
#ifndef CHAINRULE_CONVOLVE_H
#define CHAINRULE_CONVOLVE_H
#include "convolve_shape.h"
#include "kernels/gemm_pack.h"

// ---- scratch: W packed | the image with its padding, or the patches of one row of places | the
// places, with zeros beside them

INLINE long packed_size(const Shape *s) {
  const long to_see = terms_of(s) * whole_panels(s->own);
  const long to_spread = s->kh * s->kw * s->own * whole_panels(s->each);
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

// Enough for a kernel as wide as the image.
INLINE long widened_limit(const Shape *s) {
  return s->high * (2 * larger_of(s->W, s->wide) + s->kw) * s->F;
}

INLINE long work_size(const Shape *s) {
  return LANES + packed_size(s) + image_size(s) + widened_limit(s) + PANEL;
}

typedef struct {
  real *packed, *image, *places;
} Scratch;

INLINE Scratch scratch_of(const Shape *s, real *work) {
  real *packed = whole_lines(work), *image = packed + packed_size(s);
  return (Scratch){packed, image, image + image_size(s)};
}

// The scratch memory that follows.
INLINE real *behind(const Shape *s, Scratch scratch) {
  return scratch.places + widened_limit(s) + PANEL;
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

// For each group: a line for each (cell, number), from the last cell to the first; columns are the
// channels.
static void pack_to_spread(const Shape *s, const real *W, real *to) {
  for (long g = 0; g < s->groups; g++)
    for (long j = 0; j < s->each; j += PANEL)
      for (long cell = s->kh * s->kw - 1; cell >= 0; cell--, to += s->own * PANEL) {
        const real *from = W + g * s->group + cell * s->cell + j * s->channel;
        pack_panel(s->own, smaller_of(PANEL, s->each - j), from, s->number, s->channel, to);
      }
}

// ---- patches in place

// Separate channels.
INLINE int is_depthwise(const Shape *s) {
  return s->each == 1 && s->own == 1 && s->groups > 1;
}

// The places, divided into `bands` equal parts; in each part, walks from `at` on go over the cells
// of a kernel and over its places. channel: from one channel to the next. copied: each band is one
// row of places, and its patches are copied. planes: the image is copied in planes, one for each
// channel.
typedef struct {
  const real *at;
  Walk cells, places;
  long bands, channel;
  int copied, planes;
} View;

INLINE void copy_numbers(long n, const real *from, real *to) {
  for (long i = 0; i < n; i++) to[i] = from[i];
}
// to += x w
INLINE void fused_numbers(long n, const real *x, const real *w, real *to) {
  long c = 0;
  for (; c + WIDE <= n; c += WIDE) store(to + c, fused(load(x + c), load(w + c), load(to + c)));
  for (; c < n; c++) to[c] = FMA(x[c], w[c], to[c]);
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
  View v = {.at = at, .bands = 1, .channel = 1};
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

// The first `wide` pixels of a line as planes, one for each channel, `apart` from each other;
// before, after: zeros beside the line.
static void copy_planes(long wide, long channels, const real *from, long before, long after,
                        real *to, long apart) {
  if (channels == 1)
    copy_numbers(wide, from, to + before);
  else
    turn_all(wide, channels, from, channels, to + before, apart);
  for (long c = 0; c < channels; c++) {
    clear_numbers(before, to + c * apart);
    clear_numbers(after, to + c * apart + before + wide);
  }
}

static int sees_in_lanes(const Shape *s) {
  return s->sw == 1 && !is_depthwise(s) && fits(s) && takes_lanes(s->wide, s->own);
}

static View view_of_planes(const Shape *s, const real *x, real *image) {
  const long high = met_high(s), row = met_wide(s), plane = high * row;
  const long top = smaller_of(s->top, high), lines = smaller_of(s->H, high - top);
  const long left = smaller_of(s->left, row), wide = smaller_of(s->W, row - left);
  for (long c = 0; c < s->C; c++) {
    clear_numbers(top * row, image + c * plane);
    clear_numbers((high - top - lines) * row, image + c * plane + (top + lines) * row);
  }
  real *to = image + top * row;
  for (long i = 0; i < lines; i++, to += row, x += s->W * s->C)
    copy_planes(wide, s->C, x, left, row - left - wide, to, plane);
  View v = {.at = image, .bands = 1, .channel = plane, .planes = 1};
  v.cells = (Walk){{{s->kh, s->dh * row}, {s->kw, s->dw}, {s->each, plane}}};
  if (s->each == 1) v.cells = (Walk){{{1, 0}, {s->kh, s->dh * row}, {s->kw, s->dw}}};
  v.places = (Walk){{{1, 0}, {s->high, s->sh * row}, {s->wide, 1}}};
  return v;
}

// Where group g of a band begins. With `copied` its patches are copied now.
static const real *band_of(const Shape *s, const View *v, const real *x, long band, long g,
                           real *image) {
  if (!v->copied) return v->at + g * s->each * v->channel;
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
                           .relu = from->relu,
                           .lanes = v->planes};
      set_packed_steps(&p, cells);
      if (from->start) p.start = from->start + g * s->own;
      p.onto = from->add;
      FN(convolve_product)(&p);
    }
}

static void see(const Shape *s, const Seeing *from, real *z) {
  const View v = sees_in_lanes(s) ? view_of_planes(s, from->x, from->scratch.image)
                                  : view_of(s, from->x, from->scratch.image);
  see_lines(s, &v, from, (Range){0, s->high}, z);
}

// ---- spread

// x = start + fold(z W')
typedef struct {
  const real *W;
  Scratch scratch;
  const real *start; // NULL for 0, or one number for each channel
  int add;           // 1: the image holds the start
  int direct;        // 1: W is packed, and 0 times each of its numbers is 0
} Spreading;

// Along one axis: the cells that read a pixel, from the last one, `cell`, to the first, so that
// their places follow each other: pixel = place stride + cell dilation - padding. From one of these
// cells to the next: cell -= apart, place += step.
typedef struct {
  long cell, count, apart, place, step;
} Reach;

static Reach reach_of(long pixel, long cells, long dilation, long stride, Range places) {
  Reach r = {.apart = stride, .step = dilation};
  for (long k = smaller_of(stride, dilation); k > 1; k--) // their greatest common divisor
    if (r.apart % k == 0 && r.step % k == 0) r.apart /= k, r.step /= k;
  for (long q = cells - 1; q >= 0; q--) {
    const long at = pixel - q * dilation, place = at / stride;
    if (at % stride || place < places.begin || place >= places.end) continue;
    if (r.count++ == 0) r.cell = q, r.place = place;
  }
  return r;
}

// The places of one image, each row of them between zeros, so that every pixel of a line is reached
// by as many cells.
typedef struct {
  const real *at;          // place 0 of row 0
  long row, place, number; // from one row, place and number to the next
  Range across;            // the places of a row, and the zeros
  int planes;              // 1: the numbers are in planes
} Widened;

static Widened zeros_beside(const Shape *s) {
  const long before = (s->kw - 1) * s->dw - s->left, last = (s->W - 1 + s->left) / s->sw;
  const Range across = {before > 0 ? -parts_of(before, s->sw) : 0, larger_of(last + 1, s->wide)};
  Widened w = {.row = (across.end - across.begin) * s->F, .place = s->F, .number = 1};
  w.across = across;
  return w;
}

static Widened widened(const Shape *s, const real *z, real *to) {
  Widened w = zeros_beside(s);
  const long line = s->wide * s->F, left = -w.across.begin * s->F, right = w.row - line - left;
  if (takes_lanes(parts_of(s->W, s->sw), s->each)) {
    w.row /= s->F, w.place = 1, w.number = s->high * w.row, w.planes = 1;
    w.at = to - w.across.begin;
    for (long h = 0; h < s->high; h++, z += line, to += w.row)
      copy_planes(s->wide, s->F, z, -w.across.begin, w.across.end - s->wide, to, w.number);
    return w;
  }
  w.at = w.row == line ? z : to + left;
  for (long h = 0; h < s->high && w.row != line; h++, z += line) {
    clear_numbers(left, to), to += left;
    copy_numbers(line, z, to), to += line;
    clear_numbers(right, to), to += right;
  }
  return w;
}

// All pixels i, i + sh, ... of an axis whose places have the same cells: `lines` of them.
static long lines_alike(const Shape *s, long i, Reach first) {
  long n = 1;
  for (; i + n * s->sh < s->H; n++) {
    const Reach r = reach_of(i + n * s->sh + s->top, s->kh, s->dh, s->sh, (Range){0, s->high});
    if (r.cell != first.cell || r.count != first.count || r.place != first.place + n) break;
  }
  return n;
}

// Compute the pixels j, j + sw, ... of `lines` lines of the image, i, i + sh, ...
static void spread_lines(const Shape *s, const Spreading *from, const Widened *z, Reach down,
                         long i, long lines, long j, real *x) {
  const Reach across = reach_of(j + s->left, s->kw, s->dw, s->sw, z->across);
  const long cell = s->own * PANEL, columns = parts_of(s->W - j, s->sw);
  const Walk rows = {{{1, 0}, {lines, z->row}, {columns, z->place}}};
  const Walk pixels = {{{1, 0}, {lines, s->sh * s->W * s->C}, {columns, s->sw * s->C}}};
  const int all = down.count && across.count;
  Walk terms = {{{down.count, down.step * z->row},
                 {across.count, across.step * z->place},
                 {s->own, z->number}}};
  ConvolveProduct p = {.rows = &rows,
                       .terms = &terms,
                       .b_step = {down.apart * s->kw * cell, across.apart * cell, PANEL},
                       .panel = s->kh * s->kw * cell,
                       .columns = s->each,
                       .whole = 1,
                       .onto = from->add,
                       .places = &pixels,
                       .lanes = z->planes};
  if (across.step * z->place == s->own * z->number &&
      across.apart == 1) // the cells of a row are neighbors
    terms.level[1] = (Level){1, 0}, terms.level[2].count *= across.count;
  if (!all) terms.level[0].count = 0;
  const long last = (s->kh - 1 - down.cell) * s->kw + s->kw - 1 - across.cell;
  for (long g = 0; g < s->groups; g++) {
    p.a = all ? z->at + down.place * z->row + across.place * z->place + g * s->own * z->number
              : z->at;
    p.b = from->scratch.packed + g * s->kh * s->kw * s->own * whole_panels(s->each) + last * cell;
    p.start = from->start ? from->start + g * s->each : 0;
    p.c = x + (i * s->W + j) * s->C + g * s->each;
    FN(convolve_product)(&p);
  }
}

// Each pixel's sum in one piece.
static void spread_by_pixels(const Shape *s, const Spreading *from, const real *z, real *x) {
  const Widened w = widened(s, z, from->scratch.places);
  for (long a = 0; a < smaller_of(s->sh, s->H); a++)
    for (long i = a, lines; i < s->H; i += lines * s->sh) {
      const Reach down = reach_of(i + s->top, s->kh, s->dh, s->sh, (Range){0, s->high});
      lines = lines_alike(s, i, down);
      for (long j = 0; j < smaller_of(s->sw, s->W); j++)
        spread_lines(s, from, &w, down, i, lines, j, x);
    }
}

// The pixels of each place, in the same order of terms. No term is 0 that has no place.
static void spread_by_places(const Shape *s, const Spreading *from, const real *z, real *x) {
  for (long k = 0; !from->add && k < s->H * s->W * s->C; k++)
    x[k] = from->start ? from->start[k % s->C] : 0;
  for (long h = 0; h < s->high; h++)
    for (long w = 0; w < s->wide; w++, z += s->F)
      for (long cell = 0; cell < s->kh * s->kw; cell++) {
        const long i = h * s->sh + cell / s->kw * s->dh - s->top;
        const long j = w * s->sw + cell % s->kw * s->dw - s->left;
        if (i < 0 || i >= s->H || j < 0 || j >= s->W) continue;
        real *pixel = x + (i * s->W + j) * s->C;
        if (is_depthwise(s)) {
          fused_numbers(s->C, z, from->W + cell * s->C, pixel);
          continue;
        }
        for (long c = 0; c < s->C; c++) {
          const long g = c / s->each;
          const real *w_c = from->W + g * s->group + cell * s->cell + c % s->each * s->channel;
          for (long o = 0; o < s->own; o++)
            pixel[c] = FMA(z[g * s->own + o], w_c[o * s->number], pixel[c]);
        }
      }
}

// Pack W if the sums of pixels can be computed in one piece.
static Spreading spreading_of(const Shape *s, const real *W, int finite, Scratch scratch) {
  const Widened z = zeros_beside(s);
  Spreading from = {.W = W, .scratch = scratch};
  from.direct = finite && !is_depthwise(s) && s->high * z.row <= widened_limit(s);
  if (from.direct) pack_to_spread(s, W, scratch.packed);
  return from;
}

static void spread(const Shape *s, const Spreading *from, const real *z, real *x) {
  if (from->direct)
    spread_by_pixels(s, from, z, x);
  else
    spread_by_places(s, from, z, x);
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
