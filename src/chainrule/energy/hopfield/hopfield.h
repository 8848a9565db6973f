// Asynchronous recall: what the extension module passes. No type here depends on the dtype.
#ifndef CHAINRULE_HOPFIELD_H
#define CHAINRULE_HOPFIELD_H
#include <stdint.h>

typedef struct {
  int64_t units, states;  // N, P
  int64_t sweeps, orders; // sweep k visits order[k % orders]
  int32_t whole;          // 1: the weights are whole numbers (N W); 0: doubles
  const void *receive;    // row i: W[i, :], the weights to unit i; whole weights only
  const void *send;       // row j: W[:, j], the weights from unit j; = receive if W is symmetric
  const double *cut;      // (N): above it a field makes a unit 1, below it -1, at it the unit stays
  const int32_t *order;   // (orders, N)
  int16_t *s;             // (P, N): 1 or -1, in and out
  int32_t *flips;   // out, of a single state: the unit of each flip, up to sweeps * N; or NULL
  int64_t *flipped; // out, (P): the number of flips
  int32_t *swept;   // out, (P): the sweeps including the first without a flip; 0: none of them
} HopfieldRun;
#endif
