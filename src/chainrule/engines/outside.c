// The kernel of a step that has no twin: it calls the function that the caller of the plan
// provides.
#include "plan.h"

// attr holds the call's Visitor. After a failure the rest of the step is computed from whatever the
// memory holds, and the step is dropped.
void FN(visit)(long rows, const Array *a, const double *attr) {
  const Visitor *visitor = (const Visitor *)attr;
  Run *run = visitor->plan->run;
  if (__atomic_load_n(&run->failed, __ATOMIC_RELAXED)) return;
  Visit visit = visitor->visit;
  visit.array = a, visit.rows = rows;
  if (!run->outside || run->outside(run->caller, &visit))
    __atomic_store_n(&run->failed, 1, __ATOMIC_RELAXED);
}
