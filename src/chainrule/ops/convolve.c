// Twin of convolve.py. Patches are read where they lie in the image; only W is packed.
#include "convolve.h"

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

static void backward(long rows, const Array *a, const Array *dx, const Array *dW, const double *attr, real *work) {     // dz, z, x, W
  const Shape s = shape_here(a, a + 2, a + 3, attr);
  const Scratch scratch = scratch_of(&s, work);
  if (dx->data) pack_to_spread(&s, a[3].data, scratch.packed);
  for (long n = 0; n < rows; n++) {
    const real *dz = a[0].data + n * a[0].stride;
    real *to = dx->data + n * dx->stride;
    if (dx->data) {
      for (long i = 0; i < dx->size && !dx->add; i++) to[i] = 0;
      spread(&s, dz, a[3].data, scratch, to);                                            // dx = fold(dz W')
    }
    if (dW->data) weights(&s, a[2].data + n * a[2].stride, dz, scratch, dW->add || n, dW->data);
  }
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
  backward(rows, a, a + 4, a + 5, attr, a[6].data);
  clear_sum(rows, a + 5);
}

long OP(convolve_work)(long rows, const Array *a) {                            // z, x, W
  const Shape s = shape_here(a, a + 1, a + 2, 0);
  (void)rows;
  return work_size(&s);
}

void OP(convolve_affine)(long rows, const Array *a, const double *attr) {      // z, x, W, b, work
  forward(rows, a, a + 1, a + 2, a[3].data, 0, attr, a[4].data);               // z = patches(x) W + b
}

void OP(convolve_affine_then_relu)(long rows, const Array *a, const double *attr) {      // a, x, W, b, work
  forward(rows, a, a + 1, a + 2, a[3].data, 1, attr, a[4].data);               // a = max(patches(x) W + b, 0)
}

void OP(convolve_affine_backward)(long rows, const Array *a, const double *attr) {       // dz, z, x, W, b, dx, dW, db, work
  backward(rows, a, a + 5, a + 6, attr, a[8].data);
  if (a[7].data) sum_places(rows, a[0].size / a[7].size, a[7].size, a, a + 7);           // db = sum over n of dz
  clear_sum(rows, a + 6), clear_sum(rows, a + 7);
}

long OP(convolve_affine_work)(long rows, const Array *a) { return OP(convolve_work)(rows, a); }
