// The products of a convolution by tiles in registers. No bit depends on the tile or on its place.
#include "convolve_product.h"

// TALL x 2 vectors of sums, 2 of B and a number of A fit the registers. NEAR: addresses that do as
// well.
enum { NEAR = 6, TALL = MANY_REGISTERS ? 13 : 6 };
#include "convolve_tile.h"
#include "convolve_single.h"

// One function for each height, width and kind of b.
#define HEIGHT(h)              \
  CONVOLVE(edge1_##h, h, 1, 0) \
  CONVOLVE(edge2_##h, h, 2, 0) CONVOLVE(whole1_##h, h, 1, 1) CONVOLVE(whole2_##h, h, 2, 1)
#define NAMES(h) {edge1_##h, edge2_##h, whole1_##h, whole2_##h}
HEIGHT(1)
HEIGHT(2)
HEIGHT(3)
HEIGHT(4)
HEIGHT(5) HEIGHT(6)
#if MANY_REGISTERS
    HEIGHT(7) HEIGHT(8) HEIGHT(9) HEIGHT(10) HEIGHT(11) HEIGHT(12) HEIGHT(13)
#endif
        static ConvolveTileFunction *const TILES[TALL + 1][4] = {
            {0},      NAMES(1), NAMES(2), NAMES(3),  NAMES(4),  NAMES(5),  NAMES(6),
#if MANY_REGISTERS
            NAMES(7), NAMES(8), NAMES(9), NAMES(10), NAMES(11), NAMES(12), NAMES(13),
#endif
};

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
  if (is_narrow(p->columns))
    FN(convolve_narrow)(p);
  else if (p->cell && is_single(p->terms, p->cell, p->columns))
    single_channel(p);
  else
    all_tiles(p, TILES, MAXIMA_TILES);
}
