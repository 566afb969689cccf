//! Rows of results. Each is declared once: its fields, their names and their types.

/// The types of a row's columns, in the order of its fields.
pub(super) trait SqlRow {
    type Sql;
}

pub(super) type Sql<Row> = <Row as SqlRow>::Sql;

/// Declares a row in one of two forms.
///
/// `Name of table { field: Rust, … }` is a row of a table's columns. Diesel compares the fields with
/// `schema.rs`, and a test compares `schema.rs` with the database. `names!(Name, "t.")` is the list
/// of the columns for our own statements.
///
/// `Name { field: Rust => Sql, … }` is a row of anything else: expressions, or rows within rows.
macro_rules! row {
    (
        $(#[$doc:meta])*
        $name:ident of $table:ident { $($field:ident: $type:ty),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(diesel::Queryable, diesel::Selectable)]
        #[diesel(table_name = $crate::postgres::schema::$table)]
        pub(in crate::postgres) struct $name {
            $(pub(in crate::postgres) $field: $type),+
        }

        impl $name {
            pub(in crate::postgres) const NAMES: &[&str] = &[$(stringify!($field)),+];
        }

        impl $crate::postgres::row::SqlRow for $name {
            type Sql = diesel::dsl::SqlTypeOf<
                <$name as diesel::Selectable<diesel::pg::Pg>>::SelectExpression,
            >;
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$field_doc:meta])* $field:ident: $type:ty => $sql:ty),+ $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(diesel::Queryable)]
        pub(in crate::postgres) struct $name {
            $($(#[$field_doc])* pub(in crate::postgres) $field: $type),+
        }

        impl $crate::postgres::row::SqlRow for $name {
            type Sql = ($($sql,)+);
        }
    };
}
pub(super) use row;

/// The names of a row's columns, each after the same alias and its dot.
macro_rules! names {
    ($row:ty, $alias:expr) => {
        $crate::postgres::row::joined!(<$row>::NAMES, $alias, ", ")
    };
}
pub(super) use names;

/// A null for each of a row's columns.
macro_rules! nulls {
    ($row:ty) => {
        $crate::postgres::row::joined!(&["null"; <$row>::NAMES.len()], "", ", ")
    };
}
pub(super) use nulls;

/// A text of constant parts: like `concat!`, also for parts that are not literals.
macro_rules! sql {
    ($($part:expr),+ $(,)?) => {
        $crate::postgres::row::joined!(&[$($part),+], "", "")
    };
}
pub(super) use sql;

/// The parameters of a statement, from `$from` on.
macro_rules! parameters {
    ($from:expr, $count:expr) => {
        $crate::postgres::row::joined!($crate::postgres::row::numbered($from, $count), "", ", ")
    };
}
pub(super) use parameters;

const PARAMETERS: &[&str] = &[
    "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15",
    "$16", "$17", "$18", "$19", "$20", "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28",
    "$29", "$30",
];

pub(super) const fn numbered(from: usize, count: usize) -> &'static [&'static str] {
    PARAMETERS.split_at(from - 1).1.split_at(count).0
}

macro_rules! joined {
    ($parts:expr, $before:expr, $between:expr) => {{
        const PARTS: &[&str] = $parts;
        const BYTES: [u8; $crate::postgres::row::length(PARTS, $before, $between)] =
            $crate::postgres::row::join(PARTS, $before, $between);
        const TEXT: &str = match std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("the parts are texts"),
        };
        TEXT
    }};
}
pub(super) use joined;

/// The length of these parts, each after `before`, and with `between` between them.
pub(super) const fn length(mut parts: &[&str], before: &str, between: &str) -> usize {
    let mut length = 0;
    while let [part, later @ ..] = parts {
        length += before.len() + part.len();
        if !later.is_empty() {
            length += between.len();
        }
        parts = later;
    }
    length
}

/// These parts, each after `before`, and with `between` between them.
pub(super) const fn join<const LENGTH: usize>(
    mut parts: &[&str],
    before: &str,
    between: &str,
) -> [u8; LENGTH] {
    let mut joined = [0; LENGTH];
    let mut rest: &mut [u8] = &mut joined;
    while let [part, later @ ..] = parts {
        rest = put(put(rest, before), part);
        if !later.is_empty() {
            rest = put(rest, between);
        }
        parts = later;
    }
    joined
}

/// Writes a text, and returns the places after it.
const fn put<'a>(rest: &'a mut [u8], text: &str) -> &'a mut [u8] {
    let (here, later) = rest.split_at_mut(text.len());
    here.copy_from_slice(text.as_bytes());
    later
}

#[cfg(test)]
mod tests {
    use crate::postgres::conversation_rows::rows::ConversationRow;
    use diesel::pg::Pg;
    use diesel::prelude::*;

    #[test]
    fn the_names_of_a_row_are_in_the_order_in_which_diesel_reads_it() {
        let table = crate::postgres::schema::conversations::table;
        let query =
            diesel::debug_query::<Pg, _>(&table.select(ConversationRow::as_select())).to_string();
        let selected = sql!(
            "SELECT ",
            names!(ConversationRow, "conversations."),
            " FROM"
        );
        assert!(query.replace('"', "").starts_with(selected), "{query}");
    }

    #[test]
    fn parameters_are_numbered() {
        assert_eq!(parameters!(9, 3), "$9, $10, $11");
    }

    #[test]
    fn there_is_a_null_for_each_name() {
        let count = |list: &str| list.split(", ").count();
        assert_eq!(count(nulls!(ConversationRow)), ConversationRow::NAMES.len());
        assert!(nulls!(ConversationRow).starts_with("null, null"));
    }
}
