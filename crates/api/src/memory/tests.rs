//! The memory that owners of one address hold together, and its return.

use super::making::MemoryPatience;
use super::*;
use actix_web::test::TestRequest;
use domain::id::OwnerId;
use std::time::Duration;
use tokio::time::timeout;

fn request(owner: u128, address: &str) -> HttpRequest {
    let request = TestRequest::default().to_http_request();
    let owner = OwnerId::read(&format!("user_{owner:026}")).unwrap();
    request.extensions_mut().insert(Owner {
        owner,
        by_key: false,
    });
    let address = ClientAddress(Some(address.parse().unwrap()));
    request.extensions_mut().insert(address);
    request
}

fn taken(memory: &Memory, owner: u128, address: &str) -> Taken {
    let taker = taker(&request(owner, address));
    memory.for_body(taker).map_err(|_| ()).unwrap()
}

const ADDRESS: &str = "203.0.113.9";

#[test]
fn owners_of_one_address_hold_a_quarter_together_and_those_of_this_machine_each() {
    let memory = Memory::new(400);
    let mut one = taken(&memory, 1, ADDRESS);
    let mut two = taken(&memory, 2, ADDRESS);
    one.grow(60).unwrap();
    assert_eq!(two.grow(60), Err(Refused::Caller));
    taken(&memory, 3, "203.0.113.10").grow(60).unwrap();
    let mut here = [4, 5].map(|owner| taken(&memory, owner, "127.0.0.1"));
    for taken in &mut here {
        taken.grow(100).unwrap();
    }
}

#[test]
fn refused_and_returned_memory_does_not_count_for_the_address() {
    let memory = Memory::new(400);
    let others = [4, 5, 6].map(|owner| taken(&memory, owner, "127.0.0.1"));
    let [mut a, mut b, mut c] = others;
    for taken in [&mut a, &mut b, &mut c] {
        taken.grow(100).unwrap();
    }
    let mut one = taken(&memory, 1, ADDRESS);
    one.grow(60).unwrap();
    let mut here = taken(&memory, 7, "127.0.0.1");
    here.grow(30).unwrap();
    // The whole has 10 bytes left, the address 40.
    assert_eq!(one.grow(20), Err(Refused::Full));
    assert_eq!(one.bytes(), 60);
    drop(here);
    let mut two = taken(&memory, 2, ADDRESS);
    two.grow(40).unwrap();
    assert_eq!(two.bytes(), 40);
    one.shrink_to(10);
    two.grow(50).unwrap();
    drop((one, two));
    taken(&memory, 3, ADDRESS).grow(100).unwrap();
}

#[tokio::test]
async fn a_request_waits_for_memory_that_moves_and_not_for_idle_memory() {
    let memory = Memory::new(400);
    for address in [ADDRESS, "127.0.0.1"] {
        let taker = taker(&request(1, address));
        let patience = MemoryPatience {
            still: Duration::from_millis(20),
            moving: Duration::from_secs(600),
        };
        let mut made = memory.try_take(taker, 100).unwrap();
        let waits = timeout(
            Duration::from_millis(200),
            memory.wait_for(taker, 100, patience),
        );
        assert!(waits.await.is_err(), "an answer is being made");
        made.is_made(100);
        let refused = memory.wait_for(taker, 100, patience).await;
        assert!(refused.is_err(), "nothing moves");
        let reading = async {
            for _ in 0..40 {
                tokio::time::sleep(Duration::from_millis(5)).await;
                made.moves();
            }
            drop(made);
        };
        let (taken, ()) = tokio::join!(memory.wait_for(taker, 100, patience), reading);
        assert_eq!(taken.unwrap().bytes(), 100);
    }
}

#[tokio::test]
async fn a_body_waits_for_answers_that_are_being_made_and_for_nothing_else() {
    let memory = Memory::new(400);
    let taker = taker(&request(1, ADDRESS));
    let mut answer = memory.try_take(taker, 80).unwrap();
    let body = memory.for_body(taker).map_err(|_| ()).unwrap();
    assert!(body.may_grow_soon(30));
    answer.is_made(80);
    assert!(!body.may_grow_soon(30));
}
