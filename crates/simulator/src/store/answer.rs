//! Kept answers, in memory.

use jiff::Timestamp;
use kassa::store::StoreError;
use kassa_commerce::answer::{AnswerWrite, IdempotencyKey, KeptAnswer, KeyScope, MAX_KEYS_PER_CART};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    kept: BTreeMap<(KeyScope, IdempotencyKey), (KeptAnswer, Timestamp)>,
}

impl Answers {
    pub(super) fn kept(&self, scope: KeyScope, key: &IdempotencyKey, now: Timestamp) -> Option<KeptAnswer> {
        let (kept, until) = self.kept.get(&(scope, key.clone()))?;
        (*until > now).then(|| kept.clone())
    }

    /// Memory is swept in one go.
    pub(super) fn keep(&mut self, write: &AnswerWrite) -> Result<(), StoreError> {
        self.kept.retain(|_, (_, until)| *until > write.now);
        let key = (write.scope, write.request.key.clone());
        if self.kept.contains_key(&key) {
            return Err(StoreError::AlreadyAnswered);
        }
        let kept = KeptAnswer {
            fingerprint: write.request.fingerprint,
            answer: write.answer.clone(),
        };
        self.kept.insert(key, (kept, write.until));
        let of_scope = self.kept.keys().filter(|(scope, _)| *scope == write.scope);
        if write.scope != KeyScope::Creation && of_scope.count() > MAX_KEYS_PER_CART as usize {
            return Err(StoreError::TooManyKeys);
        }
        Ok(())
    }
}
