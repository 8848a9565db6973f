// Twin of flatten.py: the numbers of a row lie as they lay. (A plan may as well let f lie where x
// lies.)
#include "kernels/loops.h"

void OP(flatten)(long rows, const Array *a, const double *attr) { // f, x
  MAP(rows, a, z);                                                // f = vec(x)
}

void OP(flatten_backward)(long rows, const Array *a, const double *attr) { // df, f, x, dx
  MAP_BACKWARD(rows, a, dy);                                               // dx = reshape(df)
}
