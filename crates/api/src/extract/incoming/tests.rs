//! How the buffer of a body grows.

use super::*;
use actix_web::test::TestRequest;

#[tokio::test]
async fn a_body_is_hardly_ever_copied_and_counts_the_bytes_so_far() {
    let request = TestRequest::default().to_http_request();
    let memory = Memory::new(256 * 1024 * 1024);
    let mut incoming = ReceivedBody {
        bytes: Vec::new(),
        memory: memory.for_body(taker(&request)).map_err(|_| ()).unwrap(),
    };
    let (whole, piece) = (16 * 1024 * 1024, [b'x'; 10_000]);
    let (mut copied, mut room) = (0, 0);
    while incoming.bytes.len() + piece.len() <= whole {
        let made = incoming.grow_buffer(piece.len(), whole);
        made.await.map_err(|_| ()).unwrap();
        incoming.bytes.extend_from_slice(&piece);
        if incoming.bytes.capacity() != room {
            copied += room;
            room = incoming.bytes.capacity();
        }
        let length = incoming.bytes.len();
        let counted = length..length + STEP;
        let held = usize::try_from(memory.held()).unwrap();
        assert!(counted.contains(&held), "{held} for {length}");
    }
    assert!(room <= whole);
    assert!(copied < whole / 4, "{copied} bytes were freed");
}
