//! Statements that Diesel's query builder cannot express (it has no CTEs), each as a type, so that
//! they are prepared once per connection and checked where they are used.

/// Declares a statement: its parameters in the order `$1`, `$2`, …, the types of its columns or the
/// row that it returns (as in [`row!`](super::row::row)), and its text. The text must be constant,
/// since the type alone is its key in the cache of prepared statements. The first occurrences of the
/// parameters must be in the order of their numbers; otherwise the text does not compile.
macro_rules! statement {
    (
        $(#[$doc:meta])*
        $name:ident$(<$lifetime:lifetime>)? {
            $($field:ident: $rust:ty => $sql:ty),+ $(,)?
        } -> $row:ident {
            $($columns:tt)+
        },
        $text:expr
    ) => {
        $crate::postgres::row::row!($row { $($columns)+ });

        $crate::postgres::statement::statement!(
            $(#[$doc])*
            $name$(<$lifetime>)? {
                $($field: $rust => $sql),+
            } -> $crate::postgres::row::Sql<$row>,
            $text
        );
    };
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
            /// The statement's key in the cache, independent of lifetimes.
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
                const TEXT: $crate::postgres::statement::StatementText<
                    { [$(stringify!($field)),+].len() },
                > = $crate::postgres::statement::StatementText::split($text);
                let [$($field),+] = TEXT.before;
                $(
                    out.push_sql($field);
                    out.push_bind_param::<$sql, $rust>(&self.$field)?;
                )+
                out.push_sql(TEXT.rest);
                Ok(())
            }
        }
    };
}
pub(super) use statement;

/// A statement's text, cut at the first occurrence of each parameter: Diesel writes that `$n`
/// itself. It asks for the text and the parameters several times for each execution, so the cuts
/// are found once.
pub(super) struct StatementText<const PARAMETERS: usize> {
    pub(super) before: [&'static str; PARAMETERS],
    pub(super) rest: &'static str,
}

impl<const PARAMETERS: usize> StatementText<PARAMETERS> {
    pub(super) const fn split(text: &'static str) -> Self {
        let mut before = [""; PARAMETERS];
        let mut slots: &mut [&'static str] = &mut before;
        let (mut rest, mut number) = (text, 1);
        while let [slot, later @ ..] = slots {
            let (head, tail) = rest.split_at(occurrence(rest, number));
            *slot = head;
            (_, rest) = tail.split_at(if number < 10 { 2 } else { 3 });
            slots = later;
            number += 1;
        }
        Self { before, rest }
    }
}

/// The place of `$number` in the text.
const fn occurrence(text: &str, number: usize) -> usize {
    assert!(number < 100, "a statement has 100 parameters");
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'$' && leading_number(after) == number {
            return text.len() - rest.len();
        }
        rest = after;
    }
    panic!("a parameter of a statement is missing or out of order")
}

const fn leading_number(mut text: &[u8]) -> usize {
    let mut number = 0;
    while let [digit @ b'0'..=b'9', rest @ ..] = text {
        number = 10 * number + (*digit - b'0') as usize;
        text = rest;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::StatementText;

    #[test]
    fn a_text_is_cut_where_each_parameter_occurs_first() {
        let StatementText { before, rest } =
            StatementText::<2>::split("select $1 + $1, $2 + $1 from t");
        assert_eq!(before, ["select ", " + $1, "]);
        assert_eq!(rest, " + $1 from t");
    }

    #[test]
    fn ten_is_not_one() {
        let text = "$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$1";
        let StatementText { before, rest } = StatementText::<10>::split(text);
        assert_eq!(before, ["", ",", ",", ",", ",", ",", ",", ",", ",", ","]);
        assert_eq!(rest, ",$1");
    }

    #[test]
    #[should_panic(expected = "out of order")]
    fn parameters_out_of_order_are_refused() {
        StatementText::<2>::split("select $2, $1");
    }
}
