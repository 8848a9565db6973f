// Twin of convolve.py. Patches are read where they lie in the image; only W is packed.
#include "convolve.h"
#include "convolve_sparse.h"

static Shape shape_here(const Array *z, const Array *x, const Array *W, const double *attr) {
  Shape s = shape_of(x, z, W, 0);
  if (attr) read_attributes(&s, x->ndim - 1, attr, 0);
  return s;
}

static void forward(long rows, const Array *z, const Array *x, const Array *W, const real *b, int relu, const double *attr,
                    real *work) {
  const Shape s = shape_here(z, x, W, attr);
  const Scratch scratch = scratch_of(&s, work);
  pack_to_see(&s, W->data, scratch.packed);
  for (long n = 0; n < rows; n++)
    see(&s, x->data + n * x->stride, W->data, scratch, b, 0, relu, z->data + n * z->stride);
}

// dW += patches(x)' dz of one image: a line for each cell and channel.
static void weights(const Shape *s, const real *x, const real *dz, Scratch scratch, int add, real *dW) {
  const View v = view_of(s, x, scratch.image);
  const long each_band = s->high / v.bands * s->wide;
  if (is_depthwise(s) && !v.copied) {
    each_channel(s->C, &v.cells, &v.places, v.at, dz, add ? dW : 0, s->C, dW);
    return;
  }
  for (long band = 0; band < v.bands; band++)
    for (long g = 0; g < s->groups; g++) {
      real *to = dW + g * s->own;
      const ConvolveProduct p = {
        .rows = &v.cells, .terms = &v.places, .a = band_of(s, &v, x, band, g, scratch.image),
        .b = dz + band * each_band * s->F + g * s->own, .panel = PANEL, .columns = s->own, .b_step = {0, s->wide * s->F, s->F},
        .start = add || band ? to : 0, .start_row = s->F, .c = to, .c_row = s->F};
      FN(convolve_product)(&p);
    }
}

// The gradients of one call. dW stands in its own layout or, after an image with few numbers in dz, in lines.
typedef struct {
  const Shape *s;
  Scratch scratch;
  Sparse sparse;
  const Array *W, *dx, *dW;
  int any_sparse, packed, turned, in_lines;      // whether W is finite; W as panels, as lines; dW in lines
  int copies;                                    // the last vector of a row may reach beyond the image
  long row;
} Gradients;

static void dense_dx(Gradients *g, const real *dz, real *dx) {
  if (!g->packed) pack_to_spread(g->s, g->W->data, g->scratch.packed), g->packed = 1;
  const Shape s = *g->s;                         // known to nobody else, it stays in registers
  if (!g->dx->add) clear_numbers(g->dx->size, dx);
  spread(&s, dz, g->W->data, g->scratch, dx);                                // dx = fold(dz W')
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
  if (!g->in_lines && add) FN(lines_of_filters)(&g->sparse, g->dW->data, g->sparse.dW);
  else if (!g->in_lines) clear_numbers(s->F * g->sparse.line, g->sparse.dW);
  g->in_lines = 1;
  if (g->copies) copy_padded(s, x, g->scratch.image), x = g->scratch.image;
  FN(sparse_weights)(&g->sparse, x, g->row);
}

// dz, z, x, W; db may be NULL
static void backward(long rows, const Array *a, const Array *dx, const Array *dW, const Array *db, const double *attr, real *work) {
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
    if (db) sum_places(s.high * s.wide, s.F, dz, db->data);                    // db = sum over n of dz
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

static void clear_sum(long rows, const Array *sum) {                           // no rows: nothing is summed
  for (long i = 0; rows == 0 && sum->data && !sum->add && i < sum->size; i++) sum->data[i] = 0;
}

void OP(convolve)(long rows, const Array *a, const double *attr) {             // z, x, W, work
  forward(rows, a, a + 1, a + 2, 0, 0, attr, a[3].data);                       // z = patches(x) W
}

void OP(convolve_then_relu)(long rows, const Array *a, const double *attr) {   // a, x, W, work
  forward(rows, a, a + 1, a + 2, 0, 1, attr, a[3].data);                       // a = max(patches(x) W, 0)
}

void OP(convolve_backward)(long rows, const Array *a, const double *attr) {    // dz, z, x, W, dx, dW, work
  backward(rows, a, a + 4, a + 5, 0, attr, a[6].data);
  clear_sum(rows, a + 5);
}

long OP(convolve_work)(long rows, const Array *a) {                            // z, x, W
  const Shape s = shape_here(a, a + 1, a + 2, 0);
  (void)rows;
  return work_size(&s) + FN(sparse_work)(&s);
}

void OP(convolve_affine)(long rows, const Array *a, const double *attr) {      // z, x, W, b, work
  forward(rows, a, a + 1, a + 2, a[3].data, 0, attr, a[4].data);               // z = patches(x) W + b
}

void OP(convolve_affine_then_relu)(long rows, const Array *a, const double *attr) {      // a, x, W, b, work
  forward(rows, a, a + 1, a + 2, a[3].data, 1, attr, a[4].data);               // a = max(patches(x) W + b, 0)
}

void OP(convolve_affine_backward)(long rows, const Array *a, const double *attr) {       // dz, z, x, W, b, dx, dW, db, work
  backward(rows, a, a + 5, a + 6, a[7].data ? a + 7 : 0, attr, a[8].data);
  clear_sum(rows, a + 6);
}

long OP(convolve_affine_work)(long rows, const Array *a) { return OP(convolve_work)(rows, a); }
