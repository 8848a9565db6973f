// Twin of convolve.py. Patches are read in place in the image; only W is packed.
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
  for (long n = 0; n < rows; n++) {
    const real *image = x->data + n * x->stride;
    const Seeing seeing = {image, W->data, scratch, .start = b, .relu = relu};
    see(&s, &seeing, z->data + n * z->stride);
  }
}

// ---- h = max(patches(a)), a = max(z, 0): a as a whole never exists, and its places that are in no
// window are not computed

void OP(max_pool)(long rows, const Array *a, const double *attr);

// A convolution, and then max_pool: h (high, wide, F). The places of `s` end with the last windows.
typedef struct {
  Shape s;
  long high, wide, height, width, down, across;
  const double *attr; // of max_pool
} Pooled;

static Pooled pooled(Shape s, const Array *h, const double *attr) {
  Pooled p = {.s = s,
              .high = h->shape[0],
              .wide = h->shape[1],
              .height = (long)attr[0],
              .width = (long)attr[1],
              .down = (long)attr[2],
              .across = (long)attr[3],
              .attr = attr};
  p.s.high = (p.high - 1) * p.down + p.height, p.s.wide = (p.wide - 1) * p.across + p.width;
  return p;
}

static int has_windows_of_2_x_2(const Pooled *p) {
  return p->height == 2 && p->width == 2 && p->down == 2 && p->across == 2;
}

// Windows of 2 x 2, side by side: the maxima of sums in registers. Return 0 if this is not faster.
static int see_windows(const Pooled *p, const View *v, const Seeing *from, real *h) {
  const Shape *s = &p->s;
  const Level *places = v->places.level;
  const long K = terms_of(s), line = places[1].step, place = places[2].step;
  const long cell[] = {0, place, line, line + place};
  if (!has_windows_of_2_x_2(p) || v->copied || is_depthwise(s)) return 0;
  if (!v->planes && !takes_windows(&v->cells, cell, s->own)) return 0;
  const Walk windows = {{{1, 0}, {p->high, 2 * line}, {p->wide, 2 * place}}};
  for (long g = 0; g < s->groups; g++) {
    ConvolveProduct product = {.rows = &windows,
                               .terms = &v->cells,
                               .a = v->at + g * s->each * v->channel,
                               .b = from->scratch.packed + g * K * whole_panels(s->own),
                               .panel = K * PANEL,
                               .columns = s->own,
                               .whole = 1,
                               .start = from->start ? from->start + g * s->own : 0,
                               .c = h + g * s->own,
                               .c_row = s->F,
                               .relu = 1,
                               .lanes = v->planes,
                               .cell = cell};
    set_packed_steps(&product, v->cells.level);
    FN(convolve_product)(&product);
  }
  return 1;
}

enum { BAND = 16 << 10 }; // bytes, half of an L1 cache

// Compute all other windows: some lines of places at a time, while these are in the cache. A line
// in two windows is computed only once.
static void see_bands(const Pooled *p, const View *v, const Seeing *from, real *h) {
  const Shape *s = &p->s;
  const long line = s->wide * s->F;
  const long fitting = (BAND / (long)sizeof(real) / line - p->height) / p->down + 1;
  const long together = p->down < p->height ? p->high : larger_of(1, fitting);
  real *lines = behind(s, from->scratch), *work = lines + s->high * line;
  for (long i = 0; i < p->high; i += together) {
    const long windows = smaller_of(together, p->high - i), top = i * p->down;
    const long high = (windows - 1) * p->down + p->height;
    see_lines(s, v, from, (Range){top, top + high}, lines);
    const Array pool[] = {
        {.data = h + i * p->wide * s->F,
         .shape = {(int32_t)windows, (int32_t)p->wide, (int32_t)s->F}},
        {.data = lines, .shape = {(int32_t)high, (int32_t)s->wide, (int32_t)s->F}},
        {.data = work}};
    OP(max_pool)(1, pool, p->attr);
  }
}

// z has no numbers. attr: first the attributes of a convolution of images, then those of max_pool.
static void forward_to_maxima(long rows, const Array *z, const Array *x, const Array *W,
                              const real *b, const Array *h, const double *attr, real *work) {
  enum { ATTRIBUTES = 8 }; // of a convolution of images
  const Pooled p = pooled(shape_here(z, x, W, attr), h, attr + ATTRIBUTES);
  const Scratch scratch = scratch_of(&p.s, work);
  pack_to_see(&p.s, W->data, scratch.packed);
  for (long n = 0; n < rows; n++) {
    const real *image = x->data + n * x->stride;
    const Seeing seeing = {image, W->data, scratch, .start = b, .relu = 1};
    real *to = h->data + n * h->stride;
    const View v = sees_in_lanes(&p.s) ? view_of_planes(&p.s, image, scratch.image)
                                       : view_of(&p.s, image, scratch.image);
    if (!see_windows(&p, &v, &seeing, to)) see_bands(&p, &v, &seeing, to);
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
                                 .onto = add || band,
                                 .c = to,
                                 .c_row = s->F};
      FN(convolve_product)(&p);
    }
}

// The inverse of copy_padded: x = the numbers inside the padding. What the kernel does not meet is
// 0, or stays as it is.
static void take_inside(const Shape *s, const real *from, int stays, real *x) {
  const long row = met_wide(s) * s->C, left = smaller_of(s->left * s->C, row), all = s->W * s->C;
  const long inside = smaller_of(all, row - left);
  for (long i = 0; i < s->H; i++, x += all) {
    const real *at = from + (i + s->top) * row + left;
    const int met = i + s->top < met_high(s);
    if (met) copy_numbers(inside, at, x);
    if (!stays) clear_numbers(all - (met ? inside : 0), x + (met ? inside : 0));
  }
}

// The gradients of one call. dW has its own layout or, after an image with few numbers in dz, is in
// lines (see convolve_sparse.h).
typedef struct {
  const Shape *s;
  Scratch scratch;
  Sparse sparse;
  const Array *W, *dx, *dW;
  int finite;   // 1: W is finite, so 0 times it is 0
  int packed;   // 1: `spreading` is ready
  int turned;   // 1: W has been packed as lines
  int in_lines; // 1: dW is in lines
  int copies;   // 1: the last vector of a row may reach beyond the image, so it is copied
  long row;     // from one row of the image, or of its copy, to the next
  Spreading spreading;
} Gradients;

static void dense_dx(Gradients *g, const real *dz, real *dx) {
  if (!g->packed) g->spreading = spreading_of(g->s, g->W->data, g->finite, g->scratch);
  g->packed = 1, g->spreading.add = g->dx->add;
  const Shape s = *g->s;             // no pointer to the copy is kept, so it can live in registers
  spread(&s, &g->spreading, dz, dx); // dx = fold(dz W')
}

static void sparse_dx(Gradients *g, real *dx) {
  const Shape *s = g->s;
  real *image = g->scratch.image;
  if (!g->turned) FN(lines_of_filters)(&g->sparse, g->W->data, g->sparse.W), g->turned = 1;
  const long size = met_high(s) * met_wide(s) * s->C;
  if (g->dx->add)
    copy_padded(s, dx, image), clear_numbers(WIDE, image + size);
  else
    clear_numbers(size + WIDE, image);
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

// Compute the gradients that both ops have; a: from dz to W. db may be NULL.
static void backward(long rows, const Array *a, const Array *dx, const Array *dW, const Array *db,
                     const double *attr, real *work) {
  enum { DZ, Z, X, W };
  const Shape s = shape_here(a + DZ, a + X, a + W, attr);
  Gradients g = {.s = &s, .scratch = scratch_of(&s, work), .W = a + W, .dx = dx, .dW = dW};
  g.sparse = FN(sparse)(&s, behind(&s, g.scratch));
  g.finite = FN(are_finite)(a[W].size, a[W].data);
  g.copies = has_padding(&s) || s.kw * s.C % WIDE != 0;
  g.row = (g.copies ? met_wide(&s) : s.W) * s.C;
  if (db && !db->add) clear_numbers(db->size, db->data);
  for (long n = 0; n < rows; n++) {
    const real *dz = a[DZ].data + n * a[DZ].stride, *x = a[X].data + n * a[X].stride;
    real *to = dx->data + n * dx->stride;
    if (db) sum_places(s.high * s.wide, s.F, dz, db->data); // db = sum over n of dz
    if (!dx->data && !dW->data) continue;
    if (g.finite && fits(&s) && FN(is_sparse)(&s, dz) && FN(are_finite)(a[X].size, x)) {
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

// Without rows nothing is summed.
static void clear_sum(long rows, const Array *sum) {
  if (rows == 0 && sum->data && !sum->add) clear_numbers(sum->size, sum->data);
}

// ---- convolve

TAKES(convolve, "(N,*x) (*W) -> (N,*z)", ANY_COUNT);

int OP(convolve_fits)(const Array *a, int32_t count, const double *attr) {
  enum { Z, X, W };
  return convolution_fits(a + X, a + Z, a + W, count, attr, 0);
}

void OP(convolve)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, WORK };
  forward(rows, a + Z, a + X, a + W, 0, 0, attr, a[WORK].data); // z = patches(x) W
}

void OP(convolve_then_relu)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, WORK };
  forward(rows, a + Z, a + X, a + W, 0, 1, attr, a[WORK].data); // z = max(patches(x) W, 0)
}

void OP(convolve_then_relu_max_pool)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, H, WORK };
  // h = max(patches(max(patches(x) W, 0)))
  forward_to_maxima(rows, a + Z, a + X, a + W, 0, a + H, attr, a[WORK].data);
}

void OP(convolve_backward)(long rows, const Array *a, const double *attr) {
  enum { DZ, Z, X, W, DX, DW, WORK };
  backward(rows, a, a + DX, a + DW, 0, attr, a[WORK].data);
  clear_sum(rows, a + DW);
}

long OP(convolve_work)(long rows, const Array *a) {
  enum { Z, X, W };
  const Shape s = shape_here(a + Z, a + X, a + W, 0);
  (void)rows;
  // all lines of the places, and one more for max_pool
  const long lines = (s.high + 1) * s.wide * s.F + LANES;
  return work_size(&s) + larger_of(FN(sparse_work)(&s), lines);
}

// ---- convolve_affine

TAKES(convolve_affine, "(N,*x) (*W) (F) -> (N,*z)", ANY_COUNT);

int OP(convolve_affine_fits)(const Array *a, int32_t count, const double *attr) {
  enum { Z, X, W, B };
  return convolution_fits(a + X, a + Z, a + W, count, attr, 0) &&
         a[B].size == a[Z].shape[a[Z].ndim - 1];
}

void OP(convolve_affine)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, B, WORK };
  forward(rows, a + Z, a + X, a + W, a[B].data, 0, attr, a[WORK].data); // z = patches(x) W + b
}

void OP(convolve_affine_then_relu)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, B, WORK };
  forward(rows, a + Z, a + X, a + W, a[B].data, 1, attr,
          a[WORK].data); // z = max(patches(x) W + b, 0)
}

void OP(convolve_affine_then_relu_max_pool)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, B, H, WORK };
  // h = max(patches(max(patches(x) W + b, 0)))
  forward_to_maxima(rows, a + Z, a + X, a + W, a[B].data, a + H, attr, a[WORK].data);
}

void OP(convolve_affine_backward)(long rows, const Array *a, const double *attr) {
  enum { DZ, Z, X, W, B, DX, DW, DB, WORK };
  backward(rows, a, a + DX, a + DW, a[DB].data ? a + DB : 0, attr, a[WORK].data);
  clear_sum(rows, a + DW);
}

long OP(convolve_affine_work)(long rows, const Array *a) {
  return OP(convolve_work)(rows, a);
}
