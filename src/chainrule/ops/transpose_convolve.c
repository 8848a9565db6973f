// Twin of transpose_convolve.py: what a convolution does backwards, forwards. The image is z here,
// its places are the pixels of x.
#include "convolve.h"

static Shape shape_here(const Array *z, const Array *x, const Array *W, const double *attr) {
  Shape s = shape_of(z, x, W, 1);
  if (attr) read_attributes(&s, x->ndim - 1, attr, 1);
  return s;
}

static void forward(long rows, const Array *z, const Array *x, const Array *W, const real *b,
                    const double *attr, real *work) {
  const Shape s = shape_here(z, x, W, attr);
  const Scratch scratch = scratch_of(&s, work);
  pack_to_spread(&s, W->data, scratch.packed);
  for (long n = 0; n < rows; n++) {
    real *to = z->data + n * z->stride;
    for (long i = 0; i < z->size; i += s.C)
      for (long c = 0; c < s.C; c++) to[i + c] = b ? b[c] : 0;
    spread(&s, x->data + n * x->stride, W->data, scratch, to);
  }
}

// dW += x' patches(dz) of one image: a matrix (own, each) for each cell.
static void weights(const Shape *s, const real *x, const real *dz, Scratch scratch, int add,
                    real *dW) {
  const View v = view_of(s, dz, scratch.image);
  const Level *places = v.places.level;
  const long each_band = s->high / v.bands * s->wide;
  if (is_depthwise(s) && !v.copied) {
    each_channel(s->C, &v.cells, &v.places, v.at, x, add ? dW : 0, s->C, dW);
    return;
  }
  const Walk numbers = {{{1, 0}, {1, 0}, {s->own, 1}}};
  const Walk pixels = {
      {{1, 0}, {places[1].count, places[2].count * s->F}, {places[2].count, s->F}}};
  for (long band = 0; band < v.bands; band++)
    for (long g = 0; g < s->groups; g++) {
      Cursor cell = {&v.cells, band_of(s, &v, dz, band, g, scratch.image), 0, 0};
      for (long k = 0; k < terms_of(s); k++) {
        const real *from;
        addresses(&cell, 1, &from);
        real *to = dW + g * s->group + k / s->each * s->cell;
        if (k % s->each) continue; // a cell's channels are the columns
        const ConvolveProduct p = {.rows = &numbers,
                                   .terms = &pixels,
                                   .a = x + band * each_band * s->F + g * s->own,
                                   .b = from,
                                   .panel = PANEL,
                                   .columns = s->each,
                                   .b_step = {0, places[1].step, places[2].step},
                                   .start = add || band ? to : 0,
                                   .start_row = s->number,
                                   .c = to,
                                   .c_row = s->number};
        FN(convolve_product)(&p);
      }
    }
}

// dz, z, x, W
static void backward(long rows, const Array *a, const Array *dx, const Array *dW,
                     const double *attr, real *work) {
  const Shape s = shape_here(a, a + 2, a + 3, attr);
  const Scratch scratch = scratch_of(&s, work);
  if (dx->data) pack_to_see(&s, a[3].data, scratch.packed);
  for (long n = 0; n < rows; n++) {
    const real *dz = a[0].data + n * a[0].stride;
    // dx = patches(dz) W'
    if (dx->data) see(&s, dz, a[3].data, scratch, 0, dx->add, 0, dx->data + n * dx->stride);
    if (dW->data) weights(&s, a[2].data + n * a[2].stride, dz, scratch, dW->add || n, dW->data);
  }
}

static void clear_sum(long rows, const Array *sum) { // no rows: nothing is summed
  for (long i = 0; rows == 0 && sum->data && !sum->add && i < sum->size; i++) sum->data[i] = 0;
}

TAKES(transpose_convolve, "(N,*x) (*W) -> (N,*z)", ANY_COUNT);

int OP(transpose_convolve_fits)(const Array *a, int32_t count, const double *attr) { // z, x, W
  return convolution_fits(a, a + 1, a + 2, count, attr, 1);
}

void OP(transpose_convolve)(long rows, const Array *a, const double *attr) { // z, x, W, work
  forward(rows, a, a + 1, a + 2, 0, attr, a[3].data);                        // z = fold(x W)
}

// dz, z, x, W, dx, dW, work
void OP(transpose_convolve_backward)(long rows, const Array *a, const double *attr) {
  backward(rows, a, a + 4, a + 5, attr, a[6].data);
  clear_sum(rows, a + 5);
}

long OP(transpose_convolve_work)(long rows, const Array *a) { // z, x, W
  const Shape s = shape_here(a, a + 1, a + 2, 0);
  (void)rows;
  return work_size(&s);
}

TAKES(transpose_convolve_affine, "(N,*x) (*W) (C) -> (N,*z)", ANY_COUNT);

int OP(transpose_convolve_affine_fits)(const Array *a, int32_t count,
                                       const double *attr) { // z, x, W, b
  return convolution_fits(a, a + 1, a + 2, count, attr, 1) &&
         a[3].size == a[0].shape[a[0].ndim - 1];
}

// z, x, W, b, work
void OP(transpose_convolve_affine)(long rows, const Array *a, const double *attr) {
  forward(rows, a, a + 1, a + 2, a[3].data, attr, a[4].data); // z = fold(x W) + b
}

// dz, z, x, W, b, dx, dW, db, work
void OP(transpose_convolve_affine_backward)(long rows, const Array *a, const double *attr) {
  backward(rows, a, a + 5, a + 6, attr, a[8].data);
  clear_sum(rows, a + 6);
  if (!a[7].data) return;
  if (!a[7].add) clear_numbers(a[7].size, a[7].data);
  for (long n = 0; n < rows; n++)
    sum_places(a[0].size / a[7].size, a[7].size, a[0].data + n * a[0].stride, a[7].data);
}

long OP(transpose_convolve_affine_work)(long rows, const Array *a) {
  return OP(transpose_convolve_work)(rows, a);
}
