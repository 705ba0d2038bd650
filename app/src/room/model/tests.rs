//! The reducer, event by event.

use super::*;
use domain::ids::{SessionId, UserId};

const START: Timestamp = Timestamp(1_800_000_000_000);

fn user(n: u8) -> UserId {
    // The domain's ids parse from text; `uuid` itself is no dependency of this crate.
    ["00000000-0000-0000-0000-0000000000", &format!("{n:02x}")]
        .concat()
        .parse()
        .expect("an id")
}

fn session() -> SessionId {
    "00000000-0000-0000-0000-000000000001"
        .parse()
        .expect("an id")
}

fn ada() -> Person {
    Person {
        id: user(2),
        name: "Ada".to_owned(),
    }
}

fn lobby() -> RoomModel {
    RoomModel::new(
        SeatRole::Mentee,
        "Max".to_owned(),
        ada(),
        START + Millis::minutes(45),
        START + Millis::hours(2),
        START,
    )
}

fn peer() -> Peer {
    Peer {
        identity: user(2).to_string(),
        name: "Ada".to_owned(),
        camera: true,
        microphone: true,
        ..Peer::default()
    }
}

fn ticket() -> Event {
    Event::Ticket(JoinToken {
        token: "t".to_owned(),
        ws_url: "ws://localhost:7880".to_owned(),
        room_name: format!("session-{}", session()),
        expires_at: START,
    })
}

fn in_room(peers: Vec<Peer>) -> RoomModel {
    let mut model = lobby();
    model.apply(Event::Join);
    model.apply(ticket());
    model.apply(Event::Connected(peers));
    model
}

fn live(access: Access) -> Event {
    Event::Live(LiveState {
        access,
        now: START,
        present: vec![ada()],
        late: Vec::new(),
    })
}

fn ended(reason: EndReason) -> Access {
    Access::Ended {
        by: None,
        at: START,
        reason,
    }
}

const OPEN: Access = Access::Open {
    closes_at: Timestamp(START.0 + 7_200_000),
    role: SeatRole::Mentee,
};

fn gone(model: &RoomModel) -> Option<Why> {
    match model.phase {
        Phase::Gone(why) => Some(why),
        _ => None,
    }
}

fn asks_ticket(effects: &[Effect]) -> bool {
    effects.contains(&Effect::AskTicket(Entry::Rejoin))
}

/// Runs the wait that `effects` asks for, if any.
fn wake(model: &mut RoomModel, effects: &[Effect]) -> Vec<Effect> {
    let number = effects.iter().find_map(|effect| match effect {
        Effect::Wake { number, .. } => Some(*number),
        _ => None,
    });
    number.map_or_else(Vec::new, |number| model.apply(Event::Wake(number)))
}

fn texts(model: &RoomModel) -> Vec<&str> {
    model
        .toasts
        .iter()
        .map(|toast| toast.text.as_str())
        .collect()
}

#[test]
fn joining_asks_for_a_ticket_connects_and_enters() {
    let mut model = lobby();
    assert_eq!(
        model.apply(Event::Join),
        [Effect::AskTicket(Entry::IfNotInside)]
    );
    assert_eq!(model.apply(Event::Join), [], "a second click does nothing");
    assert_eq!(
        model.apply(ticket()),
        [Effect::Tell(Command::Connect {
            url: "ws://localhost:7880".to_owned(),
            token: "t".to_owned()
        })]
    );
    let effects = model.apply(Event::Connected(vec![peer()]));
    assert_eq!(effects[0], Effect::Tell(Command::Enter));
    assert!(model.in_room());
    assert_eq!(model.peer().map(|p| p.name.as_str()), Some("Ada"));
    assert!(
        model.toasts.is_empty(),
        "who was there already did not join"
    );
}

#[test]
fn a_first_failure_to_connect_is_tried_again_with_rejoin() {
    for (failure, tries) in [
        (Failure::TicketRefused, 3),
        (Failure::Unreachable, 1),
        (Failure::TimedOut, 1),
        (Failure::Program, 0),
    ] {
        let mut model = lobby();
        model.apply(Event::Join);
        model.apply(ticket());
        let mut effects = model.apply(Event::NotConnected(failure.clone()));
        for _ in 0..tries {
            assert!(asks_ticket(&wake(&mut model, &effects)), "{failure:?}");
            model.apply(ticket());
            effects = model.apply(Event::NotConnected(failure.clone()));
        }
        assert_eq!(model.phase, Phase::Failed(failure));
        assert!(
            asks_ticket(&model.apply(Event::Join)),
            "Try again skips the server's cache"
        );
    }
}

#[test]
fn a_refused_ticket_says_why() {
    for (problem, phase) in [
        (
            Problem::Unavailable(Dependency::MediaServer),
            Phase::Failed(Failure::Refused(Problem::Unavailable(
                Dependency::MediaServer,
            ))),
        ),
        (
            Problem::NoAccess(ended(EndReason::EndedByMentor)),
            Phase::Gone(Why::EndedByMentor),
        ),
        (
            Problem::NoAccess(Access::Closed { closed_at: START }),
            Phase::Gone(Why::TimeUp),
        ),
        (Problem::SignedOut, Phase::Gone(Why::Removed)),
    ] {
        let mut model = lobby();
        model.apply(Event::Join);
        model.apply(Event::NoTicket(problem));
        assert_eq!(model.phase, phase);
    }
    let mut model = lobby();
    model.apply(Event::Join);
    model.apply(Event::NoAnswer);
    assert_eq!(model.phase, Phase::Failed(Failure::Offline));
}

#[test]
fn leaving_while_joining_wins() {
    let mut model = lobby();
    model.apply(Event::Join);
    assert!(model.apply(Event::Leave).contains(&Effect::Go(Why::Left)));
    assert_eq!(model.apply(ticket()), []);
    assert_eq!(
        model.apply(Event::Connected(Vec::new())),
        [Effect::Tell(Command::Disconnect)]
    );
    assert_eq!(model.apply(Event::Disconnected(Ending::Unexpected)), []);
    assert_eq!(gone(&model), Some(Why::Left));
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
        assert_eq!(gone(&model).map(Why::code), Some(code), "{access:?}");
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
fn the_other_person_is_late_until_they_come() {
    let mut model = lobby();
    let say = |present: Vec<Person>, late: Vec<Person>| {
        Event::Live(LiveState {
            access: OPEN,
            now: START,
            present,
            late,
        })
    };
    model.apply(say(Vec::new(), vec![ada()]));
    assert!(model.other_is_late() && !model.other_is_present());
    model.apply(say(vec![ada()], Vec::new()));
    assert!(!model.other_is_late() && model.other_is_present());
}

#[test]
fn livekits_reasons_are_told_apart() {
    for (reason, ending) in [
        (Some(1), Ending::Ours),
        (Some(2), Ending::Duplicate),
        (Some(4), Ending::Removed),
        (Some(5), Ending::Unexpected),
        (Some(3), Ending::Unexpected),
        (Some(99), Ending::Unexpected),
        (None, Ending::Unexpected),
    ] {
        assert_eq!(Ending::of(reason), ending, "{reason:?}");
    }
}

#[test]
fn the_same_person_elsewhere_moves_the_call_and_never_fights_for_it() {
    let mut model = in_room(Vec::new());
    assert!(!asks_ticket(
        &model.apply(Event::Disconnected(Ending::Duplicate))
    ));
    assert_eq!(gone(&model), Some(Why::Moved));
}

#[test]
fn a_removed_person_may_return_once() {
    let mut model = in_room(Vec::new());
    assert!(asks_ticket(
        &model.apply(Event::Disconnected(Ending::Removed))
    ));
    model.apply(ticket());
    model.apply(Event::Connected(Vec::new()));
    model.apply(Event::Disconnected(Ending::Removed));
    assert_eq!(gone(&model), Some(Why::Removed));
}

#[test]
fn a_restart_of_livekit_is_survived_and_the_peer_stays_on_screen() {
    let mut model = in_room(vec![peer()]);
    assert_eq!(model.apply(Event::Restarting), [Effect::Nudge]);
    model.apply(Event::PeerLeft {
        identity: peer().identity,
    });
    assert_eq!(model.link, Link::Resuming);
    assert_eq!(model.peers.len(), 1, "nobody is said to have left");
    let effects = model.apply(Event::Disconnected(Ending::Unexpected));
    assert!(asks_ticket(&effects));
    assert_eq!(model.link, Link::Returning);
    let effects = model.apply(Event::NoTicket(Problem::Unavailable(
        Dependency::MediaServer,
    )));
    assert!(asks_ticket(&wake(&mut model, &effects)));
    model.apply(ticket());
    model.apply(Event::Connected(vec![peer()]));
    assert_eq!((model.link, model.in_room()), (Link::Steady, true));
    assert!(model.toasts.is_empty());
}

#[test]
fn whoever_returns_first_after_a_restart_is_told_nothing_about_the_other() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::Disconnected(Ending::Unexpected));
    model.apply(ticket());
    model.apply(Event::Connected(Vec::new()));
    assert_eq!(model.peer(), None, "the screen says who is waited for");
    assert_eq!(model.apply(Event::Peer(peer())), []);
    assert!(model.toasts.is_empty());
    model.apply(Event::PeerLeft {
        identity: peer().identity,
    });
    model.apply(Event::Peer(peer()));
    assert_eq!(
        texts(&model),
        ["Ada left.", "Ada joined."],
        "from then on as ever"
    );
}

#[test]
fn a_disconnect_after_the_mentor_ended_shows_the_mentors_end() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::Disconnected(Ending::Unexpected));
    model.apply(Event::NoTicket(Problem::NoAccess(ended(
        EndReason::EndedByMentor,
    ))));
    assert_eq!(gone(&model), Some(Why::EndedByMentor));
}

#[test]
fn tries_to_return_are_bounded_and_end_with_the_last_cause() {
    let give_up = |event: fn() -> Event| {
        let mut model = in_room(vec![peer()]);
        let mut effects = model.apply(Event::Disconnected(Ending::Unexpected));
        let mut tries = 0;
        while model.phase == Phase::InRoom {
            tries += 1;
            assert!(tries < 50, "does not end");
            if !asks_ticket(&effects) {
                effects = wake(&mut model, &effects);
            }
            assert!(asks_ticket(&effects));
            effects = model.apply(event());
        }
        assert_eq!(tries, RETURN_DELAYS_MS.len());
        model.phase
    };
    assert_eq!(
        give_up(|| Event::NoAnswer),
        Phase::Failed(Failure::Offline),
        "the dashboard would not load either"
    );
    assert_eq!(
        give_up(|| Event::NoTicket(Problem::Unavailable(Dependency::MediaServer))),
        Phase::Gone(Why::Server)
    );
    assert_eq!(
        give_up(|| Event::NotConnected(Failure::Unreachable)),
        Phase::Gone(Why::Network)
    );
}

#[test]
fn being_thrown_out_again_and_again_ends_too() {
    let mut model = in_room(Vec::new());
    for _ in 0..50 {
        let effects = model.apply(Event::Disconnected(Ending::Unexpected));
        wake(&mut model, &effects);
        model.apply(ticket());
        model.apply(Event::Connected(Vec::new()));
    }
    assert_eq!(gone(&model), Some(Why::Network));
}

#[test]
fn a_connection_that_held_starts_counting_anew() {
    let mut model = in_room(Vec::new());
    model.apply(Event::Disconnected(Ending::Unexpected));
    model.apply(ticket());
    model.apply(Event::Connected(Vec::new()));
    model.apply(Event::Tick(START + Millis::seconds(31)));
    assert!(
        asks_ticket(&model.apply(Event::Disconnected(Ending::Unexpected))),
        "the first try is immediate again"
    );
}

#[test]
fn coming_online_tries_at_once_and_the_old_wait_is_void() {
    let mut model = in_room(Vec::new());
    model.apply(Event::Disconnected(Ending::Unexpected));
    let effects = model.apply(Event::NoAnswer);
    assert!(asks_ticket(&model.apply(Event::Online)));
    assert_eq!(wake(&mut model, &effects), []);
    let mut model = in_room(Vec::new());
    assert_eq!(model.apply(Event::Online), [], "nothing to repair");
}

#[test]
fn people_are_announced_once_with_a_sound() {
    let mut model = in_room(Vec::new());
    let effects = model.apply(Event::Peer(peer()));
    assert!(effects.contains(&Effect::Tell(Command::Play(Chime::Joined))));
    assert_eq!(texts(&model), ["Ada joined."]);
    let muted = Peer {
        microphone: false,
        ..peer()
    };
    assert_eq!(model.apply(Event::Peer(muted)), []);
    assert_eq!(model.peer().map(|p| p.microphone), Some(false));
    let effects = model.apply(Event::PeerLeft {
        identity: peer().identity,
    });
    assert!(effects.contains(&Effect::Tell(Command::Play(Chime::Left))));
    assert_eq!(texts(&model), ["Ada joined.", "Ada left."]);
    assert_eq!(model.peer(), None);
}

#[test]
fn who_left_during_a_reconnect_is_said_afterwards() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::Resuming);
    model.apply(Event::Resumed(Vec::new()));
    assert_eq!(texts(&model), ["Ada left."]);
    assert_eq!(model.peers, []);
}

#[test]
fn speaking_and_quality_survive_a_change_of_tracks() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::Speaking(vec![peer().identity]));
    model.apply(Event::Quality {
        identity: Some(peer().identity),
        quality: Quality::Weak,
    });
    model.apply(Event::Quality {
        identity: None,
        quality: Quality::Good,
    });
    model.apply(Event::Peer(Peer {
        screen: true,
        ..peer()
    }));
    let now = model.peer().cloned().expect("there");
    assert!(now.speaking && now.screen);
    assert_eq!((now.quality, model.quality), (Quality::Weak, Quality::Good));
    assert_eq!(texts(&model), ["Ada is sharing their screen."]);
}

fn heard(id: &str, text: &str) -> Event {
    Event::Heard {
        id: id.to_owned(),
        identity: peer().identity,
        text: text.to_owned(),
        time: "10:00".to_owned(),
    }
}

fn say(id: &str, text: &str) -> Event {
    Event::Say {
        id: id.to_owned(),
        text: text.to_owned(),
        time: "10:00".to_owned(),
    }
}

#[test]
fn unread_messages_are_counted_once_each_until_the_chat_is_opened() {
    let mut model = in_room(vec![peer()]);
    model.apply(heard("1", "hello"));
    model.apply(heard("2", "there"));
    model.apply(heard("1", "hello"));
    assert_eq!((model.chat.unread, model.chat.messages.len()), (2, 2));
    assert_eq!(texts(&model), ["Ada: hello", "Ada: there"]);
    assert_eq!(
        model.apply(Event::OpenChat(true)),
        [Effect::Focus(Target::Message)]
    );
    assert_eq!(model.chat.unread, 0);
    assert!(model.toasts.is_empty(), "they are read now");
    assert_eq!(model.apply(heard("3", "again")), []);
    assert_eq!(model.chat.unread, 0);
    model.apply(Event::OpenChat(false));
    model.apply(heard("4", "and again"));
    assert_eq!(model.chat.unread, 1);
}

#[test]
fn hostile_messages_are_plain_bounded_text_or_nothing() {
    let mut model = in_room(vec![peer()]);
    model.apply(heard("1", "<img src=x onerror=alert(1)>"));
    model.apply(heard("2", "\u{202E}\u{0}\u{200B} "));
    model.apply(heard("3", &"x".repeat(100_000)));
    let lengths: Vec<usize> = model.chat.messages.iter().map(|m| m.text.len()).collect();
    assert_eq!(lengths, [28, CHAT_MAX]);
    for n in 0..2 * CHAT_KEPT {
        model.apply(heard(&format!("m{n}"), "flood"));
    }
    assert_eq!(model.chat.messages.len(), CHAT_KEPT);
}

#[test]
fn a_message_said_alone_goes_out_when_the_other_person_is_there() {
    let mut model = in_room(Vec::new());
    assert_eq!(model.apply(say("1", " hello ")), []);
    assert_eq!(model.chat.messages[0].delivery, Delivery::Waiting);
    model.apply(Event::Peer(peer()));
    assert_eq!(
        model.apply(Event::PeerReady),
        [Effect::Tell(Command::Say {
            id: "1".to_owned(),
            text: "hello".to_owned()
        })]
    );
    model.apply(Event::Said {
        id: "1".to_owned(),
        sent: true,
    });
    assert_eq!(model.chat.messages[0].delivery, Delivery::Done);
    assert_eq!(model.apply(Event::PeerReady), [], "never twice");
}

#[test]
fn a_message_that_failed_can_be_sent_again() {
    let mut model = in_room(vec![peer()]);
    assert_eq!(model.apply(say("1", "hello")).len(), 1);
    let failed = || Event::Said {
        id: "1".to_owned(),
        sent: false,
    };
    model.apply(failed());
    assert_eq!(model.chat.messages[0].delivery, Delivery::Failed);
    let again = Event::SayAgain { id: "1".to_owned() };
    assert_eq!(model.apply(again).len(), 1);
    model.apply(Event::Resuming);
    model.apply(failed());
    assert_eq!(
        model.apply(Event::Resumed(vec![peer()])).len(),
        1,
        "sent by itself after a reconnect"
    );
    assert_eq!(model.apply(say("2", "   ")), []);
}

fn microphone(id: &str, label: &str) -> Device {
    Device {
        kind: DeviceKind::Microphone,
        id: id.to_owned(),
        label: label.to_owned(),
    }
}

fn captured(kind: Kind, capture: Capture, device: &str) -> Event {
    Event::Captured {
        kind,
        capture,
        device: (!device.is_empty()).then(|| device.to_owned()),
    }
}

#[test]
fn an_unplugged_microphone_is_replaced_and_the_new_one_named() {
    let mut model = in_room(vec![peer()]);
    model.apply(captured(Kind::Microphone, Capture::On, "headset"));
    model.apply(Event::DeviceLost(Kind::Microphone));
    model.apply(Event::Devices(vec![microphone("built-in", "Laptop")]));
    model.apply(captured(Kind::Microphone, Capture::On, "built-in"));
    assert_eq!(
        texts(&model),
        ["Your microphone was unplugged. Now using Laptop."]
    );
    assert_eq!(model.device_in_use(DeviceKind::Microphone), "built-in");
    assert!(model.microphone.wanted);
}

#[test]
fn an_unplugged_camera_without_another_one_goes_off_and_says_so() {
    let mut model = in_room(vec![peer()]);
    model.apply(captured(Kind::Camera, Capture::On, "usb"));
    model.apply(Event::DeviceLost(Kind::Camera));
    model.apply(captured(
        Kind::Camera,
        Capture::Failed(DeviceProblem::Missing),
        "",
    ));
    assert_eq!(texts(&model), [words::unplugged(Kind::Camera)]);
    assert!(!model.camera.wanted);
    assert!(model.microphone.wanted, "the other one is left alone");
}

#[test]
fn one_device_that_fails_never_stops_the_other_or_the_joining() {
    let mut model = lobby();
    model.apply(captured(
        Kind::Camera,
        Capture::Failed(DeviceProblem::Denied),
        "",
    ));
    model.apply(captured(Kind::Microphone, Capture::On, "m"));
    assert_eq!(model.camera.capture, Capture::Failed(DeviceProblem::Denied));
    assert_eq!(model.microphone.capture, Capture::On);
    assert!(model.toasts.is_empty(), "the lobby shows the steps itself");
    assert_eq!(model.apply(Event::Join).len(), 1);
}

#[test]
fn choosing_another_device_after_a_failure_starts_it() {
    let mut model = lobby();
    model.apply(captured(
        Kind::Camera,
        Capture::Failed(DeviceProblem::Busy),
        "",
    ));
    model.apply(captured(Kind::Camera, Capture::Off, ""));
    assert_eq!(
        model.camera.capture,
        Capture::Failed(DeviceProblem::Busy),
        "the reason stays on screen"
    );
    let effects = model.apply(Event::Choose {
        kind: DeviceKind::Camera,
        id: "other".to_owned(),
    });
    assert!(effects.contains(&Effect::Tell(Command::Switch {
        kind: Kind::Camera,
        on: true
    })));
    assert_eq!(model.camera.capture, Capture::Starting);
}

#[test]
fn a_speaker_that_is_gone_falls_back_to_the_default() {
    let speaker = |id: &str| Device {
        kind: DeviceKind::Speaker,
        id: id.to_owned(),
        label: id.to_owned(),
    };
    let mut model = in_room(Vec::new());
    model.apply(Event::Choose {
        kind: DeviceKind::Speaker,
        id: "headset".to_owned(),
    });
    assert_eq!(
        model.apply(Event::Devices(Vec::new())),
        [],
        "not listed yet"
    );
    assert_eq!(model.apply(Event::Devices(vec![speaker("headset")])), []);
    let effects = model.apply(Event::Devices(vec![speaker("default")]));
    assert!(effects.contains(&Effect::Tell(Command::Use {
        kind: DeviceKind::Speaker,
        id: String::new()
    })));
    assert_eq!(model.speaker, "");
}

#[test]
fn choices_are_remembered_when_made_and_applied_at_the_start() {
    let mut model = lobby();
    let choices = Choices {
        camera: false,
        microphone_id: "headset".to_owned(),
        ..Choices::default()
    };
    assert_eq!(
        model.apply(Event::Remembered(choices.clone())),
        [Effect::Tell(Command::Start(choices))]
    );
    assert!(!model.camera.wanted && model.microphone.wanted);
    let effects = model.apply(Event::Switch {
        kind: Kind::Camera,
        on: true,
    });
    assert!(effects.contains(&Effect::Remember(Choices {
        microphone_id: "headset".to_owned(),
        ..Choices::default()
    })));
    assert_eq!(model.camera.capture, Capture::Starting);
}

#[test]
fn choices_from_an_older_version_still_read() {
    let choices: Choices = serde_json::from_str(r#"{"camera":false,"other":1}"#).expect("reads");
    assert_eq!(
        choices,
        Choices {
            camera: false,
            ..Choices::default()
        }
    );
}

#[test]
fn browsers_exceptions_become_problems_with_steps() {
    for (name, message, problem) in [
        (
            "NotAllowedError",
            "Permission denied",
            DeviceProblem::Denied,
        ),
        (
            "NotAllowedError",
            "Permission denied by system",
            DeviceProblem::DeniedBySystem,
        ),
        (
            "NotFoundError",
            "Requested device not found",
            DeviceProblem::Missing,
        ),
        ("OverconstrainedError", "", DeviceProblem::Missing),
        (
            "NotReadableError",
            "Could not start video source",
            DeviceProblem::Busy,
        ),
        ("AbortError", "", DeviceProblem::Busy),
        ("SecurityError", "", DeviceProblem::Insecure),
        ("TypeError", "", DeviceProblem::Other),
    ] {
        assert_eq!(
            DeviceProblem::of(name, message),
            problem,
            "{name} {message}"
        );
        for kind in [Kind::Camera, Kind::Microphone] {
            assert!(!words::steps(kind, problem).is_empty());
            assert!(!words::problem(kind, problem).contains('!'));
        }
    }
}

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
fn the_mentor_ends_the_meeting_or_learns_why_not() {
    let mut model = in_room(vec![peer()]);
    assert_eq!(model.apply(Event::End), [Effect::EndRoom]);
    model.apply(Event::RoomNotEnded("No.".to_owned()));
    assert_eq!(
        (model.ending, model.end_problem.as_deref()),
        (false, Some("No."))
    );
    model.apply(Event::End);
    model.apply(Event::RoomEnded);
    assert_eq!(gone(&model), Some(Why::EndedByMentor));
    assert_eq!(
        model.apply(live(ended(EndReason::EndedByMentor))),
        [],
        "one way out is enough"
    );
}

#[test]
fn toasts_go_away_one_by_one() {
    let mut model = in_room(Vec::new());
    let effects = model.apply(Event::ShareFailed);
    assert_eq!(effects, [Effect::ExpireToast(0)]);
    model.apply(Event::ShareFailed);
    model.apply(Event::ToastOver(0));
    assert_eq!(model.toasts.len(), 1);
}

#[test]
fn sharing_that_ends_in_the_browsers_bar_ends_here_too() {
    let mut model = in_room(Vec::new());
    assert_eq!(
        model.apply(Event::Share(true)),
        [Effect::Tell(Command::Share(true))]
    );
    model.apply(Event::Sharing(true));
    assert!(model.sharing);
    model.apply(Event::Sharing(false));
    assert!(!model.sharing);
}

#[test]
fn somebody_who_is_inside_already_is_asked_before_the_call_moves_here() {
    let mut model = lobby();
    model.apply(Event::Join);
    let effects = model.apply(Event::NoTicket(Problem::Elsewhere));
    assert_eq!(effects, [Effect::Focus(Target::MoveHere)]);
    assert!(model.elsewhere == Some(Elsewhere::Device) && model.phase == Phase::Lobby);
    let effects = model.apply(Event::MoveHere);
    assert_eq!(effects, [Effect::AskTicket(Entry::Here)]);
    assert!(model.elsewhere.is_none() && model.phase == Phase::Joining);
}

#[test]
fn another_tab_of_this_browser_is_offered_without_asking_the_server() {
    let mut model = lobby();
    model.apply(Event::OtherTab(true));
    assert_eq!(model.elsewhere, Some(Elsewhere::Tab));
    assert_eq!(model.apply(Event::Join), [Effect::Focus(Target::MoveHere)]);
    assert_eq!(model.phase, Phase::Lobby);
    model.apply(Event::OtherTab(false));
    assert_eq!(model.elsewhere, None);
    assert_eq!(
        model.apply(Event::Join),
        [Effect::AskTicket(Entry::IfNotInside)]
    );
    // The other tab was first after all.
    assert_eq!(
        model.apply(Event::OtherTab(true)),
        [Effect::Focus(Target::MoveHere)]
    );
    assert!(
        model.apply(ticket()).is_empty(),
        "a late ticket is not used"
    );
    assert_eq!(
        model.apply(Event::MoveHere),
        [Effect::AskTicket(Entry::Here)]
    );
}

#[test]
fn a_call_that_another_tab_took_over_ends_here_with_that_reason() {
    let mut model = in_room(Vec::new());
    assert!(model.apply(Event::OtherTab(true)).is_empty());
    model.apply(Event::TakenOver);
    assert_eq!(gone(&model), Some(Why::OtherTab));
    model.apply(Event::Disconnected(Ending::Duplicate));
    assert_eq!(gone(&model), Some(Why::OtherTab));
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

#[test]
fn a_removed_mentee_leaves_with_that_reason() {
    let mut model = in_room(vec![peer()]);
    let effects = model.apply(Event::Disconnected(Ending::Removed));
    assert!(asks_ticket(&effects));
    let refused = Problem::NoAccess(Access::Removed { at: START });
    model.apply(Event::NoTicket(refused));
    assert_eq!(gone(&model), Some(Why::Removed));
}

#[test]
fn a_wish_to_unmute_is_shown_until_it_is_answered() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::Notice(Notice::UnmuteAsked));
    assert!(model.unmute_asked);
    let on = Event::Switch {
        kind: Kind::Microphone,
        on: true,
    };
    model.apply(on);
    assert!(!model.unmute_asked);
    model.apply(Event::Captured {
        kind: Kind::Microphone,
        capture: Capture::On,
        device: None,
    });
    model.apply(Event::Notice(Notice::UnmuteAsked));
    assert!(!model.unmute_asked, "the microphone is on already");
}

#[test]
fn a_microphone_that_the_mentor_switched_off_shows_so_and_can_be_switched_on_again() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::SwitchedOff(Kind::Microphone));
    model.apply(Event::Notice(Notice::Muted));
    assert!(!model.microphone.wanted);
    assert_eq!(texts(&model).len(), 1);
    let kind = Kind::Microphone;
    let effects = model.apply(Event::Switch { kind, on: true });
    assert!(effects.contains(&Effect::Tell(Command::Switch { kind, on: true })));
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
    model.apply(Event::NotDone(
        "The video server does not answer.".to_owned(),
    ));
    assert!(model.mentee_removed && !model.moderating);
    assert_eq!(texts(&model).len(), 2);
}
