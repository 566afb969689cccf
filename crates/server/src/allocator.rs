//! Makes the allocator return memory to the system.

use std::hint::black_box;
use std::thread::Builder;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// The interval; the allocator itself keeps freed memory for a second.
const EVERY: Duration = Duration::from_millis(500);

/// Makes the allocator return memory that was freed a while ago. By itself it does so only when
/// more memory is requested, so an idle service would keep it for ever. It also does so when a
/// thread ends that has used it.
pub async fn give_back() {
    let mut looks = interval(EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let used = || drop(black_box(Vec::<u8>::with_capacity(64)));
        // If no thread can be started now, the next time may work.
        let _ = Builder::new().name("memory".to_owned()).spawn(used);
    }
}
