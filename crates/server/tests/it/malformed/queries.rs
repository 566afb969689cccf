//! Queries of the wrong shape. The parameters are those of the description.

use super::ids;
use crate::app::TestApp;
use crate::operations::{Operation, operations};
use serde_json::json;

/// The names of an operation's query parameters.
fn parameters(operation: &Operation) -> Vec<String> {
    let parameters = operation.described["parameters"].as_array().cloned();
    let parameters = parameters.unwrap_or_default();
    let of_query = parameters.iter().filter(|p| p["in"] == "query");
    of_query
        .map(|p| p["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Every operation with this query parameter, and its address up to its query, which has what the operation
/// needs.
async fn taking(app: &TestApp, parameter: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for operation in operations() {
        if parameters(&operation).iter().any(|name| name == parameter) {
            let needed = match operation.name.as_str() {
                "list_search_hits" => "q=word&",
                _ => "",
            };
            let path = operation.at(&ids(app, &operation).await);
            let path = format!("{path}?{needed}");
            found.push((operation.name, path));
        }
    }
    assert!(!found.is_empty(), "no operation takes {parameter}");
    found
}

/// `name` must be refused with each of these values, everywhere it is taken.
async fn refuse(name: &str, code: &str, values: &[&str]) {
    let app = TestApp::spawn().await;
    for (operation, path) in taking(&app, name).await {
        for value in values {
            // Pages of a shared conversation may be longer.
            let longer =
                operation == "get_shared_conversation" && (name, *value) == ("limit", "101");
            let value = if longer { &"501" } else { value };
            println!("{operation} {name}={value}");
            let answer = app.alice().get(&format!("{path}{name}={value}")).await;
            answer.refused(code, Some(name));
        }
    }
}

#[tokio::test]
async fn a_limit_is_1_to_100() {
    refuse(
        "limit",
        "invalid_value",
        &["0", "101", "-1", "4294967297", "-9223372036854775808"],
    )
    .await;
}

#[tokio::test]
async fn a_limit_is_a_number() {
    let values = [
        "x",
        "",
        "1.5",
        "1e1",
        "0x10",
        "%20",
        "1%20",
        "null",
        "9223372036854775808",
    ];
    refuse("limit", "invalid_type", &values).await;
}

#[tokio::test]
async fn the_least_and_the_greatest_limit_are_accepted() {
    let app = TestApp::spawn().await;
    for (_, path) in taking(&app, "limit").await {
        for limit in [1, 100] {
            app.alice()
                .get(&format!("{path}limit={limit}"))
                .await
                .expect(200);
        }
    }
}

#[tokio::test]
async fn an_order_is_asc_or_desc() {
    refuse(
        "order",
        "invalid_value",
        &["x", "", "ASC", "Desc", "asc,desc", "1"],
    )
    .await;
}

#[tokio::test]
async fn a_sort_is_created_or_updated() {
    refuse("sort", "invalid_value", &["x", "", "title", "CREATED"]).await;
}

#[tokio::test]
async fn archived_is_true_false_or_any() {
    refuse("archived", "invalid_value", &["x", "", "1", "True"]).await;
}

#[tokio::test]
async fn pinned_is_true_or_false() {
    refuse("pinned", "invalid_type", &["x", "", "1", "any"]).await;
}

#[tokio::test]
async fn items_are_included_or_not() {
    refuse("include_items", "invalid_type", &["x", "", "1", "yes"]).await;
}

#[tokio::test]
async fn a_cursor_is_one_that_a_list_gave_out() {
    let values = [
        "x",
        "",
        "0",
        "-1",
        "seq_",
        "seq_x",
        "seq_-1",
        "seq_%2B1",
        "seq_1.5",
        "seq_99999999999999999999",
        "user_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "conv_81ARZ3NDEKTSV4RRFFQ69G5FAV",
        "conv_01ARZ3NDEKTSV4RRFFQ69G5FA",
        "proj_01ARZ3NDEKTSV4RRFFQ69G5FAI",
        "item_01ARZ3NDEKTSV4RRFFQ69G0001",
        "%F0%9F%92%A5",
        "'%20or%201=1--",
    ];
    let app = TestApp::spawn().await;
    for (operation, path) in taking(&app, "after").await {
        for value in values {
            // An item's id carries its place.
            if operation == "list_items" && value.starts_with("item_") {
                continue;
            }
            // The versions of an item are counted by numbers.
            if operation == "list_item_versions" && value == "0" {
                continue;
            }
            println!("{operation} after={value}");
            let answer = app.alice().get(&format!("{path}after={value}")).await;
            answer.refused("invalid_cursor", Some("after"));
        }
    }
}

#[tokio::test]
async fn a_cursor_by_activity_is_refused_by_creation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for _ in 0..3 {
        alice.conversation(json!({})).await;
    }
    let next = async |sort: &str| {
        let path = format!("/v1/conversations?limit=1&sort={sort}");
        let page = alice.get(&path).await.expect(200);
        page["next_after"].as_str().unwrap().to_owned()
    };
    let updated = next("updated").await;
    let path = format!("/v1/conversations?sort=created&after={updated}");
    alice
        .get(&path)
        .await
        .refused("invalid_cursor", Some("after"));
    for odd in [
        "x.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "1.81ARZ3NDEKTSV4RRFFQ69G5FAV",
        ".01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "7fffffffffffffff.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "-8000000000000000.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "%2B1.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "-1.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "-643b0e1a0d94a.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "7000000000000000.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "384440ccc736000.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "0x1.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "1.",
        ".",
    ] {
        println!("{odd}");
        let path = format!("/v1/conversations?sort=updated&after={odd}");
        alice
            .get(&path)
            .await
            .refused("invalid_cursor", Some("after"));
    }
}

#[tokio::test]
async fn an_unknown_parameter_is_refused_by_name() {
    let app = TestApp::spawn().await;
    for operation in operations() {
        let Some(known) = parameters(&operation).into_iter().next() else {
            continue;
        };
        let path = operation.at(&ids(&app, &operation).await);
        for (query, name) in [
            ("surprise=1", "surprise"),
            ("surprise", "surprise"),
            ("Limit=1", "Limit"),
            ("limit[]=1", "limit[]"),
        ] {
            println!("{} {query}", operation.name);
            let answer = app.alice().get(&format!("{path}?{query}")).await;
            answer.refused("unknown_field", Some(name));
        }
        println!("{} {known} twice", operation.name);
        let twice = format!("{path}?{known}={{}}&{known}={{}}");
        let value = match known.as_str() {
            "include_items" => "true",
            "format" => "json",
            _ => "1",
        };
        let answer = app.alice().get(&twice.replace("{}", value)).await;
        answer.refused("duplicate_field", Some(&known));
    }
}

#[tokio::test]
async fn a_call_id_has_1_to_256_characters() {
    let long = "x".repeat(257);
    refuse("call_id", "invalid_value", &["", &long]).await;
}

/// Whether a value may mean something else in another order: a cursor with a number in it.
fn has_a_place(value: &str) -> bool {
    value.contains('.') || value.starts_with("seq_") || value.starts_with("ver_")
}

/// Whether a value may be more to a parameter that takes no id than one text among others.
fn is_no_id(value: &str) -> bool {
    !value.contains('_') && !value.contains('.')
}

/// Values at the limits of numbers, and beside them; and cursors with such values.
fn extremes() -> Vec<String> {
    let numbers = [
        "0",
        "-0",
        "-1",
        "%2B1",
        "2147483647",
        "2147483648",
        "-2147483649",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551616",
        "1e400",
        "NaN",
        "-inf",
        "7fffffffffffffff",
        "-7fffffffffffffff",
    ];
    let ulids = [
        "00000000000000000000000000",
        "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ];
    let prefixes = ["seq_", "ver_", "conv_", "item_", "proj_", "key_", "user_"];
    let secret = "z".repeat(32);
    let mut values: Vec<String> = numbers.map(str::to_owned).to_vec();
    values.extend(["", "%00", "%ff", "%C2%85", "%F3%A0%80%81", "null", "true"].map(str::to_owned));
    for prefix in prefixes {
        // Ids have no number after their prefix, whichever it is.
        let few = if prefix.len() == 4 { numbers.len() } else { 3 };
        values.extend(
            numbers[..few]
                .iter()
                .map(|number| format!("{prefix}{number}")),
        );
        values.extend(ulids.iter().map(|ulid| format!("{prefix}{ulid}")));
    }
    for prefix in ["share_", "msg_share_"] {
        values.extend([
            format!("{prefix}{secret}"),
            format!("{prefix}{}", "0".repeat(32)),
        ]);
    }
    for number in numbers {
        values.extend(ulids.iter().map(|ulid| format!("{number}.{ulid}")));
    }
    values.extend(["9999-12-31T23:59:60Z", "-262144-01-01T00:00:00Z"].map(str::to_owned));
    values.push("9".repeat(4_000));
    values
}

#[tokio::test]
async fn no_value_of_any_parameter_is_our_fault() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let mut asked = 0;
    for operation in operations() {
        let names = parameters(&operation);
        if names.is_empty() || operation.method != reqwest::Method::GET {
            continue;
        }
        let path = operation.at(&ids(&app, &operation).await);
        // A cursor means something else in each order and for each sort.
        let sorts: &[&str] = match names.iter().any(|name| name == "sort") {
            true => &["", "&sort=updated", "&sort=updated&order=asc"],
            false => &["", "&order=desc", "&order=asc"],
        };
        for name in &names {
            for value in extremes() {
                let matters = |sort: &str| match (name.as_str(), sort) {
                    ("after", "") => true,
                    ("after", _) => has_a_place(&value),
                    (_, sort) => sort.is_empty() && is_no_id(&value),
                };
                for sort in sorts.iter().filter(|sort| matters(sort)) {
                    let answer = alice.get(&format!("{path}?{name}={value}{sort}")).await;
                    let said = answer.text();
                    assert!(
                        answer.status < 500,
                        "{} {name}={value}{sort}: {said}",
                        operation.name
                    );
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 2_000, "{asked}");
}
