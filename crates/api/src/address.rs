//! Addresses of operations, as the documents write them.

use std::sync::LazyLock;

/// A table that is made from the documents when it is first needed. Making the documents takes
/// memory, and longer than the rest of a start.
pub type Table<T> = &'static LazyLock<T>;

/// The template of an address, such as `/v1/projects/{project_id}`. It is compared part by part: the
/// framework's would be a regular expression, with tens of kilobytes for each operation.
pub(crate) struct AddressTemplate(String);

impl AddressTemplate {
    pub(crate) fn new(template: &str) -> Self {
        Self(template.to_owned())
    }

    /// Whether a path is of this template. A name in braces stands for one part, a star behind it
    /// for all that follow.
    pub(crate) fn is_match(&self, path: &str) -> bool {
        let mut given = path.split('/');
        for part in self.0.split('/') {
            let Some(given) = given.next() else {
                return false;
            };
            if part.ends_with("}*") {
                return true;
            }
            let is_name = part.starts_with('{');
            if (is_name && given.is_empty()) || (!is_name && given != part) {
                return false;
            }
        }
        given.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::dev::ResourceDef;

    #[test]
    fn a_path_matches_as_the_framework_matches_it() {
        let templates = [
            "/",
            "/docs/{rest}*",
            "/v1/projects",
            "/v1/projects/{id}",
            "/v1/projects/{id}/edit",
            "/conversations/share/{id}/",
        ];
        let paths = [
            "",
            "/",
            "//",
            "/docs",
            "/docs/",
            "/docs/a/b",
            "/v1/projects",
            "/v1/projects/",
            "/v1/projects/p",
            "/v1/projects/p/",
            "/v1/projects/p/edit",
            "/v1/projects//edit",
            "/v1/projects/é/edit",
            "/conversations/share/s",
            "/conversations/share/s/",
        ];
        for template in templates {
            let known = ResourceDef::new(template);
            for path in paths {
                let is_match = AddressTemplate::new(template).is_match(path);
                assert_eq!(is_match, known.is_match(path), "{template} {path}");
            }
        }
    }
}
