//! Joining, losing the connection, returning, leaving.

use super::*;
use crate::room::model::reducer::connection::REJOIN_DELAYS_MS;

#[test]
fn joining_requests_a_token_connects_and_enters() {
    let mut model = lobby();
    assert_eq!(
        model.apply(Event::Join),
        [Effect::RequestJoinToken(Entry::IfNotInside)]
    );
    assert_eq!(model.apply(Event::Join), [], "a second click does nothing");
    assert_eq!(
        model.apply(token()),
        [Effect::Client(Command::Connect {
            url: "ws://localhost:7880".to_owned(),
            token: "t".to_owned()
        })]
    );
    let effects = model.apply(Event::Connected(vec![peer()]));
    assert_eq!(
        effects[..2],
        [
            Effect::Client(Command::Transmit(true)),
            Effect::Client(Command::Enter)
        ]
    );
    assert!(model.in_room());
    assert_eq!(model.peer().map(|p| p.name.as_str()), Some("Ada"));
    assert!(
        model.toasts.is_empty(),
        "who was there already did not join"
    );
}

#[test]
fn a_first_failure_to_connect_is_tried_again_with_rejoin() {
    for (failure, attempts) in [
        (ConnectFailure::TokenRefused, 3),
        (ConnectFailure::Unreachable, 1),
        (ConnectFailure::TimedOut, 1),
        (ConnectFailure::SdkNotLoaded, 0),
    ] {
        let mut model = lobby();
        model.apply(Event::Join);
        model.apply(token());
        let mut effects = model.apply(Event::NotConnected(failure.clone()));
        for _ in 0..attempts {
            assert!(requests_token(&retry(&mut model, &effects)), "{failure:?}");
            model.apply(token());
            effects = model.apply(Event::NotConnected(failure.clone()));
        }
        assert_eq!(model.phase, Phase::Failed(failure));
        assert!(
            requests_token(&model.apply(Event::Join)),
            "Try again skips the server's cache"
        );
    }
}

#[test]
fn a_refusal_to_join_says_why() {
    for (problem, phase) in [
        (
            Problem::Unavailable(Dependency::MediaServer),
            Phase::Failed(ConnectFailure::Refused(Problem::Unavailable(
                Dependency::MediaServer,
            ))),
        ),
        (
            Problem::NoAccess(ended(EndReason::EndedByMentor)),
            Phase::Left(LeaveReason::EndedByMentor),
        ),
        (
            Problem::NoAccess(Access::Closed { closed_at: START }),
            Phase::Left(LeaveReason::TimeUp),
        ),
        (Problem::SignedOut, Phase::Left(LeaveReason::Removed)),
    ] {
        let mut model = lobby();
        model.apply(Event::Join);
        model.apply(Event::JoinRefused(problem));
        assert_eq!(model.phase, phase);
    }
    let mut model = lobby();
    model.apply(Event::Join);
    model.apply(Event::NoResponse);
    assert_eq!(model.phase, Phase::Failed(ConnectFailure::Offline));
}

#[test]
fn leaving_while_joining_wins() {
    let mut model = lobby();
    model.apply(Event::Join);
    assert!(
        model
            .apply(Event::Leave)
            .contains(&Effect::LeavePage(LeaveReason::Left))
    );
    assert_eq!(model.apply(token()), []);
    assert_eq!(
        model.apply(Event::Connected(Vec::new())),
        [Effect::Client(Command::Disconnect)]
    );
    assert_eq!(
        model.apply(Event::Disconnected(DisconnectReason::Unexpected)),
        []
    );
    assert_eq!(left(&model), Some(LeaveReason::Left));
}

#[test]
fn every_decision_that_ends_the_meeting_has_its_code() {
    for (access, code) in [
        (ended(EndReason::EndedByMentor), "ended_by_mentor"),
        (ended(EndReason::EndedByAdmin), "ended_by_admin"),
        (ended(EndReason::TimeUp), "time_up"),
        (ended(EndReason::Cancelled), "cancelled"),
        (Access::Cancelled { by: None }, "cancelled"),
        (Access::Closed { closed_at: START }, "time_up"),
        (Access::NotYours, "removed"),
        (Access::NotFound, "removed"),
    ] {
        let mut model = in_room(vec![peer()]);
        model.apply(live(access));
        assert_eq!(
            left(&model).map(LeaveReason::as_str),
            Some(code),
            "{access:?}"
        );
    }
    let mut model = in_room(vec![peer()]);
    assert_eq!(model.apply(live(OPEN)), []);
    assert!(model.in_room());
}

#[test]
fn the_lobby_stays_when_the_meeting_ends_and_the_page_says_it() {
    let mut model = lobby();
    assert_eq!(model.apply(live(ended(EndReason::TimeUp))), []);
    assert_eq!(model.phase, Phase::Lobby);
    assert!(model.other_is_present());
}

#[test]
fn livekits_reasons_are_told_apart() {
    for (code, reason) in [
        (Some(1), DisconnectReason::ClientInitiated),
        (Some(2), DisconnectReason::DuplicateIdentity),
        (Some(4), DisconnectReason::ParticipantRemoved),
        (Some(5), DisconnectReason::Unexpected),
        (Some(3), DisconnectReason::Unexpected),
        (Some(99), DisconnectReason::Unexpected),
        (None, DisconnectReason::Unexpected),
    ] {
        assert_eq!(DisconnectReason::from_code(code), reason, "{code:?}");
    }
}

#[test]
fn the_same_person_elsewhere_moves_the_call_and_never_fights_for_it() {
    let mut model = in_room(Vec::new());
    assert!(!requests_token(&model.apply(Event::Disconnected(
        DisconnectReason::DuplicateIdentity
    ))));
    assert_eq!(left(&model), Some(LeaveReason::OtherDevice));
}

#[test]
fn a_removed_person_may_return_once() {
    let mut model = in_room(Vec::new());
    assert!(requests_token(&model.apply(Event::Disconnected(
        DisconnectReason::ParticipantRemoved
    ))));
    model.apply(token());
    model.apply(Event::Connected(Vec::new()));
    model.apply(Event::Disconnected(DisconnectReason::ParticipantRemoved));
    assert_eq!(left(&model), Some(LeaveReason::Removed));
}

#[test]
fn a_restart_of_livekit_is_survived_and_the_peer_stays_on_screen() {
    let mut model = in_room(vec![peer()]);
    assert_eq!(model.apply(Event::Reconnecting), [Effect::EnsureRoom]);
    model.apply(Event::PeerLeft {
        identity: peer().identity,
    });
    assert_eq!(model.connection, ConnectionState::Reconnecting);
    assert_eq!(model.peers.len(), 1, "nobody is said to have left");
    let effects = model.apply(Event::Disconnected(DisconnectReason::Unexpected));
    assert!(requests_token(&effects));
    assert_eq!(model.connection, ConnectionState::Rejoining);
    let effects = model.apply(Event::JoinRefused(Problem::Unavailable(
        Dependency::MediaServer,
    )));
    assert!(requests_token(&retry(&mut model, &effects)));
    model.apply(token());
    model.apply(Event::Connected(vec![peer()]));
    assert_eq!(
        (model.connection, model.in_room()),
        (ConnectionState::Connected, true)
    );
    assert!(model.toasts.is_empty());
}

#[test]
fn whoever_returns_first_after_a_restart_is_told_nothing_about_the_other() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::Disconnected(DisconnectReason::Unexpected));
    model.apply(token());
    model.apply(Event::Connected(Vec::new()));
    assert_eq!(model.peer(), None, "the screen says who is waited for");
    assert_eq!(
        model.apply(Event::PeerChanged(peer())),
        [Effect::Client(Command::Transmit(true))]
    );
    assert!(model.toasts.is_empty());
    model.apply(Event::PeerLeft {
        identity: peer().identity,
    });
    model.apply(Event::PeerChanged(peer()));
    assert_eq!(
        texts(&model),
        ["Ada left.", "Ada joined."],
        "from then on as ever"
    );
}

#[test]
fn a_disconnect_after_the_mentor_ended_shows_the_mentors_end() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::Disconnected(DisconnectReason::Unexpected));
    model.apply(Event::JoinRefused(Problem::NoAccess(ended(
        EndReason::EndedByMentor,
    ))));
    assert_eq!(left(&model), Some(LeaveReason::EndedByMentor));
}

#[test]
fn tries_to_return_are_bounded_and_end_with_the_last_cause() {
    let give_up = |event: fn() -> Event| {
        let mut model = in_room(vec![peer()]);
        let mut effects = model.apply(Event::Disconnected(DisconnectReason::Unexpected));
        let mut attempts = 0;
        while model.phase == Phase::InRoom {
            attempts += 1;
            assert!(attempts < 50, "does not end");
            if !requests_token(&effects) {
                effects = retry(&mut model, &effects);
            }
            assert!(requests_token(&effects));
            effects = model.apply(event());
        }
        assert_eq!(attempts, REJOIN_DELAYS_MS.len());
        model.phase
    };
    assert_eq!(
        give_up(|| Event::NoResponse),
        Phase::Failed(ConnectFailure::Offline),
        "the dashboard would not load either"
    );
    assert_eq!(
        give_up(|| Event::JoinRefused(Problem::Unavailable(Dependency::MediaServer))),
        Phase::Left(LeaveReason::Server)
    );
    assert_eq!(
        give_up(|| Event::NotConnected(ConnectFailure::Unreachable)),
        Phase::Left(LeaveReason::Network)
    );
}

#[test]
fn being_thrown_out_again_and_again_ends_too() {
    let mut model = in_room(Vec::new());
    for _ in 0..50 {
        let effects = model.apply(Event::Disconnected(DisconnectReason::Unexpected));
        retry(&mut model, &effects);
        model.apply(token());
        model.apply(Event::Connected(Vec::new()));
    }
    assert_eq!(left(&model), Some(LeaveReason::Network));
}

#[test]
fn a_connection_that_held_starts_counting_anew() {
    let mut model = in_room(Vec::new());
    model.apply(Event::Disconnected(DisconnectReason::Unexpected));
    model.apply(token());
    model.apply(Event::Connected(Vec::new()));
    model.apply(Event::Tick(START + Millis::seconds(31)));
    assert!(
        requests_token(&model.apply(Event::Disconnected(DisconnectReason::Unexpected))),
        "the first try is immediate again"
    );
}

#[test]
fn coming_online_tries_at_once_and_the_old_wait_is_void() {
    let mut model = in_room(Vec::new());
    model.apply(Event::Disconnected(DisconnectReason::Unexpected));
    let effects = model.apply(Event::NoResponse);
    assert!(requests_token(&model.apply(Event::Online)));
    assert_eq!(retry(&mut model, &effects), []);
    let mut model = in_room(Vec::new());
    assert_eq!(model.apply(Event::Online), [], "nothing to repair");
}

#[test]
fn somebody_who_is_inside_already_is_asked_before_the_call_moves_here() {
    let mut model = lobby();
    model.apply(Event::Join);
    let effects = model.apply(Event::JoinRefused(Problem::Elsewhere));
    assert_eq!(effects, [Effect::Focus(FocusTarget::MoveHere)]);
    assert!(
        model.already_joined == Some(AlreadyJoined::OtherDevice) && model.phase == Phase::Lobby
    );
    let effects = model.apply(Event::MoveHere);
    assert_eq!(effects, [Effect::RequestJoinToken(Entry::Here)]);
    assert!(model.already_joined.is_none() && model.phase == Phase::Joining);
}

#[test]
fn another_tab_of_this_browser_is_offered_without_asking_the_server() {
    let mut model = lobby();
    model.apply(Event::OtherTab(true));
    assert_eq!(model.already_joined, Some(AlreadyJoined::OtherTab));
    assert_eq!(
        model.apply(Event::Join),
        [Effect::Focus(FocusTarget::MoveHere)]
    );
    assert_eq!(model.phase, Phase::Lobby);
    model.apply(Event::OtherTab(false));
    assert_eq!(model.already_joined, None);
    assert_eq!(
        model.apply(Event::Join),
        [Effect::RequestJoinToken(Entry::IfNotInside)]
    );
    // The other tab was first after all.
    assert_eq!(
        model.apply(Event::OtherTab(true)),
        [Effect::Focus(FocusTarget::MoveHere)]
    );
    assert!(model.apply(token()).is_empty(), "a late token is not used");
    assert_eq!(
        model.apply(Event::MoveHere),
        [Effect::RequestJoinToken(Entry::Here)]
    );
}

#[test]
fn a_call_that_another_tab_took_over_ends_here_with_that_reason() {
    let mut model = in_room(Vec::new());
    assert!(model.apply(Event::OtherTab(true)).is_empty());
    model.apply(Event::TakenOver);
    assert_eq!(left(&model), Some(LeaveReason::OtherTab));
    model.apply(Event::Disconnected(DisconnectReason::DuplicateIdentity));
    assert_eq!(left(&model), Some(LeaveReason::OtherTab));
}
