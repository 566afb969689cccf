use super::LIST;
use crate::app::{TestApp, id};
use crate::jan::{conversation, refused};
use crate::rows;
use serde_json::{Value, json};

#[tokio::test]
async fn lists_are_paged_by_id_and_counted() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let mut made = Vec::new();
    for number in 0..5 {
        let body = json!({ "project_id": if number < 2 { json!(project) } else { Value::Null },
            "is_archived": number == 0, "referrer": if number == 4 { "web" } else { "" } });
        made.push(conversation(&alice, body).await);
    }
    let ids = |page: &Value| {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(id)
            .collect::<Vec<_>>()
    };
    let first = alice
        .get(&format!("{LIST}?limit=2&unknown=1&after="))
        .await
        .expect(200);
    assert_eq!(ids(&first), [made[4].clone(), made[3].clone()]);
    assert_eq!(
        (&first["total"], &first["has_more"]),
        (&json!(5), &json!(true))
    );
    assert_eq!(first["first_id"], made[4].as_str());
    assert_eq!(first["last_id"], first["next_cursor"]);
    for name in ["after", "cursor"] {
        let path = format!("{LIST}?limit=1000&{name}={}", made[3]);
        let rest = alice.get(&path).await.expect(200);
        let left: Vec<_> = made[..3].iter().rev().cloned().collect();
        assert_eq!(ids(&rest), left);
        assert_eq!(
            (&rest["has_more"], rest.get("next_cursor")),
            (&json!(false), None)
        );
    }
    let of_project = alice
        .get(&format!("{LIST}?project_id={project}&order=ASC"))
        .await;
    let of_project = of_project.expect(200);
    assert_eq!(
        (ids(&of_project), &of_project["total"]),
        (made[..2].to_vec(), &json!(2))
    );
    let path = format!("/jan/v1/projects/{project}/conversations?order=asc");
    assert_eq!(ids(&alice.get(&path).await.expect(200)), made[..2]);
    let from_web = alice.get(&format!("{LIST}?referrer=web")).await.expect(200);
    assert_eq!(
        (ids(&from_web), &from_web["total"]),
        (made[4..].to_vec(), &json!(1))
    );
    let empty = app.bob().get(LIST).await.expect(200);
    assert_eq!(empty["first_id"], "");
    for (query, code, param) in [
        ("limit=0", "invalid_value", "limit"),
        ("limit=x", "invalid_type", "limit"),
        ("order=up", "invalid_value", "order"),
        ("after=x", "invalid_cursor", "after"),
        ("cursor=x", "invalid_cursor", "cursor"),
        ("project_id=proj_x", "project_not_found", "project_id"),
    ] {
        refused(
            &alice.get(&format!("{LIST}?{query}")).await,
            code,
            Some(param),
        );
    }
}

#[tokio::test]
async fn a_total_is_counted_to_ten_thousand() {
    let app = TestApp::spawn().await;
    rows::conversations(&app.schema, 10_001).await;
    let projects = "insert into projects (owner_id, id, created_at, updated_at, title)
        select owner_id, gen_random_uuid(), created_at, created_at, 'P' from conversations";
    app.schema.rows(projects).await;
    for list in [LIST, "/jan/v1/projects"] {
        let page = app.alice().get(list).await.expect(200);
        assert_eq!(page["total"], 10_000, "{list}");
    }
}
