// Twin of convolve.py. Patches are read where they lie in the image; only W is packed.
#include "convolve.h"
#include "convolve_sparse.h"

static Shape shape_here(const Array *z, const Array *x, const Array *W, const double *attr) {
  Shape s = shape_of(x, z, W, 0);
  if (attr) read_attributes(&s, x->ndim - 1, attr, 0);
  return s;
}

static void forward(long rows, const Array *z, const Array *x, const Array *W, const real *b,
                    int relu, const double *attr, real *work) {
  const Shape s = shape_here(z, x, W, attr);
  const Scratch scratch = scratch_of(&s, work);
  pack_to_see(&s, W->data, scratch.packed);
  for (long n = 0; n < rows; n++)
    see(&s, x->data + n * x->stride, W->data, scratch, b, 0, relu, z->data + n * z->stride);
}

// ---- h = max(patches(a)), a = max(z, 0): a is nowhere whole, and its places in no window are not
// computed

void OP(max_pool)(long rows, const Array *a, const double *attr); // h, x, work

// A convolution with max_pool behind it: h (high, wide, F). The places of `s` end where the last
// windows end.
typedef struct {
  Shape s;
  long high, wide, height, width, down, across;
  const double *attr; // of max_pool
} Pooled;

static Pooled pooled(Shape s, const Array *h, const double *attr) {
  Pooled p = {
      s,   h->shape[0], h->shape[1], (long)attr[0], (long)attr[1], (long)attr[2], (long)attr[3],
      attr};
  p.s.high = (p.high - 1) * p.down + p.height, p.s.wide = (p.wide - 1) * p.across + p.width;
  return p;
}

// Windows of 2 x 2, side by side: the maxima of sums in registers. Returns 0 where that is no gain.
static int see_windows(const Pooled *p, const View *v, const real *b, const real *packed, real *h) {
  const Shape *s = &p->s;
  const Level *cells = v->cells.level, *places = v->places.level;
  const long K = terms_of(s), line = places[1].step, place = places[2].step,
             cell[] = {0, place, line, line + place};
  if (p->height != 2 || p->width != 2 || p->down != 2 || p->across != 2 || v->copied ||
      is_depthwise(s))
    return 0;
  if (!takes_windows(&v->cells, cell, s->own)) return 0;
  const Walk windows = {{{1, 0}, {p->high, 2 * line}, {p->wide, 2 * place}}};
  for (long g = 0; g < s->groups; g++) {
    const ConvolveProduct product = {
        .rows = &windows,
        .terms = &v->cells,
        .a = v->at + g * s->each,
        .b = packed + g * K * whole_panels(s->own),
        .panel = K * PANEL,
        .columns = s->own,
        .whole = 1,
        .b_step = {cells[1].count * cells[2].count * PANEL, cells[2].count * PANEL, PANEL},
        .start = b ? b + g * s->own : 0,
        .c = h + g * s->own,
        .c_row = s->F,
        .relu = 1,
        .cell = cell};
    FN(convolve_product)(&product);
  }
  return 1;
}

enum { BAND = 16 << 10 }; // bytes, half of an L1

// All others: the windows of some lines of places, while these are in the cache. No line that lies
// in two windows is seen twice.
static void see_bands(const Pooled *p, const View *v, const real *x, const real *W, Scratch scratch,
                      const real *b, real *h) {
  const Shape *s = &p->s;
  const long line = s->wide * s->F,
             fitting = (BAND / (long)sizeof(real) / line - p->height) / p->down + 1;
  const long together = p->down < p->height ? p->high : larger_of(1, fitting);
  real *lines = scratch.lines + lines_size(s), *work = lines + s->high * line;
  for (long i = 0; i < p->high; i += together) {
    const long windows = smaller_of(together, p->high - i),
               high = (windows - 1) * p->down + p->height;
    see_lines(s, v, x, W, scratch, b, 0, 1, i * p->down, high, lines);
    const Array pool[] = {
        {.data = h + i * p->wide * s->F,
         .shape = {(int32_t)windows, (int32_t)p->wide, (int32_t)s->F}},
        {.data = lines, .shape = {(int32_t)high, (int32_t)s->wide, (int32_t)s->F}},
        {.data = work}};
    OP(max_pool)(1, pool, p->attr);
  }
}

// z has no numbers. attr: the convolution's, of an image, then max_pool's.
static void forward_to_maxima(long rows, const Array *z, const Array *x, const Array *W,
                              const real *b, const Array *h, const double *attr, real *work) {
  const Pooled p = pooled(shape_here(z, x, W, attr), h, attr + 8);
  const Scratch scratch = scratch_of(&p.s, work);
  pack_to_see(&p.s, W->data, scratch.packed);
  for (long n = 0; n < rows; n++) {
    const real *image = x->data + n * x->stride;
    real *to = h->data + n * h->stride;
    const View v = view_of(&p.s, image, scratch.image);
    if (!see_windows(&p, &v, b, scratch.packed, to))
      see_bands(&p, &v, image, W->data, scratch, b, to);
  }
}

// dW += patches(x)' dz of one image: a line for each cell and channel.
static void weights(const Shape *s, const real *x, const real *dz, Scratch scratch, int add,
                    real *dW) {
  const View v = view_of(s, x, scratch.image);
  const long each_band = s->high / v.bands * s->wide;
  if (is_depthwise(s) && !v.copied) {
    each_channel(s->C, &v.cells, &v.places, v.at, dz, add ? dW : 0, s->C, dW);
    return;
  }
  for (long band = 0; band < v.bands; band++)
    for (long g = 0; g < s->groups; g++) {
      real *to = dW + g * s->own;
      const ConvolveProduct p = {.rows = &v.cells,
                                 .terms = &v.places,
                                 .a = band_of(s, &v, x, band, g, scratch.image),
                                 .b = dz + band * each_band * s->F + g * s->own,
                                 .panel = PANEL,
                                 .columns = s->own,
                                 .b_step = {0, s->wide * s->F, s->F},
                                 .start = add || band ? to : 0,
                                 .start_row = s->F,
                                 .c = to,
                                 .c_row = s->F};
      FN(convolve_product)(&p);
    }
}

// copy_padded's way back: x is, or gets added, what lies inside.
static void take_inside(const Shape *s, const real *from, int add, real *x) {
  const long row = met_wide(s) * s->C, left = smaller_of(s->left * s->C, row), all = s->W * s->C,
             inside = smaller_of(all, row - left);
  for (long i = 0; i < s->H; i++, x += all) {
    const real *at = from + (i + s->top) * row + left;
    const int met = i + s->top < met_high(s);
    if (met && add)
      add_numbers(inside, at, x);
    else if (met)
      copy_numbers(inside, at, x);
    if (!add) clear_numbers(all - (met ? inside : 0), x + (met ? inside : 0));
  }
}

// The gradients of one call. dW stands in its own layout or, after an image with few numbers in dz,
// in lines.
typedef struct {
  const Shape *s;
  Scratch scratch;
  Sparse sparse;
  const Array *W, *dx, *dW;
  // whether W is finite; W as panels, as lines; dW in lines
  int any_sparse, packed, turned, in_lines;
  int copies; // the last vector of a row may reach beyond the image
  long row;
} Gradients;

static void dense_dx(Gradients *g, const real *dz, real *dx) {
  if (!g->packed) pack_to_spread(g->s, g->W->data, g->scratch.packed), g->packed = 1;
  const Shape s = *g->s; // known to nobody else, it stays in registers
  if (!g->dx->add) clear_numbers(g->dx->size, dx);
  spread(&s, dz, g->W->data, g->scratch, dx); // dx = fold(dz W')
}

static void sparse_dx(Gradients *g, real *dx) {
  const Shape *s = g->s;
  real *image = g->scratch.image;
  if (!g->turned) FN(lines_of_filters)(&g->sparse, g->W->data, g->sparse.W), g->turned = 1;
  clear_numbers(met_high(s) * met_wide(s) * s->C + WIDE, image);
  FN(sparse_spread)(&g->sparse, image);
  take_inside(s, image, g->dx->add, dx);
}

static void dense_dW(Gradients *g, const real *x, const real *dz, int add) {
  if (g->in_lines) FN(filters_of_lines)(&g->sparse, g->sparse.dW, g->dW->data), g->in_lines = 0;
  const Shape s = *g->s;
  weights(&s, x, dz, g->scratch, add, g->dW->data);
}

static void sparse_dW(Gradients *g, const real *x, int add) {
  const Shape *s = g->s;
  if (!g->in_lines && add)
    FN(lines_of_filters)(&g->sparse, g->dW->data, g->sparse.dW);
  else if (!g->in_lines)
    clear_numbers(s->F * g->sparse.line, g->sparse.dW);
  g->in_lines = 1;
  if (g->copies) copy_padded(s, x, g->scratch.image), x = g->scratch.image;
  FN(sparse_weights)(&g->sparse, x, g->row);
}

// dz, z, x, W; db may be NULL
static void backward(long rows, const Array *a, const Array *dx, const Array *dW, const Array *db,
                     const double *attr, real *work) {
  const Shape s = shape_here(a, a + 2, a + 3, attr);
  Gradients g = {.s = &s, .scratch = scratch_of(&s, work), .W = a + 3, .dx = dx, .dW = dW};
  g.sparse = FN(sparse)(&s, g.scratch.lines + lines_size(&s));
  g.any_sparse = fits(&s) && FN(are_finite)(a[3].size, a[3].data);
  g.copies = has_padding(&s) || s.kw * s.C % WIDE != 0;
  g.row = (g.copies ? met_wide(&s) : s.W) * s.C;
  if (db && !db->add) clear_numbers(db->size, db->data);
  for (long n = 0; n < rows; n++) {
    const real *dz = a[0].data + n * a[0].stride, *x = a[2].data + n * a[2].stride;
    real *to = dx->data + n * dx->stride;
    if (db) sum_places(s.high * s.wide, s.F, dz, db->data); // db = sum over n of dz
    if (!dx->data && !dW->data) continue;
    if (g.any_sparse && FN(is_sparse)(&s, dz) && FN(are_finite)(a[2].size, x)) {
      FN(sparse_list)(&g.sparse, dz, g.row);
      if (dx->data) sparse_dx(&g, to);
      if (dW->data) sparse_dW(&g, x, dW->add || n);
    } else {
      if (dx->data) dense_dx(&g, dz, to);
      if (dW->data) dense_dW(&g, x, dz, dW->add || n);
    }
  }
  if (g.in_lines) FN(filters_of_lines)(&g.sparse, g.sparse.dW, dW->data);
}

static void clear_sum(long rows, const Array *sum) { // no rows: nothing is summed
  for (long i = 0; rows == 0 && sum->data && !sum->add && i < sum->size; i++) sum->data[i] = 0;
}

void OP(convolve)(long rows, const Array *a, const double *attr) { // z, x, W, work
  forward(rows, a, a + 1, a + 2, 0, 0, attr, a[3].data);           // z = patches(x) W
}

void OP(convolve_then_relu)(long rows, const Array *a, const double *attr) { // a, x, W, work
  forward(rows, a, a + 1, a + 2, 0, 1, attr, a[3].data); // a = max(patches(x) W, 0)
}

// a, x, W, h, work
void OP(convolve_then_relu_max_pool)(long rows, const Array *a, const double *attr) {
  // h = max(patches(max(patches(x) W, 0)))
  forward_to_maxima(rows, a, a + 1, a + 2, 0, a + 3, attr, a[4].data);
}

// dz, z, x, W, dx, dW, work
void OP(convolve_backward)(long rows, const Array *a, const double *attr) {
  backward(rows, a, a + 4, a + 5, 0, attr, a[6].data);
  clear_sum(rows, a + 5);
}

long OP(convolve_work)(long rows, const Array *a) { // z, x, W
  const Shape s = shape_here(a, a + 1, a + 2, 0);
  (void)rows;
  // of the places, and one more for max_pool
  const long lines = (s.high + 1) * s.wide * s.F + LANES;
  return work_size(&s) + larger_of(FN(sparse_work)(&s), lines);
}

void OP(convolve_affine)(long rows, const Array *a, const double *attr) { // z, x, W, b, work
  forward(rows, a, a + 1, a + 2, a[3].data, 0, attr, a[4].data);          // z = patches(x) W + b
}

// a, x, W, b, work
void OP(convolve_affine_then_relu)(long rows, const Array *a, const double *attr) {
  forward(rows, a, a + 1, a + 2, a[3].data, 1, attr, a[4].data); // a = max(patches(x) W + b, 0)
}

// a, x, W, b, h, work
void OP(convolve_affine_then_relu_max_pool)(long rows, const Array *a, const double *attr) {
  forward_to_maxima(rows, a, a + 1, a + 2, a[3].data, a + 4, attr, a[5].data);
}

// dz, z, x, W, b, dx, dW, db, work
void OP(convolve_affine_backward)(long rows, const Array *a, const double *attr) {
  backward(rows, a, a + 5, a + 6, a[7].data ? a + 7 : 0, attr, a[8].data);
  clear_sum(rows, a + 6);
}

long OP(convolve_affine_work)(long rows, const Array *a) {
  return OP(convolve_work)(rows, a);
}
