/// An image or a block of code that is open: it is written when it ends.
pub(super) struct Held {
    pub(super) kind: HeldKind,
    pub(super) text: String,
}

pub(super) enum HeldKind {
    Image {
        opening: String,
        destination: String,
    },
    Code {
        info: String,
    },
}
