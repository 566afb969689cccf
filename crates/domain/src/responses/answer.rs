use super::{Response, ResponseReader};

/// How a request for a response is answered.
pub enum ResponseAnswer {
    /// The response has ended, or continues in the background.
    Whole(Box<Response>),
    /// The response has begun.
    Begun(ResponseReader),
}
