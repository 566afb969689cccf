//! A full disk: requests that need no room still work, acknowledged data is there, and the service recovers by
//! itself once there is room.

mod elsewhere;
mod operations;
mod real;
