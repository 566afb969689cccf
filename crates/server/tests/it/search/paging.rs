//! Pages of hits, while what was found changes.

use super::indexing::index_all;
use super::list::place;
use crate::app::{Actor, TestApp, id};
use serde_json::json;

/// Eight conversations with four messages each, in which all titles and messages match. Half of them are
/// indexed.
async fn fill(app: &TestApp, alice: &Actor) -> (Vec<String>, Vec<(String, String)>) {
    let (mut conversations, mut items) = (Vec::new(), Vec::new());
    for number in 0..8 {
        let title = json!({ "title": format!("common c{number}") });
        let conversation = alice.conversation(title).await;
        for _ in 0..4 {
            let item = id(&alice.say(&conversation, "common word").await);
            items.push((conversation.clone(), item));
        }
        conversations.push(conversation);
        if number == 3 {
            index_all(app).await;
        }
    }
    (conversations, items)
}

#[tokio::test]
async fn each_hit_that_lives_throughout_is_shown_once_while_others_move_and_go() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let (conversations, items) = fill(&app, &alice).await;
    let mut lived = conversations.clone();
    lived.extend(items.iter().map(|(_, item)| item.clone()));
    let (mut all, mut after) = (Vec::<String>::new(), String::new());
    for round in 0.. {
        let path = format!("/v1/search?q=common&limit=3{after}");
        let page = alice.get(&path).await.expect(200);
        all.extend(page["data"].as_array().unwrap().iter().map(place));
        let Some(next) = page["next_after"].as_str() else {
            break;
        };
        after = format!("&after={next}");
        // Of the conversation of the last hit, of one that is still to come, and of one that was shown.
        let shown = round % conversations.len();
        // The one with the number 1 is deleted below.
        let other = |number: usize| if number == 1 { 2 } else { number };
        let path = |number: usize| format!("/v1/conversations/{}", conversations[other(number)]);
        let (last, coming) = (path(7 - shown), path(shown));
        match round % 5 {
            0 => {
                let change = json!({ "project_id": project, "title": format!("common {round}") });
                alice.patch(&coming, change.clone()).await.expect(200);
                alice.patch(&last, change).await.expect(200);
            }
            1 => {
                let change = json!({ "archived": true, "tags": ["kept"] });
                alice.patch(&last, change.clone()).await.expect(200);
                alice.patch(&coming, change).await.expect(200);
            }
            2 => {
                // The last hit, from which the cursor goes on, is deleted, and one that is to come.
                let last = all.last().unwrap().clone();
                let to_come = items.iter().find(|(_, item)| !all.contains(item));
                let last = items.iter().find(|(_, item)| *item == last);
                for (conversation, item) in [last, to_come].into_iter().flatten() {
                    lived.retain(|one| one != item);
                    let path = format!("/v1/conversations/{conversation}/items/{item}");
                    let answer = alice.delete(&path).await;
                    assert!([204, 404].contains(&answer.status));
                }
            }
            3 if round == 3 => {
                // A whole conversation, of which nothing was shown yet.
                let gone = &conversations[1];
                let path = format!("/v1/conversations/{gone}");
                alice.delete(&path).await.expect_nothing(204);
                let of = |item: &str| items.iter().any(|(c, i)| c == gone && i == item);
                lived.retain(|one| one != gone && !of(one));
            }
            _ => {
                alice.say(&conversations[7], "common and new").await;
                index_all(&app).await;
            }
        }
    }
    let mut once = all.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), all.len(), "{all:?}");
    for hit in &lived {
        assert!(all.contains(hit), "{hit} in {all:?}");
    }
}
