//! Answers to clients whose requests are not read.

/// Why a client is refused.
pub(super) struct ConnectionRefusal {
    status: &'static str,
    kind: &'static str,
    code: &'static str,
    message: &'static str,
    /// A header that says when to try again.
    retry: &'static str,
}

pub(super) const TOO_MANY: ConnectionRefusal = ConnectionRefusal {
    status: "429 Too Many Requests",
    kind: "rate_limit_error",
    code: "too_many_connections",
    message: "There are too many connections from your address. Close some, and try again.",
    retry: "Retry-After: 5\r\n",
};
pub(super) const TOO_MUCH: ConnectionRefusal = ConnectionRefusal {
    status: "429 Too Many Requests",
    kind: "rate_limit_error",
    code: "too_much_under_way",
    message: "Incomplete requests from your address hold as much memory as they may. Send the \
              headers of a request at once, and try again.",
    retry: "Retry-After: 5\r\n",
};
pub(super) const TOO_LATE: ConnectionRefusal = ConnectionRefusal {
    status: "408 Request Timeout",
    kind: "invalid_request_error",
    code: "request_timeout",
    message: "The headers of the request did not arrive in time. Send them at once, and try again.",
    retry: "",
};

/// The answer to a client that is refused.
pub(super) fn refusal(refusal: &ConnectionRefusal) -> Vec<u8> {
    let ConnectionRefusal {
        status,
        kind,
        code,
        message,
        retry,
    } = refusal;
    let body = format!(
        r#"{{"error":{{"message":"{message}","type":"{kind}","code":"{code}","param":null,"request_id":null,"doc_url":null}}}}"#
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{retry}Connection: \
         close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    answer.into_bytes()
}
