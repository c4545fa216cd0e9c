//! Ids and tokens from a seed: the same seed and the same requests give the same ids.

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// A splitmix64 sequence. It need not be unpredictable: the emulator guards nothing of value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ids {
    state: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// An id in the form of Kustom's order ids.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A short reference as it stands on statements, like `K4MADNYQ`.
    pub(crate) fn short_reference(&mut self) -> String {
        const LETTERS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let mut bits = self.next();
        let mut text = String::from("K");
        for _ in 0..7 {
            text.push(char::from(LETTERS[usize::from(bits.to_le_bytes()[0] & 31)]));
            bits >>= 5;
        }
        text
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_ids_and_no_id_comes_twice() {
        let (mut left, mut right) = (Ids::new(7), Ids::new(7));
        let first = left.uuid();
        assert_eq!(first, right.uuid());
        assert_ne!(first, left.uuid());
        assert_ne!(first, Ids::new(8).uuid());
        assert_eq!(first.get_version_num(), 4);
    }

    #[test]
    fn a_short_reference_has_eight_letters() {
        assert_eq!(Ids::new(1).short_reference().len(), 8);
    }
}
