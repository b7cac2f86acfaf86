//! Work that may be late, and keeps out of the way of calls.
//!
//! - [`give_way`]: where there is not enough of the processor for all, other threads go first, also those of other programs.
//! - [`let_others`] and [`politely`]: a thread that has begun goes on for milliseconds before another has its turn, however willing
//!   it is to give way; so it stops by itself, between two pieces of its work, after less.
//! - [`Share`]: on its own it takes no more than a part of one core, however much there is to do.

use std::cell::Cell;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// How much nicer such a thread is to other threads.
const NICE: i32 = 10;
/// A thread that lets others go first works for so long before it does. Each time costs it a turn of its own, so a busy machine
/// would hear little of one that does so all the time.
const PIECE: Duration = Duration::from_micros(100);

thread_local! {
    /// How long this thread had worked when it let others go first last.
    static LET: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Lets other threads of this process go first from here on. Where the system does not know how, it goes on as it is.
pub fn give_way() {
    let _as_before = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
}

/// Lets whoever waits for this processor have it now, if this thread has worked for a while.
pub fn let_others() {
    let worked = used();
    if worked.saturating_sub(LET.get()) >= PIECE {
        std::thread::yield_now();
        LET.set(worked);
    }
}

/// Does the same as `work`, and lets others go first between pieces of it.
pub async fn politely<F: Future>(work: F) -> F::Output {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        let polled: Poll<_> = work.as_mut().poll(context);
        let_others();
        polled
    })
    .await
}

/// How much of one core the thread that made it takes: what it used is paid for by time that passes.
#[derive(Debug)]
pub struct Share {
    /// So much time pays for one of work.
    times: u32,
    /// At most so much work is paid for ahead.
    ahead: Duration,
    /// Until when all work so far is paid for.
    paid_at: Instant,
    used: Duration,
}

impl Share {
    /// One part in `times`, of which at most `ahead` is done at once after a rest.
    #[must_use]
    pub fn one_in(times: u32, ahead: Duration) -> Self {
        Self { times, ahead, paid_at: Instant::now(), used: used() }
    }

    /// When there may be more work, seen at `now`: not after it where that is so already.
    pub fn free_at(&mut self, now: Instant) -> Instant {
        let used = used();
        let worked = used.saturating_sub(self.used);
        self.used = used;
        self.free_after(now, worked)
    }

    /// The same after some work.
    fn free_after(&mut self, now: Instant, worked: Duration) -> Instant {
        let saved = self.ahead.saturating_mul(self.times);
        let earliest = now.checked_sub(saved).unwrap_or(now);
        // Beyond what can be told there is no work.
        let paid_at = self.paid_at.max(earliest).checked_add(worked.saturating_mul(self.times));
        self.paid_at = paid_at.unwrap_or(now);
        self.paid_at
    }
}

/// How long this thread had a processor so far.
fn used() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanos) = (u64::try_from(used.tv_sec), u32::try_from(used.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Goal: after some work there is a rest of as many times its length, a pause is worth no more than so much work, and no
    /// rest is lost. Method: a share of a quarter that works ahead for 5 ms, on a clock of its own.
    #[test]
    fn work_is_paid_for() {
        let began = Instant::now();
        let at = |ms: u32| began + MS * ms;
        let mut share = Share { times: 4, ahead: 5 * MS, paid_at: began, used: Duration::ZERO };
        assert_eq!(share.free_after(at(0), Duration::ZERO), at(0));
        assert_eq!(share.free_after(at(10), 10 * MS), at(40), "ten of work, of which ten were free");
        assert_eq!(share.free_after(at(30), MS), at(44), "and one more meanwhile");
        assert_eq!(share.free_after(at(44), Duration::ZERO), at(44));
        // After a long rest: 5 ms at once, which 20 ms before had paid for.
        assert_eq!(share.free_after(at(1_000), Duration::ZERO), at(980));
        assert_eq!(share.free_after(at(1_005), 5 * MS), at(1_005));
        assert_eq!(share.free_after(at(1_006), MS), at(1_009));
    }

    /// Goal: what is counted is this thread's work and nothing else. Method: a thread that waits for another, which works.
    #[test]
    fn waiting_is_no_work() {
        let mut share = Share::one_in(1_000_000, Duration::ZERO);
        let before = used();
        let worked = std::thread::spawn(|| {
            while used() < 20 * MS {
                let_others();
            }
        });
        worked.join().unwrap();
        assert!(used() - before < 20 * MS, "the other's work is not this one's");
        assert!(share.free_at(Instant::now()) > Instant::now(), "its own is");
    }

    /// Goal: what is done politely is done, and comes to the same. Method: a future that is not ready the first time.
    #[test]
    fn politely_is_the_same() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let came = runtime.block_on(politely(async {
            tokio::task::yield_now().await;
            7
        }));
        assert_eq!(came, 7);
    }
}
