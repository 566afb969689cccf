use super::{Following, Response};

/// How a request for a response is answered.
pub enum Answer {
    /// The response has ended, or goes on in the background.
    Whole(Box<Response>),
    /// The response has begun.
    Begun(Following),
}
