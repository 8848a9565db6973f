// How long each call of a plan takes. A plan that is timed calls its kernels through one that reads
// the clock before and after; other plans are not slowed down. One thread only.
#include <stdlib.h>
#include "plan.h"
#include "kernels/system.h"

// In place of a call's kernel and attr: the real ones, and the time that they took.
struct Timer {
  Kernel run;
  Fold fold;
  const double *attr;
  double milliseconds;
};

static void timed_run(long rows, const Array *a, const double *attr) {
  Timer *timer = (Timer *)attr;
  const double begin = milliseconds_now();
  timer->run(rows, a, timer->attr);
  timer->milliseconds += milliseconds_now() - begin;
}

static void timed_fold(const Leaves *leaves, const Array *a, const double *attr) {
  Timer *timer = (Timer *)attr;
  const double begin = milliseconds_now();
  timer->fold(leaves, a, timer->attr);
  timer->milliseconds += milliseconds_now() - begin;
}

int FN(time_calls)(Plan *plan) {
  if (plan->timer) return 1;
  if (plan->threads != 1) return 0;
  plan->timer = calloc(plan->calls + 1, sizeof(Timer));
  if (!plan->timer) return 0;
  for (int32_t k = 0; k < plan->calls; k++) {
    Call *call = plan->call + k;
    plan->timer[k] = (Timer){call->run, call->fold, call->attr, 0};
    call->run = timed_run, call->attr = (const double *)(plan->timer + k);
    if (call->fold) call->fold = timed_fold;
  }
  return 1;
}

int FN(time_spent)(Plan *plan, int32_t k, Spent *spent) {
  if (!plan->timer || k < 0 || k >= plan->calls) return 0;
  *spent = (Spent){plan->call[k].step, plan->call[k].backward, plan->timer[k].milliseconds};
  plan->timer[k].milliseconds = 0;
  return 1;
}
