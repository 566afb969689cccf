//! Names with two underscores on both sides, which Markdown would take for strong words.

/// Of Python, C and PHP.
const NAMES: &str = "\
    all add annotations attribute author bool builtins call class contains del delitem dict \
    dir doc enter eq exit file floordiv format func future ge getattr getitem gt hash iadd \
    import init int iter le len loader lt main mod module mul name ne neg new next package \
    path post_init pow proto qualname radd repr restrict set_name setattr setitem slots \
    spec str sub subclasses truediv typename version CLASS COUNTER DATE DIR FILE FUNCTION \
    LINE METHOD NAMESPACE TIME VA_ARGS";

/// The name that the text begins with, without its underscores.
pub(super) fn at(text: &str) -> Option<&'static str> {
    let rest = text.strip_prefix("__")?;
    let end = rest.find("__").filter(|end| *end < 16)?;
    let name = rest.get(..end)?;
    NAMES.split(' ').find(|known| *known == name)
}
