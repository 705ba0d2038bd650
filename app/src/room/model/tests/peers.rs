//! The other person.

use super::*;

#[test]
fn the_other_person_is_late_until_they_come() {
    let mut model = lobby();
    let say = |present: Vec<Person>, late: Vec<Person>| {
        Event::Live(LiveState {
            access: OPEN,
            now: START,
            present,
            at_door: Vec::new(),
            late,
        })
    };
    model.apply(say(Vec::new(), vec![ada()]));
    assert!(model.other_is_late() && !model.other_is_present());
    model.apply(say(vec![ada()], Vec::new()));
    assert!(!model.other_is_late() && model.other_is_present());
}

#[test]
fn people_are_announced_once_with_a_sound() {
    let mut model = in_room(Vec::new());
    let effects = model.apply(Event::PeerChanged(peer()));
    assert!(effects.contains(&Effect::Client(Command::PlayChime(Chime::Joined))));
    assert_eq!(texts(&model), ["Ada joined."]);
    let muted = Peer {
        microphone: false,
        ..peer()
    };
    assert_eq!(model.apply(Event::PeerChanged(muted)), []);
    assert_eq!(model.peer().map(|p| p.microphone), Some(false));
    let effects = model.apply(Event::PeerLeft {
        identity: peer().identity,
    });
    assert!(effects.contains(&Effect::Client(Command::PlayChime(Chime::Left))));
    assert_eq!(texts(&model), ["Ada joined.", "Ada left."]);
    assert_eq!(model.peer(), None);
}

#[test]
fn who_left_during_a_reconnect_is_said_afterwards() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::SignalReconnecting);
    model.apply(Event::Reconnected(Vec::new()));
    assert_eq!(texts(&model), ["Ada left."]);
    assert_eq!(model.peers, []);
}

#[test]
fn speaking_and_quality_survive_a_change_of_tracks() {
    let mut model = in_room(vec![peer()]);
    model.apply(Event::ActiveSpeakers(vec![peer().identity]));
    model.apply(Event::ConnectionQuality {
        identity: Some(peer().identity),
        quality: ConnectionQuality::Poor,
    });
    model.apply(Event::ConnectionQuality {
        identity: None,
        quality: ConnectionQuality::Good,
    });
    model.apply(Event::PeerChanged(Peer {
        screen: true,
        ..peer()
    }));
    let now = model.peer().cloned().expect("there");
    assert!(now.speaking && now.screen);
    assert_eq!(
        (now.quality, model.quality),
        (ConnectionQuality::Poor, ConnectionQuality::Good)
    );
    assert_eq!(texts(&model), ["Ada is sharing their screen."]);
}
