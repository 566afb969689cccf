//! Statements that Diesel's query builder cannot express (it has no CTEs), as types of their own,
//! so that they are prepared once per connection and checked where they are used.

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::Error;

/// Declares a statement: its parameters in the order `$1`, `$2`, …, the types of its columns, and
/// its text. The text must be constant, since the cache of prepared statements knows it by the
/// type alone. Each parameter's first occurrence comes after that of the one before.
macro_rules! statement {
    (
        $(#[$doc:meta])*
        $name:ident$(<$lifetime:lifetime>)? {
            $($field:ident: $rust:ty => $sql:ty),+ $(,)?
        } -> $columns:ty,
        $text:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(in crate::postgres) struct $name$(<$lifetime>)? {
            $(pub(in crate::postgres) $field: $rust),+
        }

        const _: () = {
            /// Stands for the statement in the cache, whatever it borrows.
            pub(in crate::postgres) struct Id;

            impl$(<$lifetime>)? diesel::query_builder::QueryId for $name$(<$lifetime>)? {
                type QueryId = Id;
                const HAS_STATIC_QUERY_ID: bool = true;
            }
        };

        impl$(<$lifetime>)? diesel::query_builder::Query for $name$(<$lifetime>)? {
            type SqlType = $columns;
        }

        impl$(<$lifetime>)? diesel::query_builder::QueryFragment<diesel::pg::Pg>
            for $name$(<$lifetime>)?
        {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                let mut text = $crate::postgres::statement::Text::new($text);
                $(
                    text.before_next(&mut out)?;
                    out.push_bind_param::<$sql, $rust>(&self.$field)?;
                )+
                text.rest(&mut out);
                Ok(())
            }
        }
    };
}
pub(super) use statement;

/// A statement's text, consumed parameter by parameter: Diesel writes each `$n` itself.
pub(super) struct Text {
    rest: &'static str,
    next: usize,
}

impl Text {
    pub(super) fn new(text: &'static str) -> Self {
        Self {
            rest: text,
            next: 1,
        }
    }

    /// Writes what stands before the first occurrence of the next parameter.
    pub(super) fn before_next(&mut self, out: &mut AstPass<'_, '_, Pg>) -> Result<(), Error> {
        let placeholder = format!("${}", self.next);
        let (before, after) = self.rest.split_once(&placeholder).ok_or_else(|| {
            Error::QueryBuilderError(format!("{placeholder} is missing or out of order").into())
        })?;
        out.push_sql(before);
        self.rest = after;
        self.next += 1;
        Ok(())
    }

    pub(super) fn rest(self, out: &mut AstPass<'_, '_, Pg>) {
        out.push_sql(self.rest);
    }
}
