/// How well a line names a conversation: the lower, the better. A person's sentences are the best.
pub(super) const SENTENCE: u8 = 0;
pub(super) const QUOTED: u8 = 1;
pub(super) const CODE: u8 = 2;
pub(super) const ADDRESS: u8 = 3;
pub(super) const GREETING: u8 = 4;
pub(super) const MARK: u8 = 5;
