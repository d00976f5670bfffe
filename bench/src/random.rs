//! Random numbers for orders and samples. `SplitMix64` with a constant seed makes a run repeatable.

#[derive(Default)]
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`. `end` is small, and the bias of the remainder does not matter.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let remainder = self.next() % u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(remainder).unwrap_or(0)
    }

    /// The items in a new random order.
    pub(crate) fn order<'a, T>(
        &mut self,
        items: impl IntoIterator<Item = &'a mut T>,
    ) -> Vec<&'a mut T> {
        let mut order: Vec<_> = items.into_iter().collect();
        for last in (1..order.len()).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }
}
