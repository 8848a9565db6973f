// What the engine asks of the operating system: threads, a lock, the clock. POSIX, or Windows.
#ifndef CHAINRULE_SYSTEM_H
#define CHAINRULE_SYSTEM_H
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOGDI // names that plan.h has too
#define NOUSER
#include <windows.h>
#include <process.h>

typedef HANDLE Thread;
typedef SRWLOCK Lock;
#define THREAD_RESULT unsigned __stdcall // what the function of a thread gives back: 0

// 0, or it cannot
static inline int start_thread(Thread *thread, unsigned(__stdcall *work)(void *), void *argument) {
  *thread = (HANDLE)_beginthreadex(0, 0, work, argument, 0, 0);
  return *thread == 0;
}
static inline void join_thread(Thread thread) {
  WaitForSingleObject(thread, 0xFFFFFFFF), CloseHandle(thread);
}
static inline void give_way(void) {
  SwitchToThread();
}
static inline int make_lock(Lock *lock) {
  return InitializeSRWLock(lock), 0;
}
static inline void take_lock(Lock *lock) {
  AcquireSRWLockExclusive(lock);
}
static inline void leave_lock(Lock *lock) {
  ReleaseSRWLockExclusive(lock);
}
static inline double milliseconds_now(void) {
  LARGE_INTEGER ticks, second;
  QueryPerformanceCounter(&ticks), QueryPerformanceFrequency(&second);
  return ticks.QuadPart * 1e3 / second.QuadPart;
}
#else
#include <pthread.h>
#include <sched.h>
#include <time.h>

typedef pthread_t Thread;
typedef pthread_mutex_t Lock;
#define THREAD_RESULT void *

static inline int start_thread(Thread *thread, void *(*work)(void *), void *argument) {
  return pthread_create(thread, 0, work, argument);
}
static inline void join_thread(Thread thread) {
  pthread_join(thread, 0);
}
static inline void give_way(void) {
  sched_yield();
}
static inline int make_lock(Lock *lock) {
  return pthread_mutex_init(lock, 0);
}
static inline void take_lock(Lock *lock) {
  pthread_mutex_lock(lock);
}
static inline void leave_lock(Lock *lock) {
  pthread_mutex_unlock(lock);
}
static inline double milliseconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
#endif
#endif
