//! Something good, changed a little.

/// Bytes of one change.
const CHANGE_BYTES: usize = 4;

/// `good` after the changes that `script` names: four bytes each, what is done, two for where, and a byte to
/// do it with. Without changes it stays as it was.
pub fn changed(good: &[u8], script: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for change in script.chunks_exact(CHANGE_BYTES) {
        let place = usize::from(u16::from_be_bytes([change[1], change[2]])) % (bytes.len() + 1);
        let byte = change[3];
        match change[0] % 6 {
            0 if place < bytes.len() => bytes[place] = byte,
            1 if place < bytes.len() => drop(bytes.remove(place)),
            2 => bytes.truncate(place),
            // A swap with the neighbour, as people type.
            3 if place + 1 < bytes.len() => bytes.swap(place, place + 1),
            // The same letter, large or small.
            5 if place < bytes.len() => bytes[place] ^= 0x20,
            _ => bytes.insert(place, byte),
        }
    }
    bytes
}
