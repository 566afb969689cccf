//! When the allocator gives memory back to the system.

use std::hint::black_box;
use std::thread::Builder;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often: what was freed is kept for a second by the allocator itself.
const EVERY: Duration = Duration::from_millis(500);

/// Has the allocator give back what was freed a while ago. By itself it looks at that only when more is asked
/// for, so a service that has nothing to do would keep it for ever. It looks, too, when a thread ends that
/// has used it.
pub async fn give_back() {
    let mut looks = interval(EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let used = || drop(black_box(Vec::<u8>::with_capacity(64)));
        // Where there can be no thread now, there may be one the next time.
        let _ = Builder::new().name("memory".to_owned()).spawn(used);
    }
}
