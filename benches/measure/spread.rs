//! Several measurements of one thing: their middle, and how far they lie apart.

/// The middle of several measurements, and where half of them lie.
///
/// Not the least and the most: among many rounds on a shared machine there is always one that was
/// disturbed.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    /// A quarter is below it.
    pub low: f64,
    /// A quarter is above it.
    pub high: f64,
    /// The largest one.
    pub most: f64,
}

impl Spread {
    /// Of at least one measurement.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        let median = f64::midpoint(values[last / 2], values[last.div_ceil(2)]);
        let (low, high) = (values[last / 4], values[last - last / 4]);
        Self { median, low, high, most: values[last] }
    }

    /// Of what each round says of two things that were measured in it.
    pub fn of_ratios<T>(above: &[T], below: &[T], value: impl Fn(&T) -> f64) -> Self {
        Self::of(above.iter().zip(below).map(|(above, below)| value(above) / value(below)))
    }

    /// With the middle half in brackets.
    pub fn show(&self, decimals: usize) -> String {
        let Self { median, low, high, .. } = self;
        format!("{median:.decimals$} ({low:.decimals$}–{high:.decimals$})")
    }
}
