//! Who answers a word.

use crate::manage::control::Stop;
use crate::manage::words::command_line::Order;
use crate::manage::words::place::Place;
use crate::manage::words::word::Word;
use crate::manage::words::{ending, help, log, print, report, starting};
use crate::options::{Ending, Options};

/// Answers the word, if there is one, and returns the exit code. `None` where the program is to
/// start.
#[inline]
pub(super) fn answer(order: Option<Order>, options: &Options) -> Option<i32> {
    let place = Place::of(options);
    help::remember(&place);
    let Some(order) = order else {
        starting::without_word(&place);
        return None;
    };
    let ending = options.ending();
    let timeout = order.timeout.unwrap_or(ending.timeout);
    let how = Stop::of(Ending { timeout, ..ending });
    match order.word {
        Word::Start => starting::start(&place),
        Word::Run => starting::run(&place),
        Word::Restart => starting::restart(ending::end_for_restart(place.pid_file(), how)),
        Word::Stop => return Some(ending::stop_and_say(place.pid_file(), how)),
        Word::Status => return Some(report::say_status(&place, order.json)),
        Word::Log => return Some(log::show_or_say(&place, &order)),
        Word::Help => return Some(i32::from(!print(&help::answer_to_help()))),
    }
    None
}
