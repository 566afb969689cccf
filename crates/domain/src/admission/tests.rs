use super::{Budget, BudgetLimits, Caller, Permit, Refused};
use crate::id::OwnerId;
use std::future::{pending, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use ulid::Ulid;

type Taken = Result<Permit, Refused>;
type Taking<'a> = Pin<Box<dyn Future<Output = Taken> + 'a>>;

fn caller(number: u64) -> Caller {
    Caller::Owner(OwnerId::new(Ulid(number.into())))
}

fn budget(total: u64, share: u64) -> Budget {
    Budget::new(BudgetLimits {
        total,
        share,
        waiting: 200_000,
        waiting_each: 200_000,
    })
}

fn poll(taking: &mut Taking) -> Option<Taken> {
    match taking
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(taken) => Some(taken),
        Poll::Pending => None,
    }
}

/// A request that is in the queue.
fn waiting(budget: &Budget, caller: Caller, units: u64) -> Taking<'_> {
    let mut taking: Taking = Box::pin(budget.take(caller, units, pending()));
    assert!(poll(&mut taking).is_none());
    taking
}

#[test]
fn one_caller_holds_its_share_and_all_hold_the_total_at_the_most() {
    let budget = budget(10, 4);
    let refused = |number, units| budget.try_take(caller(number), units).unwrap_err();
    let first = budget.try_take(caller(1), 4).unwrap();
    assert_eq!(refused(1, 1), Refused::Caller);
    assert_eq!(
        refused(2, 5),
        Refused::Caller,
        "more than a share is nobody's"
    );
    let _second = budget.try_take(caller(2), 4).unwrap();
    assert_eq!(refused(3, 3), Refused::Full);
    let _third = budget.try_take(caller(3), 2).unwrap();
    assert_eq!((budget.held(), budget.held_by(caller(1))), (10, 4));
    drop(first);
    assert_eq!((budget.held(), budget.held_by(caller(1))), (6, 0));
    assert!(budget.try_take(caller(1), 4).is_ok());
}

#[test]
fn a_share_of_little_is_one_unit() {
    let limits = BudgetLimits::parts(3, 4);
    assert_eq!((limits.total, limits.share), (3, 1));
    assert_eq!(BudgetLimits::parts(256, 4).share, 64);
}

#[test]
fn work_grows_within_the_share_and_gives_back_what_it_needs_no_more() {
    let budget = budget(10, 6);
    let mut first = budget.try_take(caller(1), 1).unwrap();
    assert_eq!(first.grow(6), Err(Refused::Caller));
    first.grow(5).unwrap();
    let mut second = budget.try_take(caller(2), 4).unwrap();
    assert_eq!(second.grow(1), Err(Refused::Full));
    first.shrink_to(2);
    first.shrink_to(5);
    assert_eq!((first.units(), budget.held()), (2, 6));
    second.grow(2).unwrap();
    drop((first, second));
    assert!(budget.queue().is_untouched());
}

#[test]
fn callers_take_turns_and_each_ones_requests_keep_their_order() {
    // One unit is to be had, and a share is more than that.
    let budget = budget(4, 4);
    let _elsewhere = budget.try_take(caller(8), 3).unwrap();
    let mut at_work = Some(budget.try_take(caller(9), 1).unwrap());
    let order = [(1, 'a'), (1, 'b'), (1, 'c'), (2, 'd'), (2, 'e'), (3, 'f')];
    let mut queue: Vec<_> = order
        .map(|(number, name)| (name, waiting(&budget, caller(number), 1)))
        .into();
    let mut served = String::new();
    while !queue.is_empty() {
        drop(at_work.take());
        queue.retain_mut(|(name, taking)| match poll(taking) {
            None => true,
            Some(taken) => {
                served.push(*name);
                at_work = Some(taken.unwrap());
                false
            }
        });
    }
    assert_eq!(served, "adfbec");
}

#[test]
fn a_later_request_does_not_overtake() {
    let budget = budget(10, 8);
    let at_work = budget.try_take(caller(1), 5).unwrap();
    let mut large = waiting(&budget, caller(2), 8);
    assert_eq!(budget.try_take(caller(3), 1).unwrap_err(), Refused::Full);
    let mut small = waiting(&budget, caller(3), 1);
    drop(at_work);
    assert!(poll(&mut large).is_some_and(|taken| taken.is_ok()));
    assert!(poll(&mut small).is_some_and(|taken| taken.is_ok()));
}

#[test]
fn a_caller_at_its_share_keeps_nobody_waiting_and_is_served_when_it_gives_back() {
    let budget = budget(10, 4);
    let first = budget.try_take(caller(1), 4).unwrap();
    let mut again = waiting(&budget, caller(1), 2);
    let mut behind = waiting(&budget, caller(1), 1);
    assert_eq!(budget.try_take(caller(1), 1).unwrap_err(), Refused::Caller);
    for number in 2..=3 {
        std::mem::forget(budget.try_take(caller(number), 3).unwrap());
    }
    drop(first);
    let again = poll(&mut again).unwrap().unwrap();
    let behind = poll(&mut behind).unwrap().unwrap();
    drop((again, behind));
    assert_eq!(budget.held(), 6);
}

#[test]
fn a_request_for_zero_units_is_granted_at_once_and_may_grow_beside_waiting_requests() {
    let budget = budget(10, 8);
    let _at_work = budget.try_take(caller(1), 5).unwrap();
    let mut large = waiting(&budget, caller(2), 8);
    let mut small = budget.try_take(caller(3), 0).unwrap();
    small.grow(1).unwrap();
    assert!(poll(&mut large).is_none());
    assert_eq!(budget.held(), 6);
}

#[test]
fn a_request_that_gives_up_leaves_no_trace_and_passes_the_turn_on() {
    let budget = budget(4, 4);
    let at_work = budget.try_take(caller(1), 2).unwrap();
    let large = waiting(&budget, caller(2), 4);
    let mut own = waiting(&budget, caller(2), 1);
    let mut other = waiting(&budget, caller(3), 1);
    drop(large);
    let own = poll(&mut own).unwrap().unwrap();
    let other = poll(&mut other).unwrap().unwrap();
    // One that was given its units and never saw them gives them back.
    let unseen = waiting(&budget, caller(4), 2);
    drop((at_work, own));
    assert_eq!(budget.held_by(caller(4)), 2);
    drop((unseen, other));
    assert!(budget.queue().is_untouched());
}

#[test]
fn growing_is_first_and_may_end_the_turn_of_ones_own_next_request() {
    let budget = budget(6, 4);
    let mut work = budget.try_take(caller(1), 1).unwrap();
    let _other = budget.try_take(caller(2), 3).unwrap();
    let mut next = waiting(&budget, caller(1), 3);
    let mut small = waiting(&budget, caller(3), 1);
    work.grow(1).unwrap();
    assert!(poll(&mut next).is_none());
    assert!(poll(&mut small).is_some());
    work.shrink_to(0);
    assert!(poll(&mut next).is_some());
}

#[test]
fn patience_ends_and_says_whose_share_is_used_up() {
    let budget = budget(3, 2);
    let _first = budget.try_take(caller(1), 2).unwrap();
    let _second = budget.try_take(caller(2), 1).unwrap();
    let ended = |number| {
        let mut taking: Taking = Box::pin(budget.take(caller(number), 1, ready(())));
        poll(&mut taking).unwrap().unwrap_err()
    };
    assert_eq!(ended(1), Refused::Caller);
    assert_eq!(ended(2), Refused::Full);
    assert_eq!(ended(3), Refused::Full);
    assert_eq!(budget.held(), 3);
}

#[test]
fn so_many_wait_and_the_next_is_refused_at_once() {
    let budget = Budget::new(BudgetLimits::parts(2, 2).with_waiting(3, 2));
    let _at_work = [1, 2].map(|number| budget.try_take(caller(number), 1).unwrap());
    let mut queue = vec![
        waiting(&budget, caller(1), 1),
        waiting(&budget, caller(1), 1),
    ];
    let refused = |number| {
        let mut taking: Taking = Box::pin(budget.take(caller(number), 1, pending()));
        poll(&mut taking).unwrap().unwrap_err()
    };
    assert_eq!(refused(1), Refused::Caller);
    queue.pop();
    queue.extend([3, 5].map(|number| waiting(&budget, caller(number), 1)));
    assert_eq!(refused(4), Refused::Full);
    queue.clear();
    assert!(poll(&mut waiting(&budget, caller(4), 1)).is_none());
}

#[test]
fn a_waiting_request_sees_whether_its_units_move() {
    let budget = budget(6, 4);
    let mut own = budget.try_take(caller(1), 4).unwrap();
    let mut seen = 0;
    let mut has_moved = |number| budget.has_moved(caller(number), 1, &mut seen);
    has_moved(1);
    assert!(!has_moved(1));
    own.moves();
    assert!(has_moved(1));
    assert!(!has_moved(1));
    own.works(true);
    assert!(has_moved(1));
    assert!(has_moved(1), "as long as it is at work");
    own.works(false);
    assert!(has_moved(1));
    assert!(!has_moved(1));
    // The moves of others are nothing to one whose own share is used up.
    let mut others = budget.try_take(caller(2), 1).unwrap();
    others.works(true);
    assert!(!has_moved(1));
    let _rest = budget.try_take(caller(3), 1).unwrap();
    has_moved(4);
    assert!(has_moved(4));
    drop(others);
    let _rest = budget.try_take(caller(3), 1).unwrap();
    assert!(has_moved(4), "some came back");
    assert!(!has_moved(4));
    own.shrink_to(3);
    assert!(has_moved(4));
    assert!(!has_moved(4));
}

#[test]
fn work_leaves_no_trace_either() {
    let budget = budget(4, 4);
    let mut at_work = budget.try_take(caller(1), 2).unwrap();
    at_work.works(true);
    at_work.shrink_to(0);
    drop(at_work);
    assert!(budget.queue().is_untouched());
}

/// Each step looks at one caller and one request, so this takes a second or two unoptimised; were each
/// step to look at all of them, it would take an hour.
#[test]
fn a_hundred_thousand_wait_and_all_are_served_and_forgotten() {
    for callers in [1, 100_000] {
        let budget = budget(1, 1);
        let mut at_work = Some(budget.try_take(caller(0), 1).unwrap());
        let mut queue: Vec<_> = (0..100_000)
            .map(|number| Some(waiting(&budget, caller(1 + number % callers), 1)))
            .collect();
        // Every third gives up, from wherever it stands.
        for taking in queue.iter_mut().rev().step_by(3) {
            *taking = None;
        }
        for taking in queue.iter_mut().flatten() {
            drop(at_work.take());
            at_work = Some(poll(taking).unwrap().unwrap());
        }
        drop((queue, at_work));
        assert!(budget.queue().is_untouched());
    }
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// A lost wake-up leaves a thread parked for ever, so this ends only if there is none.
#[test]
fn no_wake_up_is_lost_among_many_threads() {
    let budget = budget(5, 3);
    let at_work = Arc::new(AtomicU64::new(0));
    let (done, ended) = mpsc::channel();
    for thread in 0..16_u64 {
        let (budget, at_work, done) = (budget.clone(), Arc::clone(&at_work), done.clone());
        std::thread::spawn(move || {
            for round in 0..2_000 {
                let units = 1 + (thread + round) % 3;
                let mut taking = Box::pin(budget.take(caller(thread % 6), units, pending()));
                if round % 5 == 0 {
                    // Gives up, if it has to wait; or finds out that it did not.
                    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
                    let _ = taking.as_mut().poll(&mut Context::from_waker(&waker));
                    continue;
                }
                let permit = block_on(taking).unwrap();
                assert!(at_work.fetch_add(units, Ordering::AcqRel) + units <= 5);
                std::thread::yield_now();
                at_work.fetch_sub(units, Ordering::AcqRel);
                drop(permit);
            }
            done.send(()).unwrap();
        });
    }
    for _ in 0..16 {
        let patience = std::time::Duration::from_secs(600);
        ended.recv_timeout(patience).expect("all threads end");
    }
    assert!(budget.queue().is_untouched());
}

#[test]
fn refusals_are_counted_by_their_reason() {
    let budget = Budget::new(BudgetLimits::parts(4, 2));
    let _first = budget.try_take(caller(1), 2).unwrap();
    assert_eq!(budget.try_take(caller(1), 1).unwrap_err(), Refused::Caller);
    let _second = budget.try_take(caller(2), 2).unwrap();
    assert_eq!(budget.try_take(caller(3), 1).unwrap_err(), Refused::Full);
    let mut taking: Taking = Box::pin(budget.take(caller(3), 1, ready(())));
    assert_eq!(poll(&mut taking).unwrap().unwrap_err(), Refused::Full);
    let usage = budget.usage();
    assert_eq!((usage.total, usage.held, usage.waiting), (4, 4, 0));
    assert_eq!((usage.refused_for_share, usage.refused_for_all), (1, 2));
}

#[test]
fn callers_who_fill_the_queue_do_not_keep_others_out() {
    let budget = Budget::new(BudgetLimits {
        total: 1,
        share: 1,
        waiting: 4,
        waiting_each: 2,
    });
    let held = budget.try_take(caller(9), 1).unwrap();
    let mut first = waiting(&budget, caller(1), 1);
    let mut second = waiting(&budget, caller(1), 1);
    let others = [2, 2].map(|number| waiting(&budget, caller(number), 1));
    // The newcomers get a place of each caller who has two; then everyone has one.
    let newcomers = [3, 4].map(|number| waiting(&budget, caller(number), 1));
    assert_eq!(poll(&mut second).unwrap().unwrap_err(), Refused::Caller);
    drop(second);
    let mut last: Taking = Box::pin(budget.take(caller(5), 1, pending()));
    assert_eq!(poll(&mut last).unwrap().unwrap_err(), Refused::Full);
    let mut again: Taking = Box::pin(budget.take(caller(3), 1, pending()));
    assert_eq!(poll(&mut again).unwrap().unwrap_err(), Refused::Full);
    // The units go on in turn, and none are lost with those who had to leave.
    drop(held);
    let permit = poll(&mut first).unwrap().unwrap();
    assert_eq!((budget.held(), budget.waiting()), (1, 3));
    drop((permit, first, newcomers, others));
    assert!(budget.queue().is_untouched());
}
