// The products of a convolution with columns for one vector of 32 bytes. With AVX-512 this is half
// a vector, and twice as many are multiplied at a time. A tile is higher, because its sums wait for
// each other. The sums and their bits are the same.
#define HALF_VECTORS
#include "convolve_product.h"

// TALL sums, a vector of B and a number of A fit 16 registers.
enum { NEAR = 6, TALL = 13 };
#include "convolve_tile.h"
#include "convolve_single.h"
#include "kernels/gemm_pack.h"

#define HEIGHT(h) CONVOLVE(edge_##h, h, 1, 0) CONVOLVE(whole_##h, h, 1, 1)
#define NAMES(h) {edge_##h, 0, whole_##h, 0},
EACH_TO_13(HEIGHT)
static ConvolveTileFunction *const TILES[TALL + 1][4] = {{0}, EACH_TO_13(NAMES)};

MAXIMA(maxima_1, 4, 1)
MAXIMA(maxima_2, 8, 1)
MAXIMA(maxima_3, 12, 1)
static ConvolveTileFunction *const MAXIMA_TILES[TALL / 4 + 1][2] = {
    {0}, {maxima_1, 0}, {maxima_2, 0}, {maxima_3, 0}};

void FN(convolve_narrow)(const ConvolveProduct *p) {
  if (p->cell && is_single(p->terms, p->cell, p->columns))
    single_channel(p);
  else
    all_tiles(p, TILES, MAXIMA_TILES);
}

void FN(convolve_turn)(const real *lane, long lane_row, long count, long columns, int windows,
                       real *c, long c_row, long room) {
  const long each = windows ? SMALL / 2 : SMALL;
  for (long k = 0; k < count; k += each, lane += SMALL, room -= each * c_row, c += each * c_row) {
    Vector row[SMALL];
    turn(lane, lane_row, row);
    UNROLL
    for (int q = 0; q < SMALL / 2; q++)
      if (windows) row[q] = greater(row[2 * q], row[2 * q + 1]);
    if (k + each <= count && (each - 1) * c_row + WIDE <= room) {
      UNROLL
      for (int q = 0; q < SMALL; q++)
        if (q < each) store(c + q * c_row, row[q]);
      continue;
    }
    for (long q = 0; q < each && k + q < count; q++)
      store_first(c + q * c_row, (integer)columns, row[q]);
  }
}
