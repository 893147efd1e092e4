//! Follows how far an endpoint is above or below its habit just now: breaking news, holidays.
//!
//! The filter of a Markov-modulated Poisson process: the rate is the habit's times one of seven factors; the
//! probability of each factor decays towards 1 with time, and each burst of entries, and each minute without one,
//! moves it by its likelihood. Exact, and as quick as the evidence allows.

use super::time::DAY;

/// The factors on the habitual rate.
pub(crate) const FACTORS: [f64; 7] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
/// The probability of each factor where nothing is known.
const AT_FIRST: [f64; 7] = [0.02, 0.02, 0.9, 0.015, 0.015, 0.015, 0.015];
/// The mean time, in days, before a habitual rate changes.
const HABIT_DAYS: f64 = 120.0;
/// The mean time, in days, before an unusual rate returns to habit.
const SURGE_DAYS: f64 = 2.0;
/// How likely a change goes to each factor: surges matter, and lulls come of themselves.
const TURNS_TO: [f64; 7] = [0.05, 0.05, 0.0, 0.225, 0.225, 0.225, 0.225];

/// The probability of each of the factors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Surge(pub(crate) [f64; 7]);

impl Default for Surge {
    fn default() -> Self {
        Self(AT_FIRST)
    }
}

impl Surge {
    /// Returns the expected factor.
    pub(crate) fn factor(&self) -> f64 {
        self.0.iter().zip(FACTORS).map(|(probability, factor)| probability * factor).sum()
    }

    /// Lets `minutes` pass without looking: the exact solution of a chain that leaves habit and returns to it.
    pub(crate) fn pass(&mut self, minutes: f64) {
        let (leaving, returning) = (minutes / DAY / HABIT_DAYS, minutes / DAY / SURGE_DAYS);
        let factors = self.0.iter().zip(FACTORS);
        let usual: f64 =
            factors.filter(|(_, factor)| is_habit(*factor)).map(|(probability, _)| probability).sum();
        let at_last = HABIT_DAYS / (HABIT_DAYS + SURGE_DAYS);
        let usual_then = at_last + (usual - at_last) * (-leaving - returning).exp();
        let goes_on = (-returning).exp();
        let turned = (1.0 - usual_then - (1.0 - usual) * goes_on).max(0.0);
        for ((probability, factor), share) in self.0.iter_mut().zip(FACTORS).zip(TURNS_TO) {
            *probability =
                if is_habit(factor) { usual_then } else { *probability * goes_on + turned * share };
        }
    }

    /// Takes in that nothing came while the habit let `expected` bursts expect.
    pub(crate) fn nothing_came(&mut self, expected: f64) {
        self.weigh(|factor| (-factor * expected).exp());
    }

    /// Takes in that a burst came; `weight` below one when it may have been part of the one before.
    pub(crate) fn burst_came(&mut self, weight: f64) {
        self.weigh(|factor| factor.powf(weight));
    }

    fn weigh(&mut self, likelihood: impl Fn(f64) -> f64) {
        let mut weighed = self.0;
        for (probability, factor) in weighed.iter_mut().zip(FACTORS) {
            *probability *= likelihood(factor);
        }
        let sum: f64 = weighed.iter().sum();
        // Evidence beyond what a float holds says nothing that is worth keeping.
        if sum > f64::MIN_POSITIVE {
            self.0 = weighed.map(|probability| probability / sum);
        }
    }
}

fn is_habit(factor: f64) -> bool {
    (factor - 1.0).abs() < f64::EPSILON
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A filter that has seen the habit go on for 200 bursts.
    fn calm() -> Surge {
        let mut surge = Surge::default();
        for _ in 0..200 {
            surge.pass(60.0);
            surge.nothing_came(1.0);
            surge.burst_came(1.0);
        }
        surge
    }

    #[test]
    fn ten_times_the_rate_is_believed_within_nine_bursts_and_not_by_three() {
        let mut surge = calm();
        assert!((surge.factor() - 1.0).abs() < 0.15, "{surge:?}");
        let factors = [0.0; 9].map(|_: f64| {
            surge.pass(6.0);
            surge.nothing_came(0.1);
            surge.burst_came(1.0);
            surge.factor()
        });
        assert!(factors[2] < 1.1 && factors[8] > 4.0, "{factors:?}");
    }

    #[test]
    fn a_surge_is_forgotten_in_days_however_they_are_divided() {
        let surging = Surge([0.0, 0.0, 0.1, 0.0, 0.0, 0.9, 0.0]);
        let (mut at_once, mut hourly) = (surging, surging);
        at_once.pass(20.0 * DAY);
        (0..20 * 24).for_each(|_| hourly.pass(60.0));
        assert!((at_once.factor() - hourly.factor()).abs() < 1e-6, "{at_once:?} {hourly:?}");
        assert!(hourly.factor() < 1.3, "{hourly:?}");
        let mut day = surging;
        day.pass(DAY);
        assert!(day.factor() > 3.0, "{day:?}");
    }

    #[test]
    fn probabilities_stay_probabilities() {
        let mut surge = Surge::default();
        for evidence in [1e-9, 1.0, 1e3, 1e9] {
            surge.nothing_came(evidence);
            surge.burst_came(5.0);
            surge.pass(evidence);
            assert!((surge.0.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{surge:?}");
        }
    }
}
