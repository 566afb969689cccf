/// How many processors long work may use, so that the others can serve requests.
pub(crate) fn half_of_the_processors() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    (processors / 2).max(1)
}
