// Many steps of contrastive divergence in one call, for an RBM with binary units. No dtype in the types: the module sees this too.
#ifndef CHAINRULE_RBM_H
#define CHAINRULE_RBM_H
#include <stdint.h>

typedef struct {
  int32_t visible, hidden, chains, rounds;       // D, H, M, k. chains == 0: they start at the rows themselves (CD)
  int64_t steps;
  const int64_t *starts;                         // step i takes the rows starts[i] .. starts[i + 1] - 1 of x and plus
  const void *x;                                 // rows (n, D)
  const double *plus;                            // the weight of each row in the estimate
  const double *minus;                           // of each step: the weight of each chain
  const double *u;                               // uniforms in the order in which they are used
  const void *W, *b, *c;                         // (H, D), (D,), (H,)
  void *dW, *db, *dc;                            // the estimate is added here; W, b, c themselves: a step of descent
  void *h;                                       // (M, H): the persistent chains, moved
  double *errors;                                // out: Σ |plus| |v - r|^2 of each step; NULL: not asked for
} RbmRun;

#endif
