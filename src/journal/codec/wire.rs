//! Numbers and byte strings as they stand in a record: LEB128, zigzag, little endian.

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a record is damaged: {what} at byte {at}")]
pub struct DecodeError {
    /// What was being read.
    pub what: &'static str,
    /// Where, from the start of the record.
    pub at: usize,
}

/// Seven bits a byte: the longest number there is.
const VARINT_BYTES_MAX: usize = 10;

/// Appends to a record.
pub struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    pub fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes }
    }

    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Most numbers are short: each length has its own way, so that room is made once.
    pub fn unsigned(&mut self, number: u64) {
        let [one, two, three] = [number, number >> 7, number >> 14].map(low_seven_bits);
        match number {
            ..0x80 => self.byte(one),
            ..0x4000 => self.raw(&[one | 0x80, two]),
            ..0x20_0000 => self.raw(&[one | 0x80, two | 0x80, three]),
            _ => self.unsigned_long(number),
        }
    }

    fn unsigned_long(&mut self, mut number: u64) {
        let mut bytes = [0; VARINT_BYTES_MAX];
        let mut length = 0;
        for byte in &mut bytes {
            length += 1;
            *byte = low_seven_bits(number);
            number >>= 7;
            if number == 0 {
                break;
            }
            *byte |= 0x80;
        }
        self.raw(bytes.get(..length).unwrap_or_default()); // Ten bytes hold any number.
    }

    pub fn signed(&mut self, number: i64) {
        self.unsigned(number.cast_unsigned() << 1 ^ (number >> 63).cast_unsigned());
    }

    pub fn block(&mut self, bytes: &[u8]) {
        self.unsigned(bytes.len() as u64);
        self.raw(bytes);
    }
}

const fn low_seven_bits(number: u64) -> u8 {
    (number & 0x7f) as u8
}

/// Reads a record from its start.
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub const fn error(&self, what: &'static str) -> DecodeError {
        DecodeError { what, at: self.at }
    }

    pub fn byte(&mut self, what: &'static str) -> Result<u8, DecodeError> {
        let byte = self.bytes.get(self.at).copied().ok_or(self.error(what))?;
        self.at += 1;
        Ok(byte)
    }

    pub fn raw(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let end = self.at.checked_add(length).ok_or(self.error(what))?;
        let bytes = self.bytes.get(self.at..end).ok_or(self.error(what))?;
        self.at = end;
        Ok(bytes)
    }

    pub fn array<const LENGTH: usize>(&mut self, what: &'static str) -> Result<[u8; LENGTH], DecodeError> {
        let error = self.error(what);
        self.raw(LENGTH, what)?.try_into().map_err(|_| error)
    }

    pub fn unsigned(&mut self, what: &'static str) -> Result<u64, DecodeError> {
        let start = self.error(what);
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte(what)?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(start);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                // One number has one form, so that equal entries have equal bytes.
                return if byte == 0 && shift > 0 { Err(start) } else { Ok(number) };
            }
        }
        Err(start)
    }

    pub fn signed(&mut self, what: &'static str) -> Result<i64, DecodeError> {
        let number = self.unsigned(what)?;
        Ok((number >> 1).cast_signed() ^ (number & 1).cast_signed().wrapping_neg())
    }

    /// A number that must fit a smaller type.
    pub fn small<T: TryFrom<u64>>(&mut self, what: &'static str) -> Result<T, DecodeError> {
        let start = self.error(what);
        T::try_from(self.unsigned(what)?).map_err(|_| start)
    }

    /// A length of at most `most`.
    pub fn length(&mut self, most: usize, what: &'static str) -> Result<usize, DecodeError> {
        let start = self.error(what);
        let length: usize = self.small(what)?;
        if length <= most { Ok(length) } else { Err(start) }
    }

    /// How many of something follow, at most `most`, each of at least `bytes_each` bytes: a record that
    /// is too short for them is refused before anything is allocated for them.
    pub fn count(
        &mut self,
        most: usize,
        bytes_each: usize,
        what: &'static str,
    ) -> Result<usize, DecodeError> {
        let start = self.error(what);
        let count = self.length(most, what)?;
        let left = self.bytes.len().saturating_sub(self.at);
        if count.saturating_mul(bytes_each) <= left { Ok(count) } else { Err(start) }
    }

    pub fn block(&mut self, most: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let length = self.length(most, what)?;
        self.raw(length, what)
    }

    /// What `convert` makes of the value just read, or an error naming it.
    pub fn known<T>(&self, converted: Option<T>, what: &'static str) -> Result<T, DecodeError> {
        converted.ok_or(self.error(what))
    }

    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.error("nothing more")) }
    }
}
