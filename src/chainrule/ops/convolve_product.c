// The products of a convolution, by tiles in registers. No bit depends on the tile or on its place.
#include "convolve_product.h"

// The registers hold TALL x 2 vectors of sums, 2 of B and one number of A, and also the addresses
// of NEAR rows.
enum { NEAR = 6, TALL = MANY_REGISTERS ? 13 : 6 };
#include "convolve_tile.h"
#include "convolve_single.h"

// One function for each height, width and kind of b.
#define HEIGHT(h)               \
  CONVOLVE(edge1_##h, h, 1, 0)  \
  CONVOLVE(edge2_##h, h, 2, 0)  \
  CONVOLVE(whole1_##h, h, 1, 1) \
  CONVOLVE(whole2_##h, h, 2, 1)
#define NAMES(h) {edge1_##h, edge2_##h, whole1_##h, whole2_##h},
#if MANY_REGISTERS
#define EACH_HEIGHT EACH_TO_13
#else
#define EACH_HEIGHT EACH_TO_6
#endif
EACH_HEIGHT(HEIGHT)
static ConvolveTileFunction *const TILES[TALL + 1][4] = {{0}, EACH_HEIGHT(NAMES)};

// For each number of windows, one function for each width.
#if MANY_REGISTERS
#define WINDOWS(n) MAXIMA(maxima1_##n, 4 * n, 1) MAXIMA(maxima2_##n, 4 * n, 2)
WINDOWS(1)
WINDOWS(2)
WINDOWS(3)
static ConvolveTileFunction *const MAXIMA_TILES[TALL / 4 + 1][2] = {
    {0}, {maxima1_1, maxima2_1}, {maxima1_2, maxima2_2}, {maxima1_3, maxima2_3}};
#else
static ConvolveTileFunction *const MAXIMA_TILES[TALL / 4 + 1][2] = {{0}};
#endif

void FN(convolve_product)(const ConvolveProduct *p) {
  if (p->lanes)
    FN(convolve_lanes)(p);
  else if (is_narrow(p->columns))
    FN(convolve_narrow)(p);
  else if (p->cell && is_single(p->terms, p->cell, p->columns))
    single_channel(p);
  else
    all_tiles(p, TILES, MAXIMA_TILES);
}
