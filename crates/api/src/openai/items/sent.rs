//! The items of a request.

use super::read::IncomingItem;
use crate::error::{ApiError, code};
use crate::found::service;
use crate::long_work::LongWork;
use actix_web::HttpRequest;
use domain::id::OwnerId;
use domain::items::{ItemService, NewItem};
use domain::responses::ResponseService;
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// How many items OpenAI's API takes in one request.
const MOST: usize = 20;

/// Items as they were sent, to the last digit: up to 20, and one more where there are more. The number is then
/// refused.
#[derive(Default)]
pub(in crate::openai) struct Twenty(Vec<Box<RawValue>>);

impl Twenty {
    pub(in crate::openai) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Twenty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(List)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Twenty;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Twenty, A::Error> {
        let mut list = Vec::new();
        while list.len() <= MOST {
            match elements.next_element()? {
                Some(element) => list.push(element),
                None => return Ok(Twenty(list)),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Twenty(list))
    }
}

/// The items to store. References are resolved among the owner's items.
pub(in crate::openai) async fn new_items(
    request: &HttpRequest,
    items: &ItemService,
    owner: OwnerId,
    Twenty(sent): Twenty,
) -> Result<Vec<NewItem>, ApiError> {
    if sent.len() > MOST {
        let message = format!("items must have at most {MOST} items.");
        return Err(ApiError::new(code::INVALID_VALUE, message).param("items"));
    }
    let name = |index: usize| format!("items[{index}]");
    let bytes = sent.iter().map(|sent| sent.get().len()).sum();
    let read = move || {
        let sent = sent.iter().enumerate();
        let read = sent.map(|(index, sent)| IncomingItem::read(&name(index), sent.get()));
        read.collect::<Result<Vec<_>, _>>()
    };
    let incoming = LongWork::run(request, bytes, read).await?;
    let responses = service::<ResponseService>(request)?;
    let mut new = Vec::with_capacity(incoming.len());
    for (index, incoming) in incoming.into_iter().enumerate() {
        let at = name(index);
        new.push(incoming.resolve(&at, items, &responses, owner).await?);
    }
    Ok(new)
}
