//! Returns an answer in the requested form.

use super::{Body, Outcome, ProviderAnswer};
use crate::llm::{failure, wire};
use domain::error::Result;
use domain::replies::{ChatChunk, ChatStream};

/// A chunk without content.
const NOTHING: &str = r#"{"object":"chat.completion.chunk","choices":[]}"#;

impl ProviderAnswer {
    /// Ends the reply. Half a character at the end is replaced.
    pub(super) fn end(&mut self) -> Outcome<()> {
        self.body = Body::Read;
        if let Some(aside) = &self.aside {
            return Err(failure::without_choices(aside, self.key.as_ref()));
        }
        let (text, reasoning) = self.reply.end();
        let unkept = self.reply.unread();
        if text.is_empty() && reasoning.is_empty() && unkept.is_none() {
            return Ok(());
        }
        match self.ready.back_mut() {
            Some(last) if !self.streamed => {
                last.text.push_str(&text);
                last.reasoning.push_str(&reasoning);
                last.unkept = last.unkept.take().or(unkept);
            }
            _ => self.ready.push_back(ChatChunk {
                json: NOTHING.to_owned(),
                text,
                reasoning,
                unkept,
                ..ChatChunk::default()
            }),
        }
        Ok(())
    }

    /// The whole completion, in one piece.
    async fn whole(&mut self) -> Outcome<ChatChunk> {
        while !matches!(self.body, Body::Read) {
            self.read().await?;
        }
        let chunks: Vec<_> = self.ready.drain(..).collect();
        match <[ChatChunk; 1]>::try_from(chunks) {
            Ok([whole]) if self.is_whole => Ok(whole),
            Ok([chunk]) => wire::put_together(vec![chunk]),
            Err(chunks) => wire::put_together(chunks),
        }
    }
}

#[async_trait::async_trait]
impl ChatStream for ProviderAnswer {
    async fn next(&mut self) -> Result<Option<ChatChunk>> {
        if !self.streamed {
            return match self.body {
                Body::Read if self.ready.is_empty() => Ok(None),
                _ => Ok(Some(self.whole().await?)),
            };
        }
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(Some(chunk));
            }
            if matches!(self.body, Body::Read) {
                return Ok(None);
            }
            self.read().await?;
        }
    }
}
