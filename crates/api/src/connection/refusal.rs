//! Answers to clients whose requests are not read.

/// Why a client is refused: the code, and the message.
pub(super) type ConnectionRefusal = (&'static str, &'static str);

pub(super) const TOO_MANY: ConnectionRefusal = (
    "too_many_connections",
    "There are too many connections from your address. Close some, and try again.",
);
pub(super) const TOO_MUCH: ConnectionRefusal = (
    "too_much_under_way",
    "Incomplete requests from your address hold as much memory as they may. Send the headers of a \
     request at once, and try again.",
);

/// The answer to a client that has too many connections.
pub(super) fn refusal((code, message): ConnectionRefusal) -> Vec<u8> {
    let body = format!(
        r#"{{"error":{{"message":"{message}","type":"rate_limit_error","code":"{code}","param":null,"request_id":null,"doc_url":null}}}}"#
    );
    let answer = format!(
        "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 5\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    answer.into_bytes()
}
