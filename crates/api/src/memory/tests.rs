//! The memory that owners of one address hold together, and its return.

use super::*;
use actix_web::test::TestRequest;
use domain::id::OwnerId;

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
