//! The door: connected before the click, in by our server's word, around it when it fails.

use super::*;

fn door_token() -> Event {
    match token() {
        Event::JoinTokenReceived(token) => Event::DoorTokenReceived(token),
        other => other,
    }
}

fn at_the_door() -> Peer {
    Peer {
        is_in: false,
        ..peer()
    }
}

/// A lobby with both devices running and livekit-client there, so that the door is asked for.
fn ready() -> RoomModel {
    let mut model = lobby();
    model.apply(Event::SdkLoaded);
    for kind in [InputKind::Camera, InputKind::Microphone] {
        model.apply(Event::CaptureChanged {
            kind,
            capture: CaptureState::On,
            device: None,
        });
    }
    model
}

fn open_door(peers: Vec<Peer>) -> RoomModel {
    let mut model = ready();
    model.apply(door_token());
    model.apply(Event::Connected(peers));
    model
}

fn through_the_door(peers: Vec<Peer>) -> RoomModel {
    let mut model = open_door(peers);
    model.apply(Event::Join);
    model.apply(Event::Entered);
    model
}

#[test]
fn the_door_is_asked_for_once_when_preview_and_buttons_are_ready() {
    let mut model = lobby();
    assert_eq!(model.apply(Event::SdkLoaded), [], "the camera starts yet");
    let changed = |kind, capture| Event::CaptureChanged {
        kind,
        capture,
        device: None,
    };
    let failed = CaptureState::Failed(DeviceProblem::Denied);
    model.apply(changed(InputKind::Camera, failed));
    let effects = model.apply(changed(InputKind::Microphone, CaptureState::On));
    assert_eq!(
        effects,
        [Effect::RequestDoor],
        "a camera that fails is no reason"
    );
    assert_eq!(
        model.apply(changed(InputKind::Camera, CaptureState::On)),
        []
    );
    assert_eq!(
        model.apply(door_token()),
        [Effect::Client(Command::Knock {
            url: "ws://localhost:7880".to_owned(),
            token: "t".to_owned()
        })]
    );
    assert_eq!(model.apply(Event::Connected(vec![peer()])), []);
    assert_eq!((&model.phase, model.door), (&Phase::Lobby, Door::Open));
    assert!(model.other_is_present() && !model.transmits());
}

#[test]
fn whoever_is_in_in_another_tab_is_not_put_out_by_a_door() {
    let mut model = lobby();
    model.apply(Event::OtherTab(true));
    model.apply(Event::SdkLoaded);
    for kind in [InputKind::Camera, InputKind::Microphone] {
        let effects = model.apply(Event::CaptureChanged {
            kind,
            capture: CaptureState::On,
            device: None,
        });
        assert_eq!(effects, []);
    }
    assert_eq!(model.apply(Event::OtherTab(false)), [Effect::RequestDoor]);
}

#[test]
fn join_at_an_open_door_needs_one_word_of_the_server() {
    let mut model = open_door(vec![peer()]);
    assert_eq!(model.apply(Event::Join), [Effect::EnterRoom]);
    assert_eq!(model.apply(Event::Join), [], "a second click does nothing");
    assert!(!model.transmits(), "not before the answer");
    assert_eq!(
        model.apply(Event::Entered),
        [
            Effect::Client(Command::Transmit(true)),
            Effect::Client(Command::Enter),
            Effect::Focus(FocusTarget::Call)
        ]
    );
    assert!(model.in_room() && model.toasts.is_empty());
}

#[test]
fn a_click_while_the_door_opens_uses_what_was_begun() {
    let mut model = ready();
    assert_eq!(model.apply(Event::Join), []);
    model.apply(door_token());
    assert_eq!(
        model.apply(Event::Connected(Vec::new())),
        [Effect::EnterRoom]
    );
    model.apply(Event::Entered);
    assert!(model.in_room() && !model.transmits(), "nobody else is in");
}

#[test]
fn whatever_fails_at_the_door_is_joined_around() {
    let plain = [
        Effect::Client(Command::Disconnect),
        Effect::RequestJoinToken(Entry::IfNotInside),
    ];
    for failure in [
        Event::DoorRefused,
        Event::NotConnected(ConnectFailure::Unreachable),
        Event::Disconnected(DisconnectReason::Unexpected),
    ] {
        // Before the click, nobody hears of it.
        let mut model = ready();
        model.apply(door_token());
        assert_eq!(
            model.apply(failure.clone()),
            [Effect::Client(Command::Disconnect)],
            "{failure:?}"
        );
        assert_eq!((&model.phase, model.door), (&Phase::Lobby, Door::Failed));
        assert!(model.toasts.is_empty());
        assert_eq!(
            model.apply(Event::Join),
            [Effect::RequestJoinToken(Entry::IfNotInside)]
        );
        // After it, the person is on their way without it.
        let mut model = ready();
        model.apply(Event::Join);
        assert_eq!(model.apply(failure.clone()), plain, "{failure:?}");
        model.apply(token());
        model.apply(Event::Connected(vec![peer()]));
        assert!(model.in_room() && model.transmits());
    }
    let around = [
        Effect::Client(Command::Disconnect),
        Effect::RequestJoinToken(Entry::Rejoin),
    ];
    for failure in [
        Event::EntryRefused(Problem::Conflict(String::new())),
        Event::EntryRefused(Problem::Unavailable(Dependency::MediaServer)),
        Event::Disconnected(DisconnectReason::Unexpected),
    ] {
        let mut model = open_door(vec![peer()]);
        model.apply(Event::Join);
        assert_eq!(model.apply(failure.clone()), around, "{failure:?}");
        assert_eq!(
            model.apply(Event::Entered),
            [],
            "a late word changes nothing"
        );
        assert!(!model.in_room());
    }
}

#[test]
fn a_refusal_at_the_door_says_why() {
    let mut model = open_door(Vec::new());
    model.apply(Event::Join);
    let ended = ended(EndReason::EndedByMentor);
    model.apply(Event::EntryRefused(Problem::NoAccess(ended)));
    assert_eq!(left(&model), Some(LeaveReason::EndedByMentor));
    let mut model = open_door(Vec::new());
    model.apply(Event::Join);
    model.apply(Event::NoResponse);
    assert_eq!(model.phase, Phase::Failed(ConnectFailure::Offline));
}

#[test]
fn moving_the_call_here_lets_go_of_the_door_first() {
    let mut model = open_door(Vec::new());
    assert_eq!(
        model.apply(Event::MoveHere),
        [
            Effect::Client(Command::Disconnect),
            Effect::RequestJoinToken(Entry::Here)
        ]
    );
}

#[test]
fn somebody_at_the_door_is_announced_as_such_and_gets_nothing_real() {
    let mut model = in_room(Vec::new());
    assert_eq!(
        model.apply(Event::PeerChanged(at_the_door())).len(),
        1,
        "a notice without a sound"
    );
    assert_eq!(texts(&model), ["Ada is at the door."]);
    assert!(model.other_is_at_door() && model.peer().is_none() && !model.transmits());
    let send = Event::SendMessage {
        id: "1".to_owned(),
        text: "hello".to_owned(),
        time: "10:00".to_owned(),
    };
    assert_eq!(model.apply(send), [], "nor a message");
    let effects = model.apply(Event::PeerChanged(peer()));
    assert_eq!(effects[0], Effect::Client(Command::Transmit(true)));
    assert!(effects.contains(&Effect::Client(Command::PlayChime(Chime::Joined))));
    assert!(effects.contains(&Effect::Client(Command::SendMessage {
        id: "1".to_owned(),
        text: "hello".to_owned()
    })));
    let effects = model.apply(Event::PeerLeft {
        identity: peer().identity,
    });
    assert_eq!(effects[0], Effect::Client(Command::Transmit(false)));
    assert_eq!(
        texts(&model),
        ["Ada is at the door.", "Ada joined.", "Ada left."]
    );
    model.apply(Event::PeerChanged(at_the_door()));
    model.apply(Event::PeerLeft {
        identity: peer().identity,
    });
    assert_eq!(texts(&model).len(), 4, "who was not in did not leave");
}

#[test]
fn nobody_is_announced_to_somebody_who_checks_their_devices() {
    let mut model = open_door(Vec::new());
    assert_eq!(model.apply(Event::PeerChanged(peer())), []);
    assert_eq!(
        model.apply(Event::PeerLeft {
            identity: peer().identity
        }),
        []
    );
    assert!(model.toasts.is_empty());
}

#[test]
fn a_page_that_nobody_looks_at_lets_go_of_the_door_and_comes_back_to_it() {
    let mut model = open_door(vec![peer()]);
    assert_eq!(
        model.apply(Event::Unwatched),
        [Effect::Client(Command::Disconnect)]
    );
    assert_eq!(model.door, Door::Resting);
    assert_eq!(model.apply(Event::Watched), [Effect::RequestDoor]);
    let mut model = in_room(vec![peer()]);
    assert_eq!(model.apply(Event::Unwatched), [], "a call goes on");
    let mut model = open_door(Vec::new());
    model.apply(Event::Unwatched);
    assert_eq!(
        model.apply(Event::Join),
        [Effect::RequestJoinToken(Entry::IfNotInside)]
    );
}

#[test]
fn a_connection_that_is_repaired_at_the_door_is_nobodys_news() {
    let mut model = open_door(Vec::new());
    for event in [Event::SignalReconnecting, Event::Reconnecting] {
        assert_eq!(model.apply(event), []);
    }
    assert_eq!(model.apply(Event::Reconnected(vec![peer()])), []);
    assert_eq!(model.connection, ConnectionState::Connected);
    assert_eq!(model.apply(Event::Join), [Effect::EnterRoom]);
}

/// Every event that says who is where, in every order of four, from the lobby and from the room.
#[test]
fn real_picture_and_sound_are_sent_exactly_while_both_are_in() {
    let events = || {
        [
            Event::Join,
            Event::Entered,
            Event::Connected(vec![at_the_door()]),
            Event::Connected(vec![peer()]),
            Event::PeerChanged(at_the_door()),
            Event::PeerChanged(peer()),
            Event::PeerLeft {
                identity: peer().identity,
            },
            Event::Reconnected(vec![at_the_door()]),
            Event::Reconnected(Vec::new()),
            Event::Disconnected(DisconnectReason::Unexpected),
            Event::EntryRefused(Problem::Conflict(String::new())),
            Event::Leave,
        ]
    };
    let mut all = vec![(open_door(vec![at_the_door()]), false)];
    let both = through_the_door(vec![peer()]);
    all.push((both, true));
    for _ in 0..4 {
        let mut next = Vec::new();
        for (model, sending) in all {
            for event in events() {
                let mut model = model.clone();
                let effects = model.apply(event);
                let told = effects.iter().find_map(|effect| match effect {
                    Effect::Client(Command::Transmit(on)) => Some(*on),
                    _ => None,
                });
                let sending = told.unwrap_or(sending);
                let both_are_in = model.in_room() && model.peers.iter().any(|peer| peer.is_in);
                assert_eq!(sending, both_are_in, "{effects:?} {model:?}");
                next.push((model, sending));
            }
        }
        all = next;
    }
}
