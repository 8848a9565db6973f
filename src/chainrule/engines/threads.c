// A team of threads for one call: made and joined inside it, so that nothing is left over when the
// process forks.
#include "plan.h"
#include "kernels/system.h"

enum { SPINS = 4000 }; // before a waiting thread gives its core away

void FN(barrier)(Team *team) {
  if (team->threads == 1) return;
  const int32_t round = __atomic_load_n(&team->round, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&team->arrived, 1, __ATOMIC_ACQ_REL) == team->threads) {
    __atomic_store_n(&team->arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&team->round, round + 1, __ATOMIC_RELEASE);
    return;
  }
  for (int32_t spins = 0; __atomic_load_n(&team->round, __ATOMIC_ACQUIRE) == round;) {
    if (++spins < SPINS) {
#if defined(__x86_64__) || defined(__i386__)
      __builtin_ia32_pause();
#endif
    } else
      give_way();
  }
}

typedef struct {
  Team *team;
  Context *context;
} Member;

static THREAD_RESULT member(void *argument) {
  const Member *me = argument;
  while (__atomic_load_n(&me->team->round, __ATOMIC_ACQUIRE) < 0) give_way();
  me->team->work(me->team, me->context);
  return 0;
}

// `work` on every thread of the team, this one included. A thread that cannot be made is done
// without.
void FN(run_team)(Plan *plan, void (*work)(Team *, Context *), Run *run, int32_t threads,
                  int64_t rows) {
  Team team = {.plan = plan, .run = run, .rows = rows, .work = work, .going = 1};
  Thread handle[MAX_THREADS];
  Member each[MAX_THREADS];
  take_lock(plan->lock); // one call of a plan at a time; another Python thread waits
  plan->run = run;
  team.threads = threads < plan->threads ? threads : plan->threads;
  int32_t made = 1;
  for (int32_t t = 0; t < team.threads; t++) each[t] = (Member){&team, plan->context + t};
  // nobody starts before the number of threads is known
  __atomic_store_n(&team.round, -1, __ATOMIC_RELEASE);
  for (; made < team.threads; made++)
    if (start_thread(handle + made, member, each + made)) break;
  __atomic_store_n(&team.threads, made, __ATOMIC_RELEASE);
  __atomic_store_n(&team.round, 0, __ATOMIC_RELEASE);
  work(&team, plan->context);
  for (int32_t t = 1; t < made; t++) join_thread(handle[t]);
  run->steps = team.done;
  leave_lock(plan->lock);
}
