//! What the mentor does.

use super::*;

#[test]
fn the_mentor_ends_the_meeting_or_learns_why_not() {
    let mut model = in_room(vec![peer()]);
    assert_eq!(model.apply(Event::EndMeeting), [Effect::EndRoom]);
    model.apply(Event::EndRoomFailed("No.".to_owned()));
    assert_eq!(
        (model.is_ending, model.end_problem.as_deref()),
        (false, Some("No."))
    );
    model.apply(Event::EndMeeting);
    model.apply(Event::RoomEnded);
    assert_eq!(left(&model), Some(LeaveReason::EndedByMentor));
    assert_eq!(
        model.apply(live(ended(EndReason::EndedByMentor))),
        [],
        "one way out is enough"
    );
}

#[test]
fn a_removed_mentee_leaves_with_that_reason() {
    let mut model = in_room(vec![peer()]);
    let effects = model.apply(Event::Disconnected(DisconnectReason::ParticipantRemoved));
    assert!(requests_token(&effects));
    let refused = Problem::NoAccess(Access::Removed { at: START });
    model.apply(Event::JoinRefused(refused));
    assert_eq!(left(&model), Some(LeaveReason::Removed));
}

#[test]
fn a_wish_to_unmute_is_shown_until_it_is_answered() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::Notice(Notice::UnmuteAsked));
    assert!(model.unmute_requested);
    let on = Event::Switch {
        kind: InputKind::Microphone,
        on: true,
    };
    model.apply(on);
    assert!(!model.unmute_requested);
    model.apply(Event::CaptureChanged {
        kind: InputKind::Microphone,
        capture: CaptureState::On,
        device: None,
    });
    model.apply(Event::Notice(Notice::UnmuteAsked));
    assert!(!model.unmute_requested, "the microphone is on already");
}

#[test]
fn a_microphone_that_the_mentor_switched_off_shows_so_and_can_be_switched_on_again() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::MutedRemotely(InputKind::Microphone));
    model.apply(Event::Notice(Notice::Muted));
    assert!(!model.microphone.wanted);
    assert_eq!(texts(&model).len(), 1);
    let kind = InputKind::Microphone;
    let effects = model.apply(Event::Switch { kind, on: true });
    let device = String::new();
    assert!(effects.contains(&Effect::Client(Command::StartCapture { kind, device })));
}

#[test]
fn the_mentor_reads_what_came_of_removing_somebody() {
    let mut model = in_room(vec![peer()]);
    let effects = model.apply(Event::Moderate(Moderation::Remove));
    assert_eq!(effects, [Effect::Moderate(Moderation::Remove)]);
    assert!(model.moderating);
    model.apply(Event::Moderated(Moderation::Remove));
    assert!(model.mentee_removed && !model.moderating);
    model.apply(Event::Moderate(Moderation::AllowBack));
    model.apply(Event::RequestFailed(
        "The video server does not answer.".to_owned(),
    ));
    assert!(model.mentee_removed && !model.moderating);
    assert_eq!(texts(&model).len(), 2);
}
