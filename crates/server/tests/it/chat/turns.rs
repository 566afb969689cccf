//! Turns of one conversation are answered in the order of asking, on all instances.

use super::{PATH, conversing, line, reply, said, user};
use crate::app::{Actor, TestApp, id, turns};
use crate::provider::{Provider, refuses, says, says_when_told};
use crate::purge::until;
use crate::repeats::{beside, is_replayed, keyed};
use futures_util::future::join_all;
use infra::clock::RuntimeTimer;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Returns when so many turns wait or are answered.
pub(crate) async fn queued(app: &TestApp, count: u64) {
    let turns = "select count(*) from turn_queue where ended_at is null";
    until(&app.schema, turns, 20, |n| n == count).await;
}

fn asking(conversation: &str, text: &str) -> Value {
    json!({ "messages": [user(text)], "conversation": conversation })
}

/// Else a turn whose queueing up is under way, and was counted from the place before, could be first beside
/// the one that got its place anew.
#[tokio::test]
async fn a_place_is_not_given_again_while_a_turn_may_be_counting_from_it() {
    let provider = Provider::that(says(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    for place in 1..=3_u64 {
        alice
            .post(PATH, asking(&conversation, "Now?"))
            .await
            .expect(200);
        let last = "select coalesce(max(place), 0) from turn_queue where ended_at is not null";
        let last: u64 = app.schema.value(last).await.parse().unwrap();
        assert_eq!(last, place);
    }
}

#[tokio::test]
async fn a_hundred_turns_of_a_conversation_wait_and_no_more() {
    let provider = Provider::that(says(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let many = "insert into turn_queue (owner_id, conversation_id, place, token, leased_until)
        select owner_id, id, n, gen_random_uuid(), now() + interval '1 hour'
        from conversations, generate_series(1, 100) n";
    app.schema.rows(many).await;
    let refused = alice.post(PATH, asking(&conversation, "Now?")).await;
    refused.refused("conversation_locked", Some("conversation"));
    assert_eq!(refused.header("x-should-retry"), "true");
    queued(&app, 100).await;
}

#[tokio::test]
async fn a_slow_turn_is_not_overtaken_on_any_instance() {
    let provider = Provider::that(says(&["Quick."])).then([says_when_told(&["Slow."])]);
    let (app, alice, conversation) = conversing(&provider).await;
    let other = beside(&app, |parts| parts.provider = provider.connected());
    let there = other.alice();
    let elsewhere = alice.conversation(json!({})).await;
    let streamed = {
        let mut body = asking(&conversation, "three");
        body["stream"] = json!(true);
        body
    };
    let (slow, quick, stream, ()) = tokio::join!(
        alice.post(PATH, asking(&conversation, "one")),
        async {
            provider.was_asked(1).await;
            there.post(PATH, asking(&conversation, "two")).await
        },
        async {
            queued(&app, 2).await;
            alice.post(PATH, streamed).await
        },
        async {
            queued(&app, 3).await;
            // Other conversations do not wait.
            let other = alice.post(PATH, asking(&elsewhere, "else")).await;
            other.expect(200);
            assert_eq!(provider.asked().len(), 2);
            provider.go_on(100);
        },
    );
    slow.expect(200);
    quick.expect(200);
    assert!(
        stream.text().ends_with("data: [DONE]\n\n"),
        "{}",
        stream.text()
    );
    let expected = [
        line("user", "one"),
        reply("Slow."),
        line("user", "two"),
        reply("Quick."),
        line("user", "three"),
        reply("Quick."),
    ];
    assert_eq!(said(&alice, &conversation).await, expected);
    // The model was told of the turns before.
    let third = provider.asked().pop().unwrap().prompt();
    assert_eq!(third.len(), 5, "{third:?}");
    queued(&app, 0).await;
}

#[tokio::test]
async fn many_at_once_on_two_instances_are_one_after_the_other() {
    let provider = Provider::that(says(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let other = beside(&app, |parts| parts.provider = provider.connected());
    let actors = [alice.clone(), other.alice()];
    let turns = (0..24).map(|n| {
        let body = asking(&conversation, &format!("number {n}"));
        let actor = &actors[n % 2];
        async move { actor.post(PATH, body).await.expect(200) }
    });
    join_all(turns).await;
    let said = said(&alice, &conversation).await;
    assert_eq!(said.len(), 48);
    for turn in said.chunks(2) {
        assert_eq!(turn[0].0, "user", "{said:?}");
        assert_eq!(turn[1], reply("Yes."), "{said:?}");
    }
    // Each was told of all before it.
    let lengths: Vec<_> = provider.asked().iter().map(|a| a.prompt().len()).collect();
    let expected: Vec<_> = (0..24).map(|n| 2 * n + 1).collect();
    assert_eq!(lengths, expected);
    queued(&app, 0).await;
}

#[tokio::test]
async fn a_reply_that_is_written_anew_waits_for_its_turn() {
    let provider = Provider::that(says(&["Anew."])).then([says_when_told(&["Slow."])]);
    let (app, alice, conversation) = conversing(&provider).await;
    let question = id(&alice.say(&conversation, "Well?").await);
    let other = beside(&app, |parts| parts.provider = provider.connected());
    let path = format!("/v1/conversations/{conversation}/items/{question}/regenerate");
    let (slow, anew, missing) = tokio::join!(
        alice.post(PATH, asking(&conversation, "one")),
        async {
            provider.was_asked(1).await;
            other.alice().post(&path, json!({})).await
        },
        async {
            queued(&app, 2).await;
            // Mistakes are refused at once.
            let missing = path.replace(&question[5..], "01JFQ2M8X3C4V5B6N7M8K9J0HG");
            let missing = alice.post(&missing, json!({})).await;
            provider.go_on(100);
            missing
        },
    );
    slow.expect(200);
    missing.refused("item_not_found", None);
    // By then something else stands after the question.
    anew.refused("reply_position_taken", None);
    assert_eq!(said(&alice, &conversation).await.len(), 3);
    queued(&app, 0).await;
}

#[tokio::test]
async fn a_turn_that_waits_too_long_is_told_to_come_back() {
    let provider = Provider::that(says_when_told(&["Slow."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let hasty = beside(&app, |parts| {
        let timer = Arc::new(RuntimeTimer);
        parts.turns = turns(&parts.database, timer, Duration::from_millis(50));
    });
    let (slow, ()) = tokio::join!(alice.post(PATH, asking(&conversation, "one")), async {
        provider.was_asked(1).await;
        let late = hasty.alice().post(PATH, asking(&conversation, "two")).await;
        late.refused("conversation_locked", Some("conversation"));
        assert_eq!(late.header("x-should-retry"), "true");
        assert_ne!(late.header("retry-after"), "");
        queued(&app, 1).await;
        provider.go_on(100);
    });
    slow.expect(200);
    assert_eq!(said(&alice, &conversation).await.len(), 2);
    queued(&app, 0).await;
}

#[tokio::test]
async fn a_turn_whose_server_died_is_passed_and_not_stored_later() {
    let provider = Provider::that(says(&["Quick."])).then([says_when_told(&["Slow."])]);
    let (app, alice, conversation) = conversing(&provider).await;
    let other = beside(&app, |parts| parts.provider = provider.connected());
    let (slow, ()) = tokio::join!(alice.post(PATH, asking(&conversation, "one")), async {
        provider.was_asked(1).await;
        // It is not renewed, as by a server that stands still.
        let expire = "update turn_queue set leased_until = now() - interval '1 second'";
        app.schema.rows(expire).await;
        let next = other.alice().post(PATH, asking(&conversation, "two")).await;
        next.expect(200);
        provider.go_on(100);
    });
    slow.refused("conversation_locked", Some("conversation"));
    let expected = [line("user", "two"), reply("Quick.")];
    assert_eq!(said(&alice, &conversation).await, expected);
    queued(&app, 0).await;
}

#[tokio::test]
async fn a_lease_that_is_renewed_holds_and_one_that_ran_out_unnoticed_does_no_harm() {
    let provider = Provider::that(says_when_told(&["Slow."]));
    let (app, alice, conversation) = conversing(&provider).await;
    let (slow, ()) = tokio::join!(alice.post(PATH, asking(&conversation, "one")), async {
        provider.was_asked(1).await;
        // No other turn came meanwhile.
        let expire = "update turn_queue set leased_until = now() - interval '1 second'";
        app.schema.rows(expire).await;
        provider.go_on(100);
    });
    slow.expect(200);
    assert_eq!(said(&alice, &conversation).await.len(), 2);
}

#[tokio::test]
async fn a_client_that_hangs_up_while_waiting_keeps_its_turn_and_place() {
    let provider = Provider::that(says(&["Quick."])).then([says_when_told(&["Slow."])]);
    let (app, alice, conversation) = conversing(&provider).await;
    let line_of = format!("POST {PATH}");
    let left = tokio::sync::Notify::new();
    let (slow, last, ()) = tokio::join!(
        alice.post(PATH, asking(&conversation, "one")),
        async {
            left.notified().await;
            alice.post(PATH, asking(&conversation, "three")).await
        },
        async {
            provider.was_asked(1).await;
            let body = asking(&conversation, "two").to_string();
            let waiting = app
                .asked_by_alice(line_of.as_bytes(), body.as_bytes())
                .await;
            queued(&app, 2).await;
            drop(waiting);
            left.notify_one();
            queued(&app, 3).await;
            provider.go_on(100);
        },
    );
    slow.expect(200);
    last.expect(200);
    let expected = [
        line("user", "one"),
        reply("Slow."),
        line("user", "two"),
        reply("Quick."),
        line("user", "three"),
        reply("Quick."),
    ];
    assert_eq!(said(&alice, &conversation).await, expected);
}

#[tokio::test]
async fn a_repeat_of_a_turn_that_waits_is_that_turn() {
    let provider = Provider::that(says(&["Quick."])).then([says_when_told(&["Slow."])]);
    let (app, alice, conversation) = conversing(&provider).await;
    let second = asking(&conversation, "two");
    let (slow, first, again) = tokio::join!(
        alice.post(PATH, asking(&conversation, "one")),
        async {
            provider.was_asked(1).await;
            keyed(&alice, PATH, "k", &second).await
        },
        async {
            queued(&app, 2).await;
            let again = keyed(&alice, PATH, "k", &second);
            tokio::join!(again, async { provider.go_on(100) }).0
        },
    );
    slow.expect(200);
    assert!(
        !is_replayed(&first) && is_replayed(&again),
        "{}",
        again.text()
    );
    assert_eq!(said(&alice, &conversation).await.len(), 4);
}

#[tokio::test]
async fn a_turn_that_fails_lets_the_next_one_go_on() {
    let refusal = refuses("400 Bad Request", "not like this");
    let provider = Provider::that(says(&["Yes."])).then([refusal]);
    let (app, alice, conversation) = conversing(&provider).await;
    let failed = alice.post(PATH, asking(&conversation, "one")).await;
    failed.refused("model_request_refused", None);
    // It has left when the failure is told.
    queued(&app, 0).await;
    let next = alice.post(PATH, asking(&conversation, "two")).await;
    next.expect(200);
    assert_eq!(said(&alice, &conversation).await.len(), 2);
}

#[tokio::test]
async fn a_conversation_that_is_deleted_meanwhile_answers_404() {
    let provider = Provider::that(says(&["Quick."])).then([says_when_told(&["Slow."])]);
    let (app, alice, conversation) = conversing(&provider).await;
    let bob: Actor = app.bob();
    let theirs = bob.post(PATH, asking(&conversation, "mine?")).await;
    theirs.refused("conversation_not_found", Some("conversation"));
    queued(&app, 0).await;
    let (slow, waiting, ()) = tokio::join!(
        alice.post(PATH, asking(&conversation, "one")),
        async {
            provider.was_asked(1).await;
            alice.post(PATH, asking(&conversation, "two")).await
        },
        async {
            queued(&app, 2).await;
            let path = format!("/v1/conversations/{conversation}");
            alice.delete(&path).await.expect_nothing(204);
            provider.go_on(100);
        },
    );
    for answer in [slow, waiting] {
        answer.refused("conversation_not_found", Some("conversation"));
    }
    queued(&app, 0).await;
}
