//! Time and notices.

use super::*;

#[test]
fn time_left_counts_to_the_scheduled_end_and_then_to_the_close() {
    let mut model = in_room(Vec::new());
    assert_eq!(model.time_left(), (Millis::minutes(45), false));
    model.apply(Event::Tick(START + Millis::minutes(45)));
    assert_eq!(model.time_left(), (Millis::minutes(75), true));
    model.apply(Event::Tick(START + Millis::hours(3)));
    assert_eq!(model.time_left(), (Millis(0), true));
}

#[test]
fn the_close_is_announced_ten_five_and_one_minutes_before() {
    let mut model = in_room(Vec::new());
    for second in 0..7_200 {
        model.apply(Event::Tick(START + Millis::seconds(second)));
    }
    assert_eq!(
        texts(&model),
        [
            "This meeting closes in 10 minutes.",
            "This meeting closes in 5 minutes.",
            "This meeting closes in 1 minute."
        ]
    );
    assert!(
        model.in_room(),
        "the server closes, not the browser's clock"
    );
}

#[test]
fn toasts_go_away_one_by_one() {
    let mut model = in_room(Vec::new());
    let effects = model.apply(Event::ScreenShareFailed);
    assert_eq!(effects, [Effect::ExpireToast(0)]);
    model.apply(Event::ScreenShareFailed);
    model.apply(Event::ToastOver(0));
    assert_eq!(model.toasts.len(), 1);
}

#[test]
fn a_longer_meeting_is_announced_once_and_warned_of_again() {
    let mut model = in_room(vec![peer()]);
    let later = START + Millis::minutes(135);
    model.apply(Event::Tick(START + Millis::minutes(111)));
    assert_eq!(texts(&model), ["This meeting closes in 10 minutes."]);
    assert!(model.closes_soon());
    let closing = Notice::Closing { closes_at: later };
    model.apply(Event::Notice(closing));
    model.apply(Event::Notice(closing));
    model.apply(live(Access::Open {
        closes_at: later,
        role: SeatRole::Mentee,
    }));
    let said = [
        "This meeting closes in 10 minutes.",
        "The meeting goes on for 15 more minutes.",
    ];
    assert_eq!(texts(&model), said);
    assert!(!model.closes_soon());
    model.apply(Event::Tick(START + Millis::minutes(126)));
    assert_eq!(texts(&model).len(), 3);
}
