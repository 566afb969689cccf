//! A full disk: what needs no room goes on, what was acknowledged is there, and all comes back by
//! itself once there is room.

mod elsewhere;
mod operations;
mod real;
