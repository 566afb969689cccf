/// An image or a block of code that is open: it is written when it ends.
pub(super) struct OpenElement {
    pub(super) kind: OpenKind,
    pub(super) text: String,
}

pub(super) enum OpenKind {
    Image {
        opening: String,
        destination: String,
    },
    Code {
        info: String,
    },
}
