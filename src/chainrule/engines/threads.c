// The threads of one call. The call starts and joins them, so that none is left when the process
// forks. A call also takes the plan's lock, enters the default floating-point mode, and asks its
// caller now and then whether to stop.
#include "plan.h"
#include "kernels/float_mode.h"
#include "kernels/system.h"

enum { SPINS = 4000 }; // how often a waiting thread looks before it gives its core away

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

// ---- whether to stop

// Look at the clock, and ask the caller if enough time has passed. The clock is read about every
// 0.1 ms: reading it costs as much as a small step.
int FN(look)(Watch *watch) {
  enum { EVERY = 30 }; // ms from one question to the next
  const double now = milliseconds_now(), pieces = (double)(watch->pieces - watch->seen_pieces);
  const int first = watch->asked == 0;
  const double per_ms = first ? 0 : pieces / (now - watch->seen + 1e-6);
  const int64_t most = 4 * (int64_t)pieces, ahead = (int64_t)(per_ms / 10);
  watch->next = watch->pieces + (ahead < 1 ? 1 : ahead < most ? ahead : most);
  watch->seen = now, watch->seen_pieces = watch->pieces;
  if (first) watch->asked = now;
  if (now - watch->asked < EVERY) return 0;
  const int stop = watch->ask(watch->caller);
  watch->asked = milliseconds_now();
  return stop;
}

// ---- after a fork

// If a thread was inside a call when the process forked, it does not exist in the child and can
// never release the lock. The plan gets a new lock, and its memory is reset.
static void adopt(Plan *plan, int32_t process) {
  enum { ADOPTING = -1 };
  int32_t seen = __atomic_load_n(&plan->process, __ATOMIC_ACQUIRE);
  while (seen != process) {
    if (seen == ADOPTING) {
      give_way();
      seen = __atomic_load_n(&plan->process, __ATOMIC_ACQUIRE);
    } else if (__atomic_compare_exchange_n(&plan->process, &seen, ADOPTING, 0, __ATOMIC_ACQ_REL,
                                           __ATOMIC_ACQUIRE)) {
      if (try_lock(plan->lock))
        leave_lock(plan->lock);
      else
        make_lock(plan->lock), FN(reset)(plan);
      __atomic_store_n(&plan->process, process, __ATOMIC_RELEASE);
      return;
    }
  }
}

// ---- a team

typedef struct {
  Team *team;
  Context *context;
} Member;

static THREAD_RESULT member(void *argument) {
  const Member *me = argument;
  enter_default_float_mode();
  while (__atomic_load_n(&me->team->round, __ATOMIC_ACQUIRE) < 0) give_way();
  me->team->work(me->team, me->context);
  return 0;
}

static int32_t team_size(const Plan *plan, const Run *run, int32_t wanted) {
  int32_t threads = wanted < plan->threads ? wanted : plan->threads;
  if (run->threads > 0 && threads > run->threads) threads = run->threads;
  return threads < MAX_THREADS ? threads : MAX_THREADS;
}

// Run `work` on every thread of the team, this one included. If a thread cannot be made, the team
// works with fewer.
void FN(run_team)(Plan *plan, void (*work)(Team *, Context *), Run *run, int32_t threads,
                  int64_t rows) {
  Team team = {.plan = plan, .run = run, .rows = rows, .work = work, .going = 1};
  Thread handle[MAX_THREADS];
  Member each[MAX_THREADS];
  if (__atomic_load_n(&plan->process, __ATOMIC_ACQUIRE) != run->process) adopt(plan, run->process);
  take_lock(plan->lock); // one call of a plan at a time; another Python thread waits
  const uint64_t mode = enter_default_float_mode();
  plan->run = run;
  team.threads = team_size(plan, run, threads);
  int32_t made = 1;
  for (int32_t t = 0; t < team.threads; t++) each[t] = (Member){&team, plan->context + t};
  // no thread starts its work before the number of threads is known
  __atomic_store_n(&team.round, -1, __ATOMIC_RELEASE);
  for (; made < team.threads; made++)
    if (start_thread(handle + made, member, each + made)) break;
  __atomic_store_n(&team.threads, made, __ATOMIC_RELEASE);
  __atomic_store_n(&team.round, 0, __ATOMIC_RELEASE);
  work(&team, plan->context);
  for (int32_t t = 1; t < made; t++) join_thread(handle[t]);
  run->steps = team.done;
  leave_default_float_mode(mode);
  leave_lock(plan->lock);
}
