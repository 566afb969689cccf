//! Mutexes.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks the mutex. A panic of another holder is ignored: no code here panics while it holds a lock.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
