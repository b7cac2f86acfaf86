//! The check digit of whatever is read aloud or typed: account numbers, cards, codes.
//!
//! It is Damm's. It catches every single wrong digit and every swap of two different neighbours, itself included, with
//! the ten plain digits and one table. Of other slips one in ten goes through. Why not the sum on bank cards (Luhn): it
//! lets 09 and 90 pass. Why not modulo 11: it needs an eleventh digit. Why not Verhoeff: it does the same with a
//! second table.
//!
//! Zeros in front do not change it, because the table has 0 at the top left.

/// The totally anti-symmetric quasigroup of order 10 in H. M. Damm's thesis (Marburg, 2004): row is
/// the digit so far, column the next.
/// Zeros on the diagonal make the check digit the one that leads to 0.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// The same for two digits at once: batches bring millions of numbers.
const DAMM_PAIRS: [[u8; 100]; 10] = pairs();

/// Runs the ten digits of `number` through the table, zeros in front included, as they change nothing:
/// their check digit, or 0 if they end in the right one.
#[must_use]
pub fn damm(number: u32) -> u8 {
    [100_000_000, 1_000_000, 10_000, 100, 1].into_iter().fold(0, |so_far, power| {
        let pair = usize::try_from(number / power % 100).unwrap_or_default(); // Below a hundred.
        let next = DAMM_PAIRS.get(usize::from(so_far)).and_then(|row| row.get(pair));
        next.copied().unwrap_or_default() // Never the default: the row is a digit.
    })
}

#[expect(clippy::indexing_slicing, reason = "worked out by the compiler, which checks it")]
const fn pairs() -> [[u8; 100]; 10] {
    let mut pairs = [[0; 100]; 10];
    let mut at = 0;
    while at < 1_000 {
        let (so_far, first, second) = (at / 100, at / 10 % 10, at % 10);
        pairs[so_far][at % 100] = DAMM[DAMM[so_far][first] as usize][second];
        at += 1;
    }
    pairs
}

/// The same for any digits, one after the other; what is no digit is left out.
#[must_use]
pub fn damm_of(digits: impl IntoIterator<Item = u8>) -> u8 {
    digits.into_iter().fold(0, |so_far, digit| {
        let row = DAMM.get(usize::from(so_far));
        row.and_then(|row| row.get(usize::from(digit))).copied().unwrap_or(so_far)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: check digits are Damm's and not merely some that our own reader accepts. Method: the published example 572
    /// with digit 4; both ways of working it out agree.
    #[test]
    fn known_check_digits() {
        assert_eq!((damm(572), damm_of([5, 7, 2])), (4, 4));
        assert_eq!((damm(5_724), damm_of([5, 7, 2, 4])), (0, 0));
        for number in (0..1_000_000_u32).step_by(7_919) {
            let digits = number.to_string().into_bytes();
            assert_eq!(damm_of(digits.into_iter().map(|digit| digit - b'0')), damm(number));
        }
    }

    /// Goal: the table has the two properties that the promise rests on.
    /// Method: each row and column holds each digit once; for every digit so far, two different
    /// digits never lead to the same place in both orders; a digit after itself leads to 0.
    #[test]
    fn table_is_totally_anti_symmetric() {
        for a in 0..10 {
            let mut row = DAMM[a];
            let mut column = DAMM.map(|row| row[a]);
            row.sort_unstable();
            column.sort_unstable();
            assert_eq!((row, column), ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
            assert_eq!(DAMM[a][a], 0);
            for (b, c) in (0..10).flat_map(|b| (0..b).map(move |c| (b, c))) {
                let then = |first: usize, second: usize| DAMM[usize::from(DAMM[a][first])][second];
                assert_ne!(then(b, c), then(c, b), "{a} then {b} and {c}");
            }
        }
    }

    /// Goal: two digits at once lead where they lead one after the other.
    /// Method: every digit so far and every pair.
    #[test]
    fn pairs_are_two_digits_in_a_row() {
        for (so_far, pair) in (0..10).flat_map(|so_far| (0..100).map(move |pair| (so_far, pair))) {
            let then = usize::from(DAMM[so_far][pair / 10]);
            assert_eq!(DAMM_PAIRS[so_far][pair], DAMM[then][pair % 10], "{so_far} then {pair}");
        }
    }
}
