//! How the buffer of a body grows.

use super::*;
use actix_web::test::TestRequest;

const WHOLE: usize = 16 * 1024 * 1024;

#[tokio::test]
async fn a_body_counts_the_bytes_so_far_and_a_large_one_has_pages_of_its_own() {
    let request = TestRequest::default().to_http_request();
    let memory = Memory::new(256 * 1024 * 1024);
    let mut incoming = ReceivedBody {
        bytes: BodyBuffer::new(),
        memory: memory.for_body(taker(&request)).map_err(|_| ()).unwrap(),
    };
    let mut sent = Vec::new();
    while sent.len() < WHOLE {
        let piece = vec![b'a' + u8::try_from(sent.len() % 26).unwrap(); 10_000];
        let piece = &piece[..piece.len().min(WHOLE - sent.len())];
        let added = incoming.add(piece, WHOLE);
        added.await.map_err(|_| ()).unwrap();
        sent.extend_from_slice(piece);
        let counted = sent.len()..=sent.len() + STEP;
        let held = usize::try_from(memory.held()).unwrap();
        assert!(counted.contains(&held), "{held} for {}", sent.len());
        let is_large = matches!(incoming.bytes, BodyBuffer::Large { .. });
        assert_eq!(is_large, sent.len() > 256 * 1024, "of {}", sent.len());
    }
    assert!(*incoming.bytes == sent[..]);
}

#[test]
fn a_small_body_is_hardly_ever_copied_and_one_that_is_longer_than_expected_is_whole() {
    let (mut bytes, mut copies, mut room) = (BodyBuffer::new(), 0, 0);
    let mut sent = Vec::new();
    for piece in 0..40 {
        let piece = [piece; 10_000];
        bytes.extend(&piece, 300_000);
        sent.extend_from_slice(&piece);
        if let BodyBuffer::Small(bytes) = &bytes
            && sent.len() <= 256 * 1024
            && bytes.capacity() != room
        {
            copies += 1;
            room = bytes.capacity();
        }
    }
    assert!(copies <= 3, "{copies}");
    assert!(*bytes == sent[..]);
}
