//! Random numbers for workloads: cheap, and the same for the same seed.

/// Xorshift with 64 bits of state.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Any seed will do; neighbouring ones give unrelated numbers.
    pub fn new(seed: u64) -> Self {
        // SplitMix64's last step, so that small seeds do not begin with small numbers.
        let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self((state ^ (state >> 31)) | 1)
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`; the bias is `end` in 2^32.
    pub fn below(&mut self, end: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(end)) >> 32) as u32
    }
}

/// Ranks drawn with probability 1 / (rank + 1), the exponent being 1: with 10,000 accounts the busiest has
/// one line in ten. Walker's alias method: one number, one look at a table.
#[derive(Debug)]
pub struct Zipf {
    /// Of each rank: up to which fraction of 2^32 it stands for itself, and for whom else beyond.
    places: Vec<(u32, u32)>,
}

impl Zipf {
    /// Ranks 0..`count`.
    pub fn new(count: u32) -> Self {
        let total: f64 = (1..=count).map(|rank| 1.0 / f64::from(rank)).sum();
        let share = |rank: u32| f64::from(count) / f64::from(rank + 1) / total;
        let mut shares: Vec<f64> = (0..count).map(share).collect();
        let mut places = vec![(u32::MAX, 0); count as usize];
        let (mut small, mut large): (Vec<u32>, Vec<u32>) =
            (0..count).partition(|rank| shares[*rank as usize] < 1.0);
        while let (Some(low), Some(high)) = (small.pop(), large.last().copied()) {
            places[low as usize] = ((shares[low as usize] * 4_294_967_295.0) as u32, high);
            shares[high as usize] -= 1.0 - shares[low as usize];
            if shares[high as usize] < 1.0 {
                large.pop();
                small.push(high);
            }
        }
        Self { places }
    }

    /// A rank.
    pub fn draw(&self, random: &mut Random) -> u32 {
        let rank = random.below(self.places.len() as u32);
        let (itself, other) = self.places[rank as usize];
        if random.bits() as u32 <= itself { rank } else { other }
    }
}
